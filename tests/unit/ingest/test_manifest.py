import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.errors import ManifestMalformed
from services.ingest.formats import manifest_shape
from services.ingest.formats.registry import read_messages
from shared.travel.message import Change, MessageKind, ParsedMessage, Severity
from tests.unit.ingest.samples import MESSAGES, RECEIVED_AT

STATES = {"DXB": "ARE", "ATH": "GRC"}
FLIGHT = {
    "carrier": "XA",
    "number": "0418",
    "legs": [{"origin": "dxb", "destination": "ATH", "departure": "2027-11-14T05:30"}],
}


def manifest(**members: Any) -> dict[str, Any]:
    return {"function": "PASSENGER_LIST", "flight": FLIGHT, "travellers": [], **members}


def read(value: Any) -> ParsedMessage:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    (message,) = read_messages(body, "application/json", RECEIVED_AT, state_of=STATES.get)
    return message


def refusal(value: Any) -> tuple[str, str | None, int | None]:
    with pytest.raises(ManifestMalformed) as caught:
        read(value)
    return (caught.value.fault_code, caught.value.segment, caught.value.position)


@pytest.mark.parametrize("name", ["paxlst-a", "paxlst-b"])
def test_what_we_print_can_be_posted(name: str) -> None:
    printed = json.loads((MESSAGES / f"{name}.json").read_text(encoding="utf-8"))
    assert read(printed).as_json() == {**printed, "kind": "MANIFEST"}


def test_smallest_manifest_is_read() -> None:
    message = read(manifest())
    assert (message.kind, message.change, message.part, message.is_last_part) == (
        MessageKind.MANIFEST,
        Change.NEW,
        1,
        True,
    )
    assert message.flight is not None
    assert message.flight.as_json() == {
        "carrier": "XA",
        "number": "418",
        "suffix": None,
        "legs": [
            {
                "origin": "DXB",
                "destination": "ATH",
                "departure": "2027-11-14T05:30",
                "arrival": None,
                "crosses_border": True,
            }
        ],
    }


def test_our_own_findings_are_ignored_where_they_stand() -> None:
    message = read(manifest(counted={"travellers_stated": 9}, dropped="anything", faults=[1]))
    assert (message.counted.travellers_stated, message.faults) == (0, ())


def test_content_type_is_not_needed() -> None:
    body = b"\xef\xbb\xbf \n" + json.dumps(manifest()).encode()
    (message,) = read_messages(body, "text/plain", RECEIVED_AT, state_of=STATES.get)
    assert message.kind is MessageKind.MANIFEST


def test_texts_keep_their_spelling_and_states_become_three_letters() -> None:
    message = read(
        manifest(
            travellers=[
                {
                    "surname": "Müller",
                    "given_names": "Ana Mrs",
                    "nationality": "D",
                    "birth_place": {"country": "gb"},
                    "address": {"country": "GR"},
                    "documents": [{"number": "1", "issuer": "D<<"}],
                    "embarkation": "dxb",
                }
            ]
        )
    )
    (traveller,) = message.travellers
    assert (traveller.surname, traveller.given_names, traveller.name_sent) == (
        "Müller",
        "Ana",
        "Müller:Ana Mrs",
    )
    assert (traveller.nationality, traveller.embarkation) == ("DEU", "DXB")
    assert traveller.birth_place is not None
    assert traveller.birth_place.country == "GBR"
    assert traveller.address is not None
    assert traveller.address.country == "GRC"
    assert traveller.documents[0].issuer == "DEU"


def test_objects_without_a_fact_are_none() -> None:
    (traveller,) = read(
        manifest(
            travellers=[{"surname": "A", "birth_place": {}, "address": {"city": None}, "bags": {"tags": []}}]
        )
    ).travellers
    assert (traveller.birth_place, traveller.address, traveller.bags) == (None, None, None)


def test_unknown_state_is_warned() -> None:
    message = read(manifest(travellers=[{"surname": "A", "nationality": "QQQ", "carrier_reference": "R1"}]))
    (fault,) = message.faults
    assert (fault.severity, fault.code, fault.segment, fault.carrier_reference) == (
        Severity.WARNING,
        "STATE_UNKNOWN",
        "nationality",
        "R1",
    )


@pytest.mark.parametrize(
    ("traveller", "code", "member"),
    [
        ({"surname": " "}, "NAME_MISSING", "surname"),
        ({}, "NAME_MISSING", "surname"),
        ({"surname": "A", "birth_date": "1984-02-30"}, "BIRTH_DATE_IMPOSSIBLE", "birth_date"),
        ({"surname": "A", "birth_date": "2027-11-15"}, "BIRTH_DATE_IMPOSSIBLE", "birth_date"),
        ({"surname": "A", "sex": "Q"}, "MEMBER_INVALID", "sex"),
        ({"surname": "A", "record_locator": 5}, "MEMBER_INVALID", "record_locator"),
        ({"surname": "A", "documents": [{"number": "1", "expiry": "soon"}]}, "MEMBER_INVALID", "documents"),
        ({"surname": "A" * 513}, "NAME_MISSING", "surname"),
        ({"surname": "A\x00"}, "NAME_MISSING", "surname"),
        ({"surname": "A", "seat": "1\x002A"}, "MEMBER_INVALID", "seat"),
    ],
)
def test_impossible_value_rejects_the_traveller_alone(
    traveller: dict[str, Any], code: str, member: str
) -> None:
    message = read(manifest(travellers=[traveller, {"surname": "OSEI"}]))
    assert [each.surname for each in message.travellers] == ["OSEI"]
    (fault,) = message.faults
    assert (fault.severity, fault.code, fault.segment) == (Severity.TRAVELLER_REJECTED, code, member)
    assert (fault.position, fault.traveller, message.counted.travellers_stated) == (1, 1, 2)


def test_birth_on_the_day_of_the_flight_is_possible() -> None:
    assert len(read(manifest(travellers=[{"surname": "A", "birth_date": "2027-11-14"}])).travellers) == 1


def test_the_same_person_twice_becomes_one() -> None:
    message = read(manifest(travellers=[{"surname": "A", "carrier_reference": "R"}] * 2))
    assert (len(message.travellers), [fault.code for fault in message.faults]) == (1, ["TRAVELLER_MERGED"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (manifest(meal="KSML"), ("MEMBER_UNKNOWN", "manifest", None)),
        (manifest(flight=FLIGHT | {"meal": "KSML"}), ("MEMBER_UNKNOWN", "flight", None)),
        (manifest(travellers=[{"surname": "A"}, {"meal": "KSML"}]), ("MEMBER_UNKNOWN", "travellers", 2)),
        (
            manifest(travellers=[{"surname": "A", "documents": [{"number": "1", "meal": "KSML"}]}]),
            ("MEMBER_UNKNOWN", "documents", 1),
        ),
        (manifest(travellers=["KSML"]), ("MEMBER_INVALID", "travellers", 1)),
        ({"flight": FLIGHT, "travellers": []}, ("MEMBER_MISSING", "function", None)),
        (manifest(flight=FLIGHT | {"legs": []}), ("MEMBER_INVALID", "flight.legs", None)),
        (
            manifest(
                flight=FLIGHT | {"legs": [{"origin": "DXB", "destination": "ATH", "departure": "2027"}]}
            ),
            ("MEMBER_INVALID", "flight.legs.departure", 1),
        ),
        (manifest(part=100), ("MEMBER_INVALID", "part", None)),
        (b"{", ("JSON_UNREADABLE", None, None)),
        (b'{"part": NaN}', ("JSON_UNREADABLE", None, None)),
        (b'{"part": 1, "part": 2}', ("MEMBER_REPEATED", None, None)),
        (b"[" * 200_000, ("JSON_UNREADABLE", None, None)),
        (b"\xff{}", ("JSON_UNREADABLE", None, None)),
        (b"[]", ("OBJECT_MISSING", None, None)),
        (None, ("OBJECT_MISSING", None, None)),
    ],
)
def test_what_breaks_the_schema_refuses_the_manifest_and_repeats_nothing(
    value: Any, expected: tuple[str, str | None, int | None]
) -> None:
    assert refusal(value) == expected


def test_limits_of_lists() -> None:
    leg = {"origin": "DXB", "destination": "ATH"}
    most = manifest_shape.MAX_LEGS
    assert read(manifest(flight=FLIGHT | {"legs": [leg] * most})).flight is not None
    assert refusal(manifest(flight=FLIGHT | {"legs": [leg] * (most + 1)}))[:2] == (
        "MEMBER_INVALID",
        "flight.legs",
    )


def test_flight_without_carrier_suffix_or_time_is_read() -> None:
    message = read(
        manifest(flight={"number": "GABCD", "suffix": "a", "legs": [{"origin": "XQA", "destination": "ATH"}]})
    )
    assert message.flight is not None
    assert (message.flight.carrier, message.flight.number, message.flight.suffix) == (None, "GABCD", "A")


def test_reservations_are_read_by_the_same_schema() -> None:
    reservation = {
        "locator": "2LS6KP",
        "booked_at": "2027-05-20T04:39",
        "travellers": [
            {"surname": "PARK", "birth_date": "1972-09-10", "sex": "M", "documents": [{"number": "1"}]}
        ],
        "itinerary": [{"carrier": "XA", "class": "B", "departure": "2027-05-27T16:40"}],
        "payments": [{"form": "CC", "card": "4111111111111111"}],
        "addresses": [{"city": "ACCRA"}],
        "service_codes": ["DOCS"],
    }
    (read_back,) = read(manifest(reservations=[reservation])).reservations
    printed = read_back.as_json()
    assert (printed["locator"], printed["itinerary"][0]["class"]) == ("2LS6KP", "B")
    assert printed["travellers"][0]["birth_date"] == "1972-09-10"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["function", "flight", "travellers", "legs", "number", "surname", "documents", "x"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_no_json_crashes_the_reader(value: Any) -> None:
    for candidate in (value, manifest(travellers=[value]), manifest(flight=value)):
        try:
            message = read(candidate)
        except ManifestMalformed:
            continue
        assert message.as_json()["kind"] == "MANIFEST"
