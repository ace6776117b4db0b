import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.formats import document_checks, paxlst, traveller_draft
from services.ingest.formats.people import MAX_DOCUMENTS
from services.ingest.formats.registry import read_messages
from shared.travel.message import Change, Counted, MessageFunction, Severity
from shared.travel.partial_date import PartialDate
from shared.travel.traveller import (
    Address,
    Bags,
    CrewDuty,
    Place,
    Sex,
    TravelDocument,
    Traveller,
    TravellerRole,
)
from tests.unit.ingest.samples import (
    EXAMPLE_A,
    EXAMPLE_B,
    MESSAGES,
    RECEIVED_AT,
    Written,
    codes,
    person,
    read_one,
    read_person,
    write_travellers,
)


@pytest.mark.parametrize("name", ["paxlst-a", "paxlst-b"])
def test_worked_example_prints_the_specified_json(name: str) -> None:
    expected = json.loads((MESSAGES / f"{name}.json").read_text(encoding="utf-8"))
    assert read_one((MESSAGES / f"{name}.edi").read_bytes()).as_json() == expected


# Deviations of paxlst.md §9 that are about meaning; those about syntax are in test_edifact.py.


def test_deviation_lower_case_message_reads_like_the_upper_case_one() -> None:
    upper, lower = read_one(EXAMPLE_A), read_one(EXAMPLE_A.lower())
    assert lower.flight == upper.flight
    assert [each.sex for each in lower.travellers] == [each.sex for each in upper.travellers]
    assert [each.surname for each in lower.travellers] == ["papadaki", "osei", "mehta"]
    assert [each.nationality for each in lower.travellers] == ["GRC", "GHA", "IND"]


def test_deviation_null_literals_are_absent_facts() -> None:
    traveller, faults = read_person(
        "ATT+2++NULL", "DTM+329:NULL", "FTX+BAG+++NULL", "NAT+2+NULL", "RFF+AVF:NULL", "LOC+174+NULL"
    )
    assert (traveller.sex, traveller.birth_date, traveller.bags) == (None, None, None)
    assert (traveller.nationality, traveller.record_locator, traveller.residence) == (None, None, None)
    assert faults == []


def test_deviation_the_same_person_twice_becomes_one_with_both_documents() -> None:
    people = person("RFF+ABO:R1", "DOC+P+111") + person("RFF+ABO:R1", "NAT+2+GHA", "DOC+P+111", "DOC+V+222")
    message = read_one(str(Written(people=people)))
    (traveller,) = message.travellers
    assert [document.number for document in traveller.documents] == ["111", "222"]
    assert traveller.nationality == "GHA"
    assert codes(message) == ["TRAVELLER_MERGED"]
    assert (message.faults[0].traveller, message.ordinals) == (2, (1,))


def test_deviation_without_reference_name_and_birth_date_make_the_same_person() -> None:
    people = person("DTM+329:900711", "DOC+P+1") + person("DTM+329:900711", "DOC+P+2", name="OS EI:KO FI")
    assert len(read_one(str(Written(people=people))).travellers) == 1


def test_limit_of_documents_holds_for_merged_people_too() -> None:
    half = [f"DOC+P+{each}" for each in range(13)]
    other = [f"DOC+V+{each}" for each in range(13)]
    message = read_one(str(Written(people=person("RFF+ABO:R", *half) + person("RFF+ABO:R", *other))))
    assert len(message.travellers[0].documents) == MAX_DOCUMENTS
    assert codes(message) == ["TRAVELLER_MERGED", "MAX_DOCUMENTS"]
    fewer = read_one(str(Written(people=person("RFF+ABO:R", *half) + person("RFF+ABO:R", *other[:12]))))
    assert codes(fewer) == ["TRAVELLER_MERGED"]


def test_namesakes_without_birth_date_are_two_people() -> None:
    assert len(read_one(str(Written(people=person() + person()))).travellers) == 2


def test_reference_used_for_two_names_loses_nobody() -> None:
    people = person("RFF+ABO:R1") + person("RFF+ABO:R1", name="MENSAH:AMA")
    assert len(read_one(str(Written(people=people))).travellers) == 2


def test_deviation_crew_among_passengers_keeps_its_role() -> None:
    people = person() + person(name="HADDAD:LAYLA").replace("NAD+FL", "NAD+FM")
    message = read_one(str(Written(people=people)))
    assert message.function is MessageFunction.PASSENGER_LIST
    assert [each.role for each in message.travellers] == [TravellerRole.PASSENGER, TravellerRole.CREW]


def test_deviation_infant_is_an_ordinary_passenger() -> None:
    traveller, faults = read_person("DTM+329:271101")
    assert traveller.birth_date == PartialDate(2027, 11, 1)
    assert faults == []


def test_deviation_unknown_qualifiers_are_passed_over() -> None:
    traveller, faults = read_person(
        "LOC+999+XXX", "RFF+ZZZ:1", "DTM+999:270101", "ATT+9++F", "MEA+ZZ++:2", "GEI+9+173", "NAT+1+GRC"
    )
    assert faults == []
    assert traveller == read_person()[0]


def test_deviation_contact_name_one_plus_too_many() -> None:
    message = read_one(str(Written(head="NAD+MS++++HELP DESK'COM+1:TE'")))
    assert codes(message) == []


def test_deviation_traveller_name_one_plus_too_many_or_too_few() -> None:
    late = read_one(str(Written(people="NAD+FL++++OSEI:KOFI+14 RING ROAD+ACCRA'")))
    early = read_one(str(Written(people="NAD+FL++OSEI:KOFI+14 RING ROAD+ACCRA'")))
    for message in (late, early):
        assert (message.travellers[0].surname, message.travellers[0].given_names) == ("OSEI", "KOFI")
        assert message.travellers[0].address == Address("14 RING ROAD", "ACCRA")
        assert codes(message) == ["NAME_MISPLACED"]


def test_deviation_document_with_several_issuers_or_none() -> None:
    several, _ = read_person("DOC+P+1", "LOC+91+:::ACCRA", "LOC+91+GHA", "LOC+91+GRC")
    none, _ = read_person("DOC+P+1")
    assert several.documents[0].issuer == "GHA"
    assert none.documents[0].issuer is None


def test_nationality_before_places_and_places_in_any_order_are_read() -> None:
    first, _ = read_person("NAT+2+GHA", "LOC+179+ATH", "LOC+22+ATH", "LOC+178+DXB", "ATT+2++M")
    second, _ = read_person("ATT+2++M", "LOC+22+ATH", "LOC+178+DXB", "LOC+179+ATH", "NAT+2+GHA")
    assert first == second


def test_facts_of_the_person_after_a_document_are_still_the_persons() -> None:
    traveller, _ = read_person("DOC+P+1", "DTM+329:900711", "LOC+174+GHA", "RFF+AVF:ABC123")
    assert (traveller.birth_date, traveller.residence, traveller.record_locator) == (
        PartialDate(1990, 7, 11),
        "GHA",
        "ABC123",
    )


# Names and addresses.


@pytest.mark.parametrize(
    ("sent", "surname", "given"),
    [
        ("WILLIAMS:JOHN:DONALD", "WILLIAMS", "JOHN DONALD"),
        ("DAVID:", "DAVID", None),
        ("DAVID", "DAVID", None),
        ("DAVID:FNU", "DAVID", None),
        ("DAVID:XXX", "DAVID", None),
        ("DAVID:NULL", "DAVID", None),
        ("DAVID:.", "DAVID", None),
        ("DAVID:-:-", "DAVID", None),
        ("NULL:JOHN", "NULL", "JOHN"),
        ("PAPADAKI:ELENI MARIAMRS", "PAPADAKI", "ELENI MARIA"),
        ("PAPADAKI:ELENI MRS", "PAPADAKI", "ELENI"),
        ("A:B:C:D:E", "A", "B C D E"),
    ],
)
def test_name_is_read(sent: str, surname: str, given: str | None) -> None:
    traveller, _ = read_person(name=sent)
    assert (traveller.surname, traveller.given_names) == (surname, given)


def test_name_as_sent_is_kept_beside_the_interpreted_one() -> None:
    traveller, _ = read_person(name="PAPADAKI:ELENIMRS")
    assert traveller.name_sent == "PAPADAKI:ELENIMRS"
    assert "name_sent" not in traveller.as_json()


def test_single_name_in_the_second_place_is_the_surname_with_a_warning() -> None:
    traveller, faults = read_person(name=":JOHN")
    assert (traveller.surname, faults) == ("JOHN", ["SURNAME_MISSING"])


@pytest.mark.parametrize(
    ("sent", "surname", "given"),
    [("OSEI/KOFI MR", "OSEI", "KOFI"), ("DE LA CRUZ/ANA MARIAMRS:", "DE LA CRUZ", "ANA MARIA")],
)
def test_name_as_reservation_systems_write_it_is_divided_at_its_slash(
    sent: str, surname: str, given: str
) -> None:
    traveller, faults = read_person(name=sent)
    assert (traveller.surname, traveller.given_names, faults) == (surname, given, ["NAME_NOT_DIVIDED"])
    assert traveller.name_sent == sent.rstrip(":")


@pytest.mark.parametrize(
    ("sent", "surname", "faults"),
    [(".:JOHN", "JOHN", ["SURNAME_MISSING"]), ("/JOHN", "JOHN", ["NAME_NOT_DIVIDED", "SURNAME_MISSING"])],
)
def test_sign_in_a_surnames_place_is_none(sent: str, surname: str, faults: list[str]) -> None:
    traveller, found = read_person(name=sent)
    assert (traveller.surname, traveller.given_names, found) == (surname, None, faults)


@pytest.mark.parametrize("name", ["", ":", "NULL", "FNU:LNU", "/", ".:-"])
def test_traveller_without_name_is_rejected(name: str) -> None:
    message = read_one(str(Written(people=person("RFF+ABO:R9", name=name) + person())))
    assert [each.surname for each in message.travellers] == ["OSEI"]
    (fault,) = message.faults
    assert (fault.severity, fault.code) == (Severity.TRAVELLER_REJECTED, "NAME_MISSING")
    assert (fault.traveller, fault.carrier_reference) == (1, "R9")


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        (
            "235 WESTERN ROAD+SLEAFORD+:::LINCS+PE224T5+GBR",
            ("235 WESTERN ROAD", "SLEAFORD", "LINCS", "PE224T5"),
        ),
        ("235 WESTERN ROAD+SLEAFORD+LIN+PE224T5+GBR", ("235 WESTERN ROAD", "SLEAFORD", "LIN", "PE224T5")),
        ("235 WESTERN ROAD+SLEAFORD+PE224T5+GBR", ("235 WESTERN ROAD", "SLEAFORD", None, "PE224T5")),
        ("235:WESTERN ROAD+SLEAFORD+++GBR", ("235 WESTERN ROAD", "SLEAFORD", None, None)),
    ],
)
def test_address_is_read(sent: str, address: tuple[str, str, str | None, str | None]) -> None:
    traveller, _ = read_person(name=f"OSEI:KOFI+{sent}")
    assert traveller.address == Address(*address, "GBR")


def test_empty_address_is_none_and_an_unknown_country_is_warned() -> None:
    assert read_person(name="OSEI:KOFI+++++")[0].address is None
    traveller, faults = read_person(name="OSEI:KOFI+++++QQQ")
    assert traveller.address is None
    assert faults == ["STATE_UNKNOWN"]


# Facts of a person.


@pytest.mark.parametrize(
    ("segment", "sex", "faults"),
    [
        ("ATT+2++F", Sex.FEMALE, []),
        ("ATT+2++m", Sex.MALE, []),
        ("ATT+2++X", Sex.UNSPECIFIED, []),
        ("ATT+2++U", Sex.UNKNOWN, []),
        ("ATT+2++<", Sex.UNKNOWN, []),
        ("ATT+2+F", Sex.FEMALE, []),
        ("ATT+2", None, []),
        ("ATT+2++Q", None, ["SEX_UNKNOWN"]),
    ],
)
def test_sex_is_read(segment: str, sex: Sex | None, faults: list[str]) -> None:
    traveller, found = read_person(segment)
    assert (traveller.sex, found) == (sex, faults)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("DTM+329:720907", "1972-09-07"),
        ("DTM+329: 720907", "1972-09-07"),
        ("DTM+329+720907", "1972-09-07"),
        ("DTM+329:19720907:102", "1972-09-07"),
        ("DTM+329:010203", "2001-02-03"),
        ("DTM+329:271114", "2027-11-14"),
        ("DTM+329:271115", "1927-11-15"),
        ("DTM+329:840200", "1984-02"),
        ("DTM+329:840000", "1984"),
        ("DTM+329:84XXXX", "1984"),
        ("DTM+329:000000", "None"),
        ("DTM+329:XX0711", "None"),
        ("DTM+329:", "None"),
    ],
)
def test_birth_date_is_resolved_against_the_flights_date(sent: str, read: str) -> None:
    traveller, faults = read_person(sent)
    assert (str(traveller.birth_date), faults) == (read, [])


@pytest.mark.parametrize("sent", ["840230", "20271115", "84022", "ABCDEF", "841315"])
def test_impossible_birth_date_rejects_the_traveller_alone(sent: str) -> None:
    message = read_one(str(Written(people=person(f"DTM+329:{sent}") + person(name="MENSAH:AMA"))))
    assert [each.surname for each in message.travellers] == ["MENSAH"]
    (fault,) = message.rejected_travellers
    assert (fault.code, fault.segment, fault.position, fault.traveller) == (
        "BIRTH_DATE_IMPOSSIBLE",
        "DTM",
        9,
        1,
    )


def test_first_reason_stands_where_a_traveller_has_two() -> None:
    message = read_one(str(Written(people=person("DTM+329:840230", name=":"))))
    assert codes(message) == ["NAME_MISSING"]


def test_unknown_segments_of_a_person_are_passed_over() -> None:
    assert read_person("QTY+1", "CPI+2")[1] == []


def test_person_without_a_name_element_is_rejected() -> None:
    assert codes(read_one(str(Written(people="NAD+FL'")))) == ["NAME_MISSING"]


@pytest.mark.parametrize(
    ("segments", "bags"),
    [
        (["MEA+CT++:2"], Bags(2)),
        (["MEA+CT++4"], Bags(4)),
        (["MEA+WT++KGM:31"], Bags(weight_kg=31)),
        (["MEA+WT++LBR:70.5"], Bags(weight_kg=32)),
        (["MEA+CT++:many"], None),
        (["FTX+BAG+++ZZ012345:3"], Bags(tags=("ZZ012345", "ZZ012346", "ZZ012347"))),
        (["FTX+BAG+++0123456789:2"], Bags(tags=("0123456789", "0123456790"))),
        (["FTX+BAG+++ZZ012345", "FTX+BAG+++ZZ012399"], Bags(tags=("ZZ012345", "ZZ012399"))),
        (["FTX+BAG+23++ZZ012345"], Bags(weight_kg=23, tags=("ZZ012345",))),
        (["MEA+WT++KGM:31", "FTX+BAG+23"], Bags(weight_kg=31)),
        (["FTX+BAG+++XA 12A:2"], Bags(tags=("XA 12A",))),
        (["FTX+BAG+++HALAL"], None),
    ],
)
def test_bags_are_read(segments: list[str], bags: Bags | None) -> None:
    assert read_person(*segments)[0].bags == bags


def test_limit_of_bag_tags() -> None:
    most = traveller_draft.MAX_BAG_TAGS
    traveller, faults = read_person(f"FTX+BAG+++ZZ000001:{most}")
    assert traveller.bags is not None
    assert (len(traveller.bags.tags), faults) == (most, [])
    traveller, faults = read_person(f"FTX+BAG+++ZZ000001:{most + 1}")
    assert traveller.bags == Bags(tags=("ZZ000001",))
    assert faults == ["MAX_BAG_TAGS"]


@pytest.mark.parametrize(
    ("segments", "verified"),
    [
        (["GEI+4+173"], True),
        (["GEI+4+174"], False),
        (["GEI+4+ZZZ"], True),
        (["GEI+4+9"], None),
        (["GEI+4+173", "GEI+4+9"], True),
    ],
)
def test_means_of_capture_is_read(segments: list[str], verified: bool | None) -> None:
    assert read_person(*segments)[0].verified is verified


@pytest.mark.parametrize(
    ("segment", "place"),
    [
        ("LOC+180+GHA", Place(None, "GHA")),
        ("LOC+180+:::AMBER HILL GBR", Place("AMBER HILL", "GBR")),
        ("LOC+180+GBR:::LONDON", Place("LONDON", "GBR")),
        ("LOC+180+:::LONDON", Place("LONDON", None)),
        ("LOC+180+:::NEW YORK CITY", Place("NEW YORK CITY", None)),
        ("LOC+180+:::GBR", Place(None, "GBR")),
        ("LOC+180+KUMASI", Place("KUMASI", None)),
        ("LOC+180", None),
    ],
)
def test_birth_place_is_read(segment: str, place: Place | None) -> None:
    assert read_person(segment)[0].birth_place == place


def test_contacts_of_a_traveller_are_read() -> None:
    traveller, _ = read_person("COM+202 628 9292:TE+202 628 4998:FX+A.AT.B:EM", "COM+:TE")
    assert (traveller.phones, traveller.emails) == (("202 628 9292",), ("A.AT.B",))


@pytest.mark.parametrize(
    ("code", "duty"), [("CR1", CrewDuty.COCKPIT), ("CR5", CrewDuty.DEADHEAD), ("CR9", None)]
)
def test_crew_duty_is_read(code: str, duty: CrewDuty | None) -> None:
    assert read_person(f"EMP+1+{code}:110:111")[0].crew_duty is duty


def test_nationality_is_three_letters_and_the_first_one_stands() -> None:
    assert read_person("NAT+2+D")[0].nationality == "DEU"
    assert read_person("NAT+2+GHA", "NAT+2+GRC")[0].nationality == "GHA"
    traveller, faults = read_person("NAT+2+QQQ", "NAT+2+GRC")
    assert (traveller.nationality, faults) == ("GRC", ["STATE_UNKNOWN"])


def test_references_are_read() -> None:
    traveller, _ = read_person("RFF+AVF:Q7KD2M", "RFF+ABO:R1", "RFF+SEA:012B", "RFF+AEA:G1", "RFF+YZY:7842C2")
    assert (
        traveller.record_locator,
        traveller.carrier_reference,
        traveller.seat,
        traveller.redress_number,
    ) == ("Q7KD2M", "R1", "012B", "G1")


# Documents.


@pytest.mark.parametrize(
    ("segments", "document"),
    [
        (["DOC+P+MB140241"], TravelDocument("P", "MB140241")),
        (["DOC+PD:110:ZZZ+X1"], TravelDocument("PD", "X1")),
        (["DOC++448763368"], TravelDocument(None, "448763368")),
        (["DOC+ID:110:111+X1"], TravelDocument("I", "X1")),
        (["DOC+A+X1"], TravelDocument("I", "X1")),
        (["DOC+ip+X1"], TravelDocument("P", "X1")),
        (["DOC+AC+X1"], TravelDocument("O", "X1")),
        (["DOC+F+X1"], TravelDocument("O", "X1")),
        (["DOC+L:110:111+SE.FCL.55120"], TravelDocument("L", "SE.FCL.55120")),
        (["DOC+P+1", "DTM+36:351231"], TravelDocument("P", "1", expiry=date(2035, 12, 31))),
        (["DOC+P+1", "DTM+182:801231"], TravelDocument("P", "1", issued=date(1980, 12, 31))),
        (["DOC+P+1", "DTM+36:20351231"], TravelDocument("P", "1", expiry=date(2035, 12, 31))),
        (["DOC+P+1", "DTM+36:000000"], TravelDocument("P", "1")),
        (["DOC+P+1", "DTM+36:"], TravelDocument("P", "1")),
    ],
)
def test_document_is_read(segments: list[str], document: TravelDocument) -> None:
    traveller, faults = read_person(*segments)
    assert (traveller.documents, faults) == ((document,), [])


def test_filler_document_is_ignored_with_its_place_and_date() -> None:
    traveller, faults = read_person("DOC++", "LOC+91+", "DTM+36:300101")
    assert (traveller.documents, faults) == ((), [])


@pytest.mark.parametrize(
    ("segments", "fault"),
    [
        (["DOC+P+"], "DOCUMENT_NUMBER_MISSING"),
        (["DOC+P+1", "DTM+36:301341"], "DOCUMENT_DATE_IMPOSSIBLE"),
        (["DOC+P+1", "DTM+36:30"], "DOCUMENT_DATE_IMPOSSIBLE"),
        (["DTM+36:300101"], "DOCUMENT_MISSING"),
    ],
)
def test_document_fault_is_a_warning(segments: list[str], fault: str) -> None:
    assert read_person(*segments)[1] == [fault]


def test_place_of_issue_without_a_document_is_passed_over() -> None:
    assert read_person("LOC+91+GRC")[1] == []


def test_limit_of_documents() -> None:
    most = MAX_DOCUMENTS
    traveller, faults = read_person(*(f"DOC+P+{each}" for each in range(most)))
    assert (len(traveller.documents), faults) == (most, [])
    traveller, faults = read_person(*(f"DOC+P+{each}" for each in range(most + 1)))
    assert (len(traveller.documents), faults) == (most, ["MAX_DOCUMENTS"])


# The message.


@pytest.mark.parametrize(
    ("segment", "function", "change"),
    [
        ("BGM+745'", "PASSENGER_LIST", Change.NEW),
        ("BGM+745+CP'", "PASSENGER_LIST", Change.CHANGE),
        ("BGM+745+XR'", "PASSENGER_LIST", Change.CANCEL),
        ("BGM+745+RP'", "PASSENGER_LIST", Change.REDUCTION),
        ("BGM+266+CL'", "FLIGHT_STATUS", Change.CLOSE),
        ("BGM+266+CLNB'", "FLIGHT_STATUS", Change.CLOSE_NOT_ON_BOARD),
        ("BGM+266+CLOB'", "FLIGHT_STATUS", Change.CLOSE_ON_BOARD),
        ("BGM+266+XF'", "FLIGHT_STATUS", Change.FLIGHT_CANCELLED),
        ("BGM+266+CF'", "FLIGHT_STATUS", Change.FLIGHT_CHANGED),
        ("BGM+250'", "CREW_LIST", Change.NEW),
        ("BGM+250+C'", "CREW_LIST", Change.NEW),
        ("BGM+250+CC'", "CREW_LIST", Change.CHANGE),
        ("BGM+250+CLOB'", "CREW_LIST", Change.CLOSE_ON_BOARD),
        ("BGM+336+G'", "MASTER_CREW_LIST", Change.NEW),
        ("BGM+336+H'", "MASTER_CREW_LIST", Change.CANCEL),
        ("BGM+336+I'", "MASTER_CREW_LIST", Change.CHANGE),
        ("BGM+655'", "GATE_PASS", Change.NEW),
    ],
)
def test_function_and_change_are_read(segment: str, function: str, change: Change) -> None:
    message = read_one(str(Written(function=segment)))
    assert (message.function, message.change, codes(message)) == (MessageFunction(function), change, [])


@pytest.mark.parametrize(
    ("function", "flight", "number", "legs"),
    [
        ("BGM+655'", "", None, 0),
        ("BGM+655'", "TDT+20+XA418'LOC+91+ATH'", "418", 0),
        ("BGM+336+G'", "TDT+20+XAMCL+++XA'LOC+188+ATH'DTM+554:2711140530:201'", "MCL", 0),
        ("BGM+336+G'", "TDT+20+XAMCL+++XA'LOC+125+DXB'DTM+554:2711140530:201'LOC+87+ATH'", "MCL", 1),
    ],
)
def test_gate_pass_and_master_crew_list_need_no_leg(
    function: str, flight: str, number: str | None, legs: int
) -> None:
    message = read_one(str(Written(function=function, flight=flight, people=person("DTM+329:271114"))))
    assert (codes(message), len(message.travellers)) == ([], 1)
    assert (message.flight is None) == (number is None)
    assert message.flight is None or (message.flight.number, len(message.flight.legs)) == (number, legs)


def test_time_of_a_master_crew_list_is_its_airports() -> None:
    times = "LOC+125+DXB'DTM+554:2711140530:201'LOC+87+ATH'DTM+554:2711140905:201'"
    message = read_one(str(Written(function="BGM+336+G'", flight=f"TDT+20+XAMCL+++XA'{times}")))
    assert message.flight is not None
    (leg,) = message.flight.legs
    assert [str(leg.departure), str(leg.arrival)] == ["2027-11-14 05:30:00", "2027-11-14 09:05:00"]


def test_unknown_change_is_warned() -> None:
    message = read_one(str(Written(function="BGM+745+QQ'")))
    assert (message.change, codes(message)) == (None, ["CHANGE_UNKNOWN"])


@pytest.mark.parametrize(
    ("sent", "reference", "revision", "faults"),
    [
        ("RFF+TN:ABC:::2'", "ABC", 2, []),
        ("RFF+TN:ABC'", "ABC", None, []),
        ("RFF+TN:ABC:::X'", "ABC", None, ["REVISION_UNREADABLE"]),
        ("RFF+ZZ:ABC'", None, None, []),
    ],
)
def test_transaction_is_read(
    sent: str, reference: str | None, revision: int | None, faults: list[str]
) -> None:
    message = read_one(str(Written(head=sent)))
    assert (message.transaction_reference, message.revision, codes(message)) == (reference, revision, faults)


@pytest.mark.parametrize(
    ("sent", "part", "is_last"),
    [
        ("IATA++01:F'", 1, True),
        ("IATA++01:C'", 1, False),
        ("IATA++02'", 2, False),
        ("IATA++10:F'", 10, True),
        ("IATA++123:F'", 1, True),
        ("IATA++:C'", 1, False),
        ("IATA'", 1, True),
    ],
)
def test_part_is_read(sent: str, part: int, is_last: bool) -> None:
    message = read_one(str(Written()).replace("IATA'", sent))
    assert (message.part, message.is_last_part) == (part, is_last)


@pytest.mark.parametrize("version", ["02B", "05B", "12B", "15B", "16B", "17A"])
def test_directory_version_is_accepted(version: str) -> None:
    message = read_one(str(Written()).replace("D:15B", f"D:{version}"))
    assert (message.is_rejected, message.version) == (False, f"D:{version}")


@pytest.mark.parametrize("version", ["02A", "01B", "17B", "18A", "96B", "XYZ"])
def test_other_directory_version_is_refused(version: str) -> None:
    message = read_one(str(Written()).replace("D:15B", f"D:{version}"))
    assert codes(message) == ["VERSION_UNSUPPORTED"]


def test_version_may_stand_in_the_group_or_nowhere() -> None:
    in_group = EXAMPLE_A.replace(b"PAXLST:D:15B:UN:IATA", b"PAXLST")
    assert read_one(in_group).version == "D:15B"
    nowhere = str(Written()).replace("PAXLST:D:15B:UN:IATA", "PAXLST")
    assert (read_one(nowhere).version, codes(read_one(nowhere))) == (None, [])


@pytest.mark.parametrize(
    ("sent", "stated"),
    [("CNT+42:160'", 160), ("CNT+41:8'", 8), ("CNT+3:2'", 2), ("CNT+42:X'", None), ("", None)],
)
def test_count_is_of_the_flight_and_never_a_fault(sent: str, stated: int | None) -> None:
    message = read_one(str(Written(people=person(), end=sent)))
    assert (message.counted, codes(message)) == (Counted(stated, 1), [])


def test_list_without_a_person_is_read() -> None:
    assert read_one(str(Written(end="CNT+42:0'"))).travellers == ()


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (Written(function=""), ("FUNCTION_MISSING", "BGM", 2)),
        (Written(function="BGM+999'"), ("FUNCTION_UNKNOWN", "BGM", 2)),
        (Written(flight=""), ("FLIGHT_MISSING", "TDT", 3)),
        (Written(flight="TDT+20'"), ("FLIGHT_UNREADABLE", "TDT", 3)),
        (Written(flight="TDT+20+XA418'"), ("LEG_MISSING", "LOC", 4)),
        (Written(flight="TDT+20+XA418'LOC+125+DXB'"), ("LEG_MISSING", "LOC", 5)),
        (Written(flight="TDT+20+XA418'LOC+125+DXBXX'"), ("FLIGHT_UNREADABLE", "LOC", 4)),
        (
            Written(flight="TDT+20+XA418'LOC+125+DXB'DTM+189:9999:201'"),
            ("FLIGHT_TIME_UNREADABLE", "DTM", 5),
        ),
        (
            Written(flight="TDT+20+XA418'LOC+125+DXB'DTM+189:2713410530:201'"),
            ("FLIGHT_TIME_UNREADABLE", "DTM", 5),
        ),
    ],
)
def test_message_without_what_it_must_have_is_rejected(written: Written, fault: tuple[str, str, int]) -> None:
    message = read_one(str(written))
    (found,) = message.faults
    assert (found.code, found.segment, found.position) == fault
    assert message.is_rejected
    assert message.interchange_reference == "REF1"


def test_other_message_types_are_rejected_one_by_one() -> None:
    message = read_one(str(Written()).replace("PAXLST:D:15B:UN:IATA", "IFTMIN:D:96A:UN"))
    assert codes(message) == ["MESSAGE_TYPE_UNSUPPORTED"]


def test_person_of_an_unknown_role_is_told_and_not_lost() -> None:
    message = read_one(str(Written(people="NAD+QQ+++DOE:JANE'RFF+ABO:R7'" + person())))
    assert [each.surname for each in message.travellers] == ["OSEI"]
    (fault,) = message.faults
    assert (fault.code, fault.carrier_reference) == ("ROLE_UNKNOWN", "R7")


def test_address_of_no_traveller_is_passed_over_with_its_segments() -> None:
    message = read_one(str(Written(people="NAD+CA'COM+1:TE'DTM+189:9'" + person(), end="CNT+42:1'")))
    assert (len(message.travellers), codes(message)) == (1, [])
    assert message.counted.travellers_stated == 1


def test_remarks_are_kept_apart_for_the_filter_alone() -> None:
    message = read_one(str(Written(people=person("FTX+AAI+++WCHR:KSML"), head="FTX+AAI+++HELLO'")))
    assert message.free_texts == ("  HELLO", "  WCHR KSML")
    assert "WCHR" not in json.dumps(message.as_json())


def test_remark_without_text_is_an_empty_remark() -> None:
    assert read_one(str(Written(people=person("FTX+AAI")))).free_texts == ("",)


def test_limit_of_a_travel_segments_characters() -> None:
    most = paxlst.MAX_TRAVEL_SEGMENT_CHARACTERS
    fits = "COM+" + "1" * (most - len("COM+"))
    message = read_one(str(Written(people=person(fits) + person(fits + "1", name="MENSAH:AMA"))))
    assert [each.surname for each in message.travellers] == ["OSEI"]
    assert codes(message) == ["MAX_TRAVEL_SEGMENT_CHARACTERS"]
    too_long = read_one(str(Written(head=fits + "1'")))
    assert codes(too_long) == ["MAX_TRAVEL_SEGMENT_CHARACTERS"]
    assert too_long.is_rejected
    assert read_one(str(Written(people=person() + person(name="A" * most)))).is_rejected


def test_limit_of_travellers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paxlst, "MAX_TRAVELLERS", 2)
    assert not read_one(str(Written(people=person() * 2))).is_rejected
    assert codes(read_one(str(Written(people=person() * 3)))) == ["MAX_TRAVELLERS"]


def test_limit_of_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paxlst, "MAX_STOPS", 2)
    flight = "TDT+20+XA418'LOC+92+DXB'LOC+92+ATH'"
    assert not read_one(str(Written(flight=flight))).is_rejected
    assert codes(read_one(str(Written(flight=flight + "LOC+92+ZRH'")))) == ["MAX_STOPS"]


def test_limit_of_warnings_keeps_every_rejected_traveller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paxlst, "MAX_WARNINGS", 1)
    people = person("NAT+2+QQQ") * 3 + person("DTM+329:840230", "NAT+2+QQQ")
    message = read_one(str(Written(function="BGM+745+QQ'", head="RFF+TN:A:::X'", people=people)))
    assert codes(message) == ["CHANGE_UNKNOWN", "BIRTH_DATE_IMPOSSIBLE"]


def test_people_before_the_flight_are_read_against_the_day_of_receipt() -> None:
    written = Written(flight=person("DTM+329:271114") + Written().flight)
    assert read_one(str(written)).travellers[0].birth_date == PartialDate(2027, 11, 14)


def test_header_dates_and_places_are_no_legs() -> None:
    message = read_one(str(Written(head="DTM+189:2711140530:201'LOC+188+XXX'")))
    assert codes(message) == []
    assert message.flight is not None
    assert len(message.flight.legs) == 1


def _is_a_name(text: str) -> bool:
    return text.isupper() and text not in {"NULL", "FNU", "LNU", "XXX"}


_NAME = st.text("ABCDEFGHIKLNOPRSTUVWXYZ -'?:+", min_size=1, max_size=30).map(str.strip).filter(_is_a_name)
_REFERENCE = st.text("ABCDEFGHIJ0123456789'?:+", min_size=1, max_size=12)
_STATES = st.sampled_from(["GHA", "GRC", "DEU", "XXA", "XAA", "GBN"])
_AIRPORTS = st.sampled_from(["ATH", "DXB", "XQA", "LGAV"])
_BAG_TAGS = st.lists(st.sampled_from(["XA118204", "XA118205", "0618123456"]), max_size=3).map(tuple)
_ADDRESSES = st.builds(
    Address, _REFERENCE, st.none() | _REFERENCE, st.none() | _REFERENCE, st.none() | _REFERENCE, _STATES
)
_DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@st.composite
def travellers(draw: st.DrawFn) -> Traveller:
    birth = draw(st.dates(date(1930, 1, 1), date(2026, 12, 31)))
    documents = st.builds(
        TravelDocument,
        st.sampled_from(["P", "V", "I", "PD"]),
        _REFERENCE,
        st.none() | _STATES,
        st.none() | _DAYS,
        st.none() | _DAYS,
    )
    return Traveller(
        surname=draw(_NAME),
        given_names=draw(st.none() | st.sampled_from(["KOFI", "ELENI MARIA", "LAYLA NOUR"])),
        role=draw(st.sampled_from(TravellerRole)),
        birth_date=PartialDate.of(birth),
        birth_date_sent=birth.strftime("%Y%m%d"),
        sex=draw(st.none() | st.sampled_from(Sex)),
        nationality=draw(st.none() | _STATES),
        residence=draw(st.none() | _STATES),
        birth_place=draw(st.none() | st.builds(Place, st.none() | _REFERENCE, _STATES)),
        address=draw(st.none() | _ADDRESSES),
        phones=tuple(draw(st.lists(_REFERENCE, max_size=2))),
        emails=tuple(draw(st.lists(_REFERENCE, max_size=2))),
        crew_duty=draw(st.none() | st.sampled_from(CrewDuty)),
        embarkation=draw(st.none() | _AIRPORTS),
        debarkation=draw(st.none() | _AIRPORTS),
        clearance=draw(st.none() | _AIRPORTS),
        documents=tuple(draw(st.lists(documents, max_size=3))),
        record_locator=draw(st.none() | _REFERENCE),
        redress_number=draw(st.none() | _REFERENCE),
        seat=draw(st.none() | _REFERENCE),
        verified=draw(st.none() | st.booleans()),
        bags=draw(st.none() | st.builds(Bags, st.integers(0, 9), st.integers(0, 99), _BAG_TAGS)),
    )


@given(st.lists(travellers(), max_size=4))
def test_written_travellers_read_back_equal(sent: list[Traveller]) -> None:
    # A reference of their own keeps drawn travellers apart, who may well be namesakes.
    sent = [_with_reference(traveller, place) for place, traveller in enumerate(sent)]
    message = read_one(str(Written(people=write_travellers(sent))))
    assert [each.as_json() for each in message.travellers] == [each.as_json() for each in sent]
    # Drawn papers are seldom in order, which the reader has no opinion of.
    found = [fault for fault in message.faults if fault.code not in document_checks.CODES]
    assert [fault for fault in found if fault.segment != "UNT"] == []


def _with_reference(traveller: Traveller, place: int) -> Traveller:
    return Traveller.from_json({**traveller.as_json(), "carrier_reference": f"R{place}"})


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["NAD", "DTM", "LOC", "DOC", "RFF", "TDT", "MEA", "FTX", "NAT", "CNT", "BGM", "EMP"]
            ),
            st.text("+:?0123456789AFLMP9 <X*", max_size=24),
        ),
        max_size=25,
    )
)
def test_no_segments_crash_the_reader(segments: list[tuple[str, str]]) -> None:
    people = "".join(f"{tag}+{text.rstrip('?')}'" for tag, text in segments)
    for message in read_messages(str(Written(people=people)).encode(), "", datetime.now(UTC)):
        assert message.as_json()["kind"] == "PAXLST"


def test_time_of_receipt_is_all_that_the_reader_knows_of_time() -> None:
    first = read_messages(EXAMPLE_B, "", RECEIVED_AT)
    assert first == read_messages(EXAMPLE_B, "", RECEIVED_AT)
