import json
from dataclasses import replace

import pytest

from services.ingest.formats.names import without_titles
from services.ingest.sensitive import DEFAULT_RULES, Action, classify_text, filter_message
from shared.travel.message import Dropped
from shared.travel.reservation import Payment, Reservation
from shared.travel.reservation_parts import ServiceItem
from shared.travel.traveller import Bags
from tests.unit.ingest.samples import Written, person, read_one


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("MOML", "religion"),
        ("ksml", "religion"),
        ("VGML", "religion"),
        ("LANG", "ethnic_origin"),
        ("WCHR", "health"),
        ("WCXX", "health"),
        ("DBML", "health"),
        ("CHML", "health"),
        ("ZZML", "health"),
        ("BLND", "health"),
        ("DOCS", None),
        ("UMNR", None),
        ("PETC", None),
    ],
)
def test_service_code_is_classed(code: str, group: str | None) -> None:
    rule = DEFAULT_RULES.code_rule(code)
    assert (rule.group if rule.action is Action.DROP else None) == group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("PLS KSML", "religion"),
        ("HAJJ GROUP", "religion"),
        ("wheelchair to gate", "health"),
        ("NEEDS WCHS", "health"),
        ("1KSML2/PLS", "religion"),
        ("Ramadán", "religion"),
        ("TWO PILGRIMS", "religion"),
        ("MEET AND ASSIST", "health"),
        ("MEET AND GREET", "free_text"),
        ("NEEDS DBML OR WCXX", "health"),
        ("HONEYMOON COUPLE", "sexual_life"),
        ("SAME SEX COUPLE", "sexual_life"),
        ("PARTY CONGRESS", "political_opinion"),
        ("UNION MEMBER", "trade_union"),
        ("SPEAKS LANG", "ethnic_origin"),
        ("KSML AND WCHR", "religion"),
        ("MALADE, FAUTEUIL ROULANT", "health"),
        ("diabético", "health"),
        ("PASAJERA MUSULMANA", "religion"),
        ("VIP, CALL DESK", "free_text"),
        ("", "free_text"),
    ],
)
def test_remark_is_counted_by_its_class(text: str, group: str) -> None:
    assert classify_text(text) == group


def test_remarks_are_dropped_and_only_their_classes_counted() -> None:
    segments = ("FTX+AAI+++WCHR", "FTX+AAI+++KSML", "FTX+AAI+++NICE PERSON", "FTX+BAG+++XA118204")
    message = filter_message(read_one(str(Written(people=person(*segments, "FTX+BAG+++HALAL FOOD")))))
    assert message.free_texts == ()
    assert message.dropped == Dropped(religion=2, health=1, free_text=1)
    assert message.travellers[0].bags == Bags(tags=("XA118204",))
    assert "NICE" not in json.dumps(message.as_json())


def test_service_codes_of_a_reservation_are_dropped() -> None:
    services = tuple(ServiceItem(code=code) for code in ("DOCS", "VGML", "WCHR", "CKIN"))
    reservation = Reservation(locator="2LS6KP", services=services)
    message = filter_message(replace(read_one(str(Written())), reservations=(reservation,)))
    assert message.reservations[0].service_codes == ("DOCS", "CKIN")
    assert message.dropped == Dropped(religion=1, health=1)


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        ("4111111111111111", "XXXXXXXXXXXX1111"),
        ("XXXXXXXX1186", "XXXXXXXX1186"),
        ("1186", "XXXX"),
        ("4111 1111-1111 1111/0929/123", "XXXXXXXXXXXX1111"),
        ("GR1601101250000000012300695", "XXXXXXXXXXXXXXXXXXXXXXX0695"),
        (None, None),
    ],
)
def test_card_keeps_its_last_four_digits_at_most(card: str | None, shown: str | None) -> None:
    reservation = Reservation(locator="2LS6KP", payments=(Payment("CC", card),))
    message = filter_message(replace(read_one(str(Written())), reservations=(reservation,)))
    assert message.reservations[0].payments[0].card == shown


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("OSEI:KOFI REV", "OSEI:KOFI"),
        ("OSEI:KOFI RABBI", "OSEI:KOFI"),
        ("OSEI:KOFI MR", "OSEI:KOFI MR"),
        ("OSEI:KOFI RABBI MR", "OSEI:KOFI"),
        ("OSEI:KOFIREV DR MR", "OSEI:KOFI DR MR"),
        ("OSEI:IMAM MR", "OSEI:IMAM MR"),
        ("IMAM:BUDI", "IMAM:BUDI"),
        ("OSEI:IMAM", "OSEI:IMAM"),
        ("OSEI:KOFI IMAM", "OSEI:KOFI"),
        ("OSEI:KOFI SEN.", "OSEI:KOFI"),
        ("OSEI:KOFI MX", "OSEI:KOFI"),
        ("OSEI:KOFIREV", "OSEI:KOFI"),
        ("OSEI:REV KOFI", "OSEI:KOFI"),
        ("OSEI:REV", "OSEI"),
        ("REV", "REV"),
    ],
)
def test_title_of_clergy_leaves_the_name_as_sent(sent: str, kept: str) -> None:
    message = filter_message(read_one(str(Written(people=person(name=sent)))))
    assert message.travellers[0].name_sent == kept


def test_traveller_without_a_name_as_sent_stays() -> None:
    message = read_one(str(Written(people=person())))
    bare = replace(message, travellers=(replace(message.travellers[0], name_sent=None),))
    assert filter_message(bare).travellers == bare.travellers


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("KOFI IMAM", "KOFI"),
        ("IMAM", "IMAM"),
        ("IMAM MR", "IMAM"),
        ("KOFI HON. DR", "KOFI"),
        ("AMARTYA SR", "AMARTYA"),
        ("JOHNREV", "JOHN"),
        ("ABERABBI", "ABE"),
        ("REV", ""),
    ],
)
def test_reader_takes_titles_of_office_off_where_a_name_remains(sent: str, kept: str) -> None:
    assert without_titles(sent) == kept
