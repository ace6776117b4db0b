"""Secrets planted in every place of a text: none is found in what the filter gives back."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.sensitive import DEFAULT_RULES, Action, Rules, filter_message
from services.ingest.sensitive.rules import CODE_TABLE, FORBIDDEN_CLASSES
from shared.travel.message import MessageKind, ParsedMessage
from shared.travel.reservation import HistoryItem, Payment, Reservation, ReservationTraveller
from shared.travel.reservation_parts import (
    CheckIn,
    Contact,
    ContactKind,
    Fare,
    OtherService,
    OtherServiceKind,
    Remark,
    SeatData,
    ServiceItem,
)
from shared.travel.traveller import Traveller

CODES = sorted(code for code, rule in CODE_TABLE.items() if rule.group in FORBIDDEN_CLASSES)
MARKED = sorted(set(DEFAULT_RULES.words) | set(CODES) - {"LANG"})
CARDS = ["4111111111111111", "378282246310005", "6011111111111117", "5555555555554444"]
PILGRIMAGES = ["HAJJ", "UMRAH"]
ALL_FIELDS = Rules(scrubs_group_names=True, scrubs_fare_bases=True, scrubs_agencies=True)
_WORD = re.compile(r"[^\W\d_]+")

_secret = st.sampled_from([*MARKED, *CARDS])
# A letter directly before makes another word of it: ÉHAJJ is no pilgrimage.
_around = st.text(" ./-1289,:\nÄé", max_size=4).filter(lambda text: not text[-1:].isalpha())
_secret_text = st.builds(
    lambda before, secret, after, lower: before + (secret.lower() if lower else secret) + after,
    _around,
    _secret,
    st.text(" ./-,:\nZ", max_size=2).filter(lambda text: not text.startswith("Z")),
    st.booleans(),
)
_optional = st.none() | _secret_text
# Three letters alone are an airport where an airport belongs: HAJ is Hannover.
_point = _optional.filter(lambda text: text is None or len(text.strip()) != 3)
_title = st.sampled_from(["REV", "RABBI", "FR", "SR", "IMAM", "HON", "SEN", "MX", "Rev.", "imam"])
_titled = _title.map(lambda title: f"KOFI {title}")
_codes = st.sampled_from([*CODES, *MARKED, "OTHS", "UMNR", "FOID", "QQQQ", "DOCS", "SEAT"])

seat_data = st.builds(SeatData, value=_optional, unit=_optional, characteristic=_optional)
services = st.builds(
    ServiceItem,
    code=_codes | _secret_text,
    status=_optional,
    carrier=_optional,
    text=_optional,
    board=_point,
    off=_point,
    data=st.lists(seat_data, max_size=2).map(tuple),
)
remarks = st.builds(
    Remark, kind=st.sampled_from(["OSI", "LTS", "FARE_CALCULATION", "4:43"]), text=_secret_text
)
payments = st.builds(
    Payment,
    form=_optional,
    card=st.none() | st.sampled_from(CARDS),
    vendor=_optional,
    indicator=_optional,
    amount=_optional,
    payer=st.none() | st.builds(Contact, kind=st.just(ContactKind.PAYER), name=st.sampled_from(CARDS)),
)
others = st.builds(
    OtherService,
    kind=st.sampled_from(OtherServiceKind),
    place_name=_optional,
    product=_optional,
    reference=_optional,
)
groups = st.builds(
    ReservationTraveller,
    surname=st.sampled_from(PILGRIMAGES).map(lambda word: f"{word} GROUP"),
    kind=st.just("GROUP"),
    name_sent=st.sampled_from(PILGRIMAGES),
    fares=st.builds(Fare, basis=st.sampled_from(["KHAJJ6", "UMRAH"])).map(lambda fare: (fare,)),
)
people = st.builds(
    ReservationTraveller,
    surname=st.just("OSEI"),
    given_names=_titled,
    name_sent=_titled.map(lambda given: f"OSEI:{given}"),
    seats=st.just(("12AH",)),
    check_ins=st.builds(CheckIn, leg=st.just(0), given_names=_titled).map(lambda each: (each,)),
)
reservations = st.builds(
    Reservation,
    locator=st.just("Q7KD2M"),
    travellers=st.lists(people | groups, max_size=2).map(tuple),
    services=st.lists(services, max_size=4).map(tuple),
    remarks=st.lists(remarks, max_size=3).map(tuple),
    payments=st.lists(payments, max_size=2).map(tuple),
    other_services=st.lists(others, max_size=2).map(tuple),
    history=st.builds(HistoryItem, given_names=_titled).map(lambda each: (each,)),
    agency=st.sampled_from(["HAJJ TOURS", "UMRAHTRAVEL", None]),
)
travellers = st.builds(
    Traveller,
    surname=st.just("OSEI"),
    given_names=_titled,
    name_sent=_titled.map(lambda given: f"OSEI:{given}"),
    seat=st.just("12AH"),
)
messages = st.builds(
    ParsedMessage,
    kind=st.sampled_from(MessageKind),
    travellers=st.lists(travellers, max_size=2).map(tuple),
    reservations=st.lists(reservations, max_size=2).map(tuple),
    free_texts=st.lists(_secret_text, max_size=3).map(tuple),
)


def texts(value: Any) -> Iterator[str]:
    """Every text of a JSON value, keys left out."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def left_over(message: ParsedMessage) -> set[str]:
    """Marked words, titles, whole cards and pilgrimages that a message still holds, wherever it is kept."""
    records = [each.as_record() for each in message.travellers]
    records.extend(each.as_record() for each in message.reservations)
    found = list(texts([message.as_json(), json.loads(json.dumps(records)), list(message.free_texts)]))
    words = {word.upper() for text in found for word in _WORD.findall(text)}
    together = " ".join(found).upper()
    marked = words & {*MARKED, "REV", "RABBI", "FR", "SR", "IMAM", "HON", "SEN", "MX"}
    return marked | {number for number in (*CARDS, *PILGRIMAGES, "12AH") if number in together}


@given(messages)
def test_no_planted_secret_survives_the_filter(message: ParsedMessage) -> None:
    kept = filter_message(message, ALL_FIELDS)
    assert left_over(kept) == set()
    assert repr(kept) == "<personal>"
    assert filter_message(kept, ALL_FIELDS).reservations == kept.reservations


@given(messages.filter(lambda message: bool(message.reservations)))
def test_search_finds_what_is_planted(message: ParsedMessage) -> None:
    assert left_over(message) != set()


@given(messages)
def test_every_dropped_service_is_counted(message: ParsedMessage) -> None:
    kept = filter_message(message)
    sent = sum(len(each.services) for each in message.reservations)
    left = sum(len(each.services) for each in kept.reservations)
    assert sum(kept.dropped.as_json().values()) >= sent - left + len(message.free_texts)


@pytest.mark.parametrize("code", sorted(CODE_TABLE))
def test_code_of_the_table_is_dropped_or_kept_as_it_says(code: str) -> None:
    reservation = Reservation(locator="Q7KD2M", services=(ServiceItem(code=code),))
    kept = filter_message(ParsedMessage(kind=MessageKind.PNRGOV, reservations=(reservation,)))
    assert (kept.reservations[0].services == ()) == (CODE_TABLE[code].action is Action.DROP)
