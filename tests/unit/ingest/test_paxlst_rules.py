"""Each deviation of paxlst.md §9 under its number, the versions of §7, and flights written and read back."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.formats.registry import read_messages
from shared.travel.flight import Flight, Leg
from shared.travel.message import ParsedMessage
from shared.travel.traveller import TravellerRole
from tests.unit.ingest.samples import (
    EXAMPLE_A,
    RECEIVED_AT,
    Way,
    Written,
    codes,
    person,
    read_one,
    read_person,
    write_flight,
)

FOLDED = EXAMPLE_A.replace(b"\n", b"")
EXPECTED = read_one(EXAMPLE_A)


def names(message: ParsedMessage) -> list[str]:
    return [each.surname for each in message.travellers]


@pytest.mark.parametrize("width", [64, 69])
def test_deviation_1_type_b_header_trailing_text_and_broken_lines(width: int) -> None:
    lines = [FOLDED[start : start + width] for start in range(0, len(FOLDED), width)]
    header = b"\x01QK ATHPXXS\r\n.DXBKMXA 140410\r\n\x02"
    body = header + b"\r\n".join(lines) + b"\x03\r\nNNNN\r\nthis mail's footer"
    assert read_one(body) == EXPECTED


def test_deviation_1_line_broken_inside_a_tag() -> None:
    assert read_one(FOLDED.replace(b"'UNH+", b"'U\nNH+").replace(b"'NAD+FL", b"'NA\r\nD+FL")) == EXPECTED


def test_deviation_2_separators_replaced_in_type_b_links() -> None:
    text = FOLDED.decode().removeprefix("UNA:+.? '").replace("XA-AIR", "XA)-AIR").replace("XA418-", "XA418)-")
    read = read_one("UNA:(.) -" + text.replace("+", "(").replace("'", "-"))
    assert (read.travellers, read.faults) == (EXPECTED.travellers, ())


def test_deviation_2_asterisk_and_dollar() -> None:
    text = FOLDED.decode().removeprefix("UNA:+.? '").replace("+", "*").replace("'", "$")
    assert text.startswith("UNB*UNOA:4*")
    for sent in (text, "UNA:*.? $" + text):
        assert (read_one(sent).travellers, read_one(sent).faults) == (EXPECTED.travellers, ())


@pytest.mark.parametrize(
    ("sent", "wrong", "code"),
    [
        (b"UNT+64+", b"UNT+99+", "COUNT_MISMATCH"),
        (b"UNE+1+418001", b"UNE+1+41800 1 0", "REFERENCE_MISMATCH"),
        (b"UNZ+1+XA0418271114A", b"UNZ+1+XA0418271114A 0", "REFERENCE_MISMATCH"),
        (b"UNZ+1+", b"UNZ+0+", "COUNT_MISMATCH"),
    ],
)
def test_deviation_3_trailers_with_wrong_counts_and_references(sent: bytes, wrong: bytes, code: str) -> None:
    message = read_one(EXAMPLE_A.replace(sent, wrong))
    assert (codes(message), message.travellers) == ([code], EXPECTED.travellers)


def test_deviation_4_lower_case() -> None:
    assert [name.upper() for name in names(read_one(EXAMPLE_A.lower()))] == names(EXPECTED)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_deviation_4_bytes_beyond_ascii_are_kept_and_told(encoding: str) -> None:
    message = read_one(EXAMPLE_A.replace(b"PAPADAKI", "PAPADÁKI".encode(encoding)))
    assert names(message) == ["PAPADÁKI", "OSEI", "MEHTA"]
    assert codes(message)[0] == "REPERTOIRE_EXCEEDED"


def test_deviation_4_null_literals_are_nothing() -> None:
    traveller, faults = read_person("RFF+AVF:NULL", "RFF+SEA:null", "FTX+BAG+++NULL", "DOC+P+NULL")
    assert (traveller.record_locator, traveller.seat, traveller.bags, traveller.documents) == (
        None,
        None,
        None,
        (),
    )
    assert faults == ["DOCUMENT_NUMBER_MISSING"]


@pytest.mark.parametrize("same", ["RFF+ABO:R1", "DTM+329:900711"], ids=["reference", "name and birth date"])
def test_deviation_5_the_same_person_twice_is_one_with_both_documents(same: str) -> None:
    people = person(same, "DOC+P+111") + person(same, "DOC+V+222")
    message = read_one(str(Written(people=people)))
    (traveller,) = message.travellers
    assert [each.number for each in traveller.documents] == ["111", "222"]
    assert codes(message) == ["TRAVELLER_MERGED"]


BORN = "DTM+329:900711"


@pytest.mark.parametrize(
    ("first", "second", "references"),
    [
        (["RFF+ABO:R1", BORN], [BORN], ["R1"]),
        ([BORN], ["RFF+ABO:R1", BORN], ["R1"]),
        (["RFF+ABO:R1", BORN], ["RFF+ABO:R2", BORN], ["R1", "R2"]),
        (["RFF+ABO:R1", BORN], ["DTM+329:900712"], ["R1", None]),
        (["RFF+ABO:R1"], [BORN], ["R1", None]),
    ],
)
def test_deviation_5_name_and_birth_date_tell_where_one_group_has_no_reference(
    first: list[str], second: list[str], references: list[str | None]
) -> None:
    others = person("RFF+ABO:R8", name="MENSAH:AMA") + person("RFF+ABO:R9", BORN, name="ADDO:ESI")
    message = read_one(str(Written(people=others + person(*first) + person(*second))))
    assert [each.carrier_reference for each in message.travellers] == ["R8", "R9", *references]


def test_deviation_6_passenger_and_crew_mixed_under_745() -> None:
    qualifiers = {
        "FL": TravellerRole.PASSENGER,
        "FM": TravellerRole.CREW,
        "DDU": TravellerRole.TRANSIT_PASSENGER,
        "DDT": TravellerRole.TRANSIT_CREW,
    }
    people = "".join(
        person(f"RFF+ABO:{each}", name=f"{each}X:A").replace("NAD+FL", f"NAD+{each}") for each in qualifiers
    )
    message = read_one(str(Written(people=people)))
    assert [each.role for each in message.travellers] == list(qualifiers.values())
    assert codes(message) == []


def test_deviation_7_infant_is_an_ordinary_passenger_with_a_document() -> None:
    traveller, faults = read_person("DTM+329:271101", "DOC+P+111")
    assert (traveller.role, str(traveller.birth_date), faults) == (TravellerRole.PASSENGER, "2027-11-01", [])


@pytest.mark.parametrize(
    "segment",
    ["LOC+999+QQQ", "RFF+QQ:1", "RFF+CR:FF1", "RFF+YZY:7842836432717C2", "DTM+999:9", "GID+1", "QTY+1:2"],
)
def test_deviation_8_unknown_qualifiers_cost_nobody_anything(segment: str) -> None:
    assert read_person(segment) == read_person()


def test_deviation_9_empty_elements_too_many_or_too_few() -> None:
    assert codes(read_one(str(Written(head="NAD+MS++++HELP DESK'COM+1:TE'")))) == []
    late = read_one(str(Written(people="NAD+FL++++OSEI:KOFI'")))
    assert (names(late), codes(late)) == (["OSEI"], ["NAME_MISPLACED"])
    assert late.faults[0].element == 5


@pytest.mark.parametrize(
    ("places", "issuer"),
    [
        ((), None),
        (("LOC+91+GHA", "LOC+91+GRC"), "GHA"),
        (("LOC+91+:::ACCRA", "LOC+91+GRC"), "GRC"),
        (("LOC+91+",), None),
    ],
)
def test_deviation_10_document_with_several_places_of_issue_or_none(
    places: tuple[str, ...], issuer: str | None
) -> None:
    traveller, faults = read_person("DOC+P+111", *places)
    assert (traveller.documents[0].issuer, faults) == (issuer, [])


def test_deviation_10_what_is_said_again_of_the_next_traveller_means_the_same_there() -> None:
    places, nations = ("LOC+91+GHA", "LOC+91+GRC"), ("NAT+2+GHA", "NAT+2+GRC")
    message = read_one(
        str(
            Written(
                people=person("NAT+2+GRC", "DOC+P+111", "LOC+91+GRC")
                + person(*nations, "DOC+P+222", *places, name="OSEI:AMA")
                + person(*reversed(places), *nations, name="OSEI:YAW")
                + person(*nations, "DOC+P+444", *places, name="OSEI:ESI")
            )
        )
    )
    assert [each.nationality for each in message.travellers] == ["GRC", "GHA", "GHA", "GHA"]
    issuers = [[document.issuer for document in each.documents] for each in message.travellers]
    assert (issuers, codes(message)) == ([["GRC"], ["GHA"], [], ["GHA"]], [])


# §7 What receivers of each version get.

OLDEST = ("ATT+2++F", "DTM+329:720907", "LOC+178+DXB", "LOC+179+ATH", "NAT+2+GBR", "RFF+AVF:Q7KD2M")
FROM_05B = (
    *OLDEST,
    "MEA+CT++:2",
    "GEI+4+173",
    "FTX+BAG+++XA118204:2",
    "LOC+22+ATH",
    "RFF+ABO:R1",
    "RFF+SEA:12A",
)
FROM_12B = (*FROM_05B, "MEA+WT++KGM:31", "RFF+CR:FF1")
FROM_15B = ("ATT+2++X", *FROM_12B[1:])
SAMPLES = {
    **dict.fromkeys(["02B", "03B", "04B"], OLDEST),
    **dict.fromkeys(["05B", "08A", "11B"], FROM_05B),
    **dict.fromkeys(["12B", "13B", "14A"], FROM_12B),
    **dict.fromkeys(["15B", "16B", "17A"], FROM_15B),
}


@pytest.mark.parametrize("version", SAMPLES)
def test_version_is_read_with_what_its_receivers_get(version: str) -> None:
    segments = (*SAMPLES[version], "DOC+P:110:111+178556534", "DTM+36:310518", "LOC+91+GBR")
    head = "RFF+TN:T1:::1'LOC+188+DXB'" if version >= "12B" else ""
    text = str(Written(head=head, people=person(*segments), end="CNT+42:1'"))
    message = read_one(text.replace("D:15B", f"D:{version}"))
    (traveller,) = message.travellers
    assert (codes(message), message.version) == ([], f"D:{version}")
    assert traveller.documents[0].number == "178556534"
    assert (traveller.bags is not None) == (version >= "05B")
    assert (traveller.sex == "X") == (version >= "15B")


@pytest.mark.parametrize("version", ["02B", "17A"])
def test_every_segment_is_accepted_in_every_version(version: str) -> None:
    message = read_one(EXAMPLE_A.replace(b"D:15B", f"D:{version}".encode()))
    assert (message.travellers, message.faults) == (EXPECTED.travellers, ())


# Flights, written in each way and read back.

DAY = datetime(2027, 11, 14, 5, 30)  # noqa: DTZ001 - local times of airports have no zone.
AIRPORTS = ["DXB", "ATH", "SYD", "MEL", "SIN", "LHR"]


@st.composite
def flights(draw: st.DrawFn) -> Flight:
    stops = draw(st.lists(st.sampled_from(AIRPORTS), min_size=2, max_size=5, unique=True))
    crossing = draw(st.integers(0, len(stops) - 2))
    legs = []
    for place, (origin, destination) in enumerate(pairwise(stops)):
        departure = DAY + timedelta(hours=4 * place)
        legs.append(Leg(origin, destination, departure, departure + timedelta(hours=2), place == crossing))
    number = str(draw(st.integers(1, 9999)))
    return Flight(draw(st.sampled_from(["XA", "3U", "XAA"])), number, None, tuple(legs))


@given(flights(), st.sampled_from(Way))
def test_written_flight_reads_back_equal(flight: Flight, way: Way) -> None:
    crossing = next(place for place, leg in enumerate(flight.legs) if leg.crosses_border)
    # In a chain nothing is marked: one State before the border, another one after it.
    states = {leg.origin: "AAA" if place <= crossing else "BBB" for place, leg in enumerate(flight.legs)}
    states[flight.legs[-1].destination] = "BBB"
    body = str(Written(flight=write_flight(flight, way))).encode()
    (message,) = read_messages(body, "", RECEIVED_AT, state_of=states.get)
    assert (message.flight, codes(message)) == (flight, [])


@pytest.mark.parametrize(
    "parts",
    [
        {"head": "NAD+MS+++XA HELP DESK'COM+1:TE'RFF+TN:T1:::2'"},
        {"flight": f"{Written().flight}RFF+TN:T1:::2'"},
        {"head": "RFF+TN'RFF+TN:T1:::2'RFF+TN:T2'"},
    ],
)
def test_transaction_is_read_wherever_it_stands_before_the_travellers(parts: dict[str, str]) -> None:
    message = read_one(str(Written(people=person("RFF+TN:T3"), **parts)))
    assert (message.transaction_reference, message.revision, codes(message)) == ("T1", 2, [])


@pytest.mark.parametrize(
    ("head", "transaction"), [("RFF+AAA:1'rff+tn:T1:::2'", ("T1", 2)), ("RFF+TN:T1:::A'", ("T1", None))]
)
def test_refused_message_names_its_transaction(head: str, transaction: tuple[str, int | None]) -> None:
    message = read_one(str(Written(head=head, flight="")))
    assert message.is_rejected
    assert (message.transaction_reference, message.revision) == transaction


def test_refused_message_without_a_transaction_names_none() -> None:
    assert read_one(str(Written(head=f"RFF+TN:{'T' * 5_000}'", flight=""))).transaction_reference is None
