"""Groups of a PNR: travellers, services, texts, tickets, flights, check-in, history."""

import pytest

from services.ingest.formats.pnrgov.drafts import MAX_BAG_TAGS
from shared.travel.partial_date import PartialDate
from shared.travel.reservation_parts import (
    Contact,
    ContactKind,
    ExcessBaggage,
    FrequentFlyer,
    HistoryAction,
    HistoryKind,
    Price,
    TicketLimit,
    WhereSent,
)
from shared.travel.traveller import Address, Place, Sex
from tests.unit.ingest.pnrgov.samples import LEG, RCI, TIF, codes, message, reservation, traveller

TWO = "TIF+OSEI+KOFIMR:A:1'TIF+MEHTA+ANIKAMS:A:2:1'"
INFANT = "TIF+MEHTA+ROHANMSTR:IN:3'"


@pytest.mark.parametrize(
    ("tif", "surname", "given"),
    [
        ("TIF+JONES+JOHNMR:A:1", "JONES", "JOHN"),
        ("TIF+JONES+JOHN MR:A:1", "JONES", "JOHN"),
        ("TIF+YY+ANIKAMS:A:1", "YY", "ANIKA"),
        ("TIF+ATUYETMAIVAN+MISS:A:1", "ATUYETMAIVAN", "MISS"),
        ("TIF+OSEI:I+KOFI REV:A:1", "OSEI", "KOFI"),
        ("TIF+FNU+KOFI:A:1", "KOFI", None),
        ("TIF+OSEI+FNU:A:1", "OSEI", None),
        ("TIF+OSEI", "OSEI", None),
        ("TIF+NULL+JENNIFER:A:1", "NULL", "JENNIFER"),
        ("TIF+ABEBE+SAMS:A:1", "ABEBE", "SA"),
    ],
)
def test_names_of_airimp(tif: str, surname: str, given: str | None) -> None:
    read = traveller(name=f"{tif}'")
    assert (read.surname, read.given_names) == (surname, given)


def test_what_a_document_spells_is_no_title() -> None:
    read = traveller(
        "SSR+DOCS:HK:1:XA:::::/P/GRC/A1/GRC/29FEB84/M/18MAY31/ABEBE/SAMS'", name="TIF+ABEBE+SAMS:A:1'"
    )
    assert read.given_names == "SAMS"


@pytest.mark.parametrize(
    ("kind", "name", "sex"),
    [
        ("A", "ADULT", None),
        ("C", "CHILD", None),
        ("IN", "INFANT", None),
        ("IF", "INFANT", Sex.FEMALE),
        ("IM", "INFANT", Sex.MALE),
        ("F", None, Sex.FEMALE),
        ("N", None, None),
    ],
)
def test_kinds_of_travellers(kind: str, name: str | None, sex: Sex | None) -> None:
    read = traveller(name=f"TIF+OSEI+KOFI:{kind}:1'")
    assert (read.kind, read.sex) == (name, sex)


@pytest.mark.parametrize("tif", ["TIF+SEETHE WORLD:G'", "TIF+SEETHE WORLD+:G:9'"])
def test_group_is_no_traveller(tif: str) -> None:
    read = message(RCI + tif + "TVL+141127:0530:141127:0905+DXB+ATH+XA+418:K'RPI+25+YG'")
    (pnr,) = read.reservations
    assert [(each.surname, each.kind) for each in pnr.travellers] == [("SEETHE WORLD", "GROUP")]
    assert (read.counted.travellers_read, pnr.party_size, pnr.itinerary[0].status) == (0, 25, "YG")


def test_party_is_counted_where_no_flight_states_it() -> None:
    assert reservation(TWO, "TVL+201127:1100+ATH+DXB+XA+419'").party_size == 2


def test_services_of_the_pnr_find_their_traveller_by_reference() -> None:
    pnr = reservation("SSR+DOCS:HK:1:XA:::::/P/GRC/A1/GRC/29FEB84/F/18MAY31+::2'", TWO, LEG)
    assert [len(each.documents) for each in pnr.travellers] == [0, 1]


def test_documents_of_the_pnr_find_their_traveller_by_name() -> None:
    pnr = reservation("SSR+DOCS:HK:1:XA:::::/P/GRC/A1/GRC/29FEB84/F/18MAY31/MEHTA/ANI KA'", TWO, LEG)
    assert [len(each.documents) for each in pnr.travellers] == [0, 1]


@pytest.mark.parametrize(
    "ssr",
    [
        "DOCS:HK:1:XA:::::/P/GRC/A1/GRC/29FEB84/F/18MAY31/NOBODY/KNOWN",
        "DOCO:HK:1:XA:::::/ACCRA GHA/V/V1",
        "DOCA:HK:1:XA:::::/D/GRC/STREET",
        "FQTV:HK:1:XA:::::/XA774",
        "TKNE:HK:1:XA:::::9992400100200C1",
    ],
)
def test_facts_of_nobody_known_stay_in_the_service(ssr: str) -> None:
    read = message(f"{RCI}SSR+{ssr}'{TWO}{LEG}")
    (service,) = read.reservations[0].services
    assert service.text is not None
    assert codes(read) == ["TRAVELLER_UNKNOWN"]


@pytest.mark.parametrize("owner", ["-2MEHTA/ANIKAMS", "-MEHTA/ANIKA", "-2.1mehta/anika ms"])
def test_service_of_the_pnr_is_whose_name_its_text_ends_with(owner: str) -> None:
    texts = ["FQTV:HK:1:XA:::::/XA774", "UMNR:HK:1:XA:::::UM09", "TKNE:HK:1:XA:::::9992400100200C1"]
    read = message(RCI + "".join(f"SSR+{text}{owner}'" for text in texts) + TWO + LEG)
    kofi, anika = read.reservations[0].travellers
    assert (anika.frequent_flyer, anika.tickets, anika.minor is not None) == (
        ("XA774",),
        ("9992400100200",),
        True,
    )
    assert (kofi.frequent_flyer, kofi.minor, codes(read)) == ((), None, [])


def test_service_of_whom_the_pnr_does_not_name_is_nobodys() -> None:
    read = message(f"{RCI}SSR+FQTV:HK:1:XA:::::/XA774-3ANNAN/ESI'{TWO}{LEG}")
    assert codes(read) == ["TRAVELLER_UNKNOWN"]
    assert [each.frequent_flyer for each in read.reservations[0].travellers] == [(), ()]


@pytest.mark.parametrize("code", ["DOCS", "DOCO", "DOCA", "FQTV", "TKNE", "INFT", "PCTC", "CHLD", "SEAT"])
def test_service_without_its_facts_is_kept_by_its_code(code: str) -> None:
    pnr = reservation(f"SSR+{code}:HK'", TWO, LEG)
    assert (pnr.service_codes, pnr.services[0].text) == ((code,), None)


@pytest.mark.parametrize("code", ["CTCM", "CTCE"])
def test_contact_that_cannot_be_read_is_a_warning(code: str) -> None:
    read = message(f"{RCI}SSR+{code}:HK:1:XA:::::/NONE'{TIF}{LEG}")
    assert (codes(read), read.reservations[0].services[0].text) == (["CONTACT_UNREADABLE"], "/NONE")


def test_service_without_a_code_is_a_warning() -> None:
    read = message(f"{RCI}SSR'{TIF}{LEG}DAT'TRI++1:::1'ABI'SAC+++A'SSR+'")
    assert codes(read) == ["SERVICE_CODE_MISSING"]
    assert read.reservations[0].services == ()


def test_dead_service_gives_no_facts() -> None:
    read = traveller("SSR+SEAT:UC:1:XA+12A::1'SSR+FQTV:XX:1:XA:::::/XA774'")
    assert (read.seats, read.frequent_flyer) == ((), ())


def test_service_texts_of_several_components_are_joined() -> None:
    (service,) = reservation("SSR+OTHS:HK:12:XA:::DXB:ATH:PART ONE:PART TWO'", TIF, LEG).services
    assert (service.text, service.number, service.board, service.off) == (
        "PART ONEPART TWO",
        12,
        "DXB",
        "ATH",
    )


def test_services_of_a_flight_name_the_flight() -> None:
    pnr = reservation(TWO, LEG, LEG, "SSR+SEAT:HK:2:XA:::DXB:ATH+12A::1+12B::2+:::H'")
    (service,) = pnr.services
    assert (service.where, service.leg, service.data[2].characteristic) == (WhereSent.LEG, 1, "H")
    assert [each.seats for each in pnr.travellers] == [("12A",), ("12B",)]


def test_seats_in_a_text_belong_to_an_only_traveller() -> None:
    pnr = reservation(TIF, LEG, "SSR+NSST:HK:1:XA:::DXB:ATH:.03BN'")
    assert (pnr.travellers[0].seats, pnr.services[0].text) == (("03B",), None)
    two = reservation(TWO, LEG, "SSR+NSST:HK:2:XA:::DXB:ATH:.03BN03AN'")
    assert [each.seats for each in two.travellers] == [(), ()]
    assert [each.value for each in two.services[0].data] == ["03B", "03A"]


def test_seat_of_nobody_known_is_a_warning() -> None:
    read = message(f"{RCI}{TIF}{LEG}SSR+SEAT:HK:1:XA+12A::9'")
    assert codes(read) == ["TRAVELLER_UNKNOWN"]


def test_seat_service_with_a_text_that_is_no_seat_keeps_it() -> None:
    assert reservation(TIF, LEG, "SSR+SEAT:HK:1:XA:::::AISLE'").services[0].text == "AISLE"


def test_tickets_of_services_and_groups_are_one() -> None:
    read = traveller(
        "SSR+TKNE:HK:1:XA:::::9992400100200C1'SSR+TKNE:HK:1:XA:::::9992400100201C1'",
        "TKT+9992400100200:T:1'MON+T:100.00:AED'SSR+TKNE:HK:1:XA:::::9992400100200C2'",
    )
    assert read.tickets == ("9992400100200", "9992400100201")
    assert [each.prices for each in read.ticket_details] == [(Price("T", "100.00", "AED"),), ()]


def test_infant_s_ticket_goes_to_the_infant() -> None:
    pnr = reservation("SSR+TKNE:HK:1:XA:::::INF9992400100209C1+::2'", TWO, INFANT, LEG)
    assert [each.tickets for each in pnr.travellers] == [(), (), ("9992400100209",)]


def test_infant_s_document_under_the_adult_goes_to_the_infant() -> None:
    docs = "SSR+DOCS:HK:1:XA:::::/P/IND/Z81/IND/05JAN27/MI/04JAN32/MEHTA/ROHAN'"
    pnr = reservation(TWO, docs, INFANT, LEG)
    assert [each.birth_date for each in pnr.travellers] == [None, None, PartialDate(2027, 1, 5)]


def test_infant_that_no_tif_names_travels_too() -> None:
    read = message(f"{RCI}{TWO}SSR+INFT:HK:1:XA:::::MEHTA/ROHANMSTR 05JAN27'{LEG}")
    infant = read.reservations[0].travellers[2]
    assert (infant.given_names, infant.kind, infant.birth_date) == (
        "ROHAN",
        "INFANT",
        PartialDate(2027, 1, 5),
    )
    assert (read.counted.travellers_read, read.faults) == (3, ())


def test_infant_of_another_spelling_is_the_only_listed_one() -> None:
    pnr = reservation(TWO, "SSR+INFT:HK:1:XA:::::MEHTA/ROAN 05JAN27'", INFANT, LEG)
    assert [each.birth_date for each in pnr.travellers] == [None, None, PartialDate(2027, 1, 5)]


def test_infant_among_several_of_another_spelling_is_nobody_known() -> None:
    read = message(f"{RCI}{TWO}SSR+INFT:HK:1:XA:::::MEHTA/ROAN 05JAN27'{INFANT * 2}{LEG}")
    assert codes(read) == ["TRAVELLER_UNKNOWN"]


def test_infant_s_own_service_marks_no_adult() -> None:
    assert traveller("SSR+INFT:HK:1:XA:::::MEHTA/ROHAN'", name="TIF+MEHTA+ROHAN:IN:1'").has_infant is None


def test_visa_and_addresses_of_an_infant() -> None:
    pnr = reservation(
        TWO,
        "SSR+DOCO:HK:1:XA:::::/ACCRA GHA/V/V1//02MAR27/GRC/I'SSR+DOCA:HK:1:XA:::::/R/GRC/S/C///I'",
        INFANT,
        LEG,
    )
    assert [each.birth_place for each in pnr.travellers] == [None, None, Place("ACCRA", "GHA")]
    assert pnr.travellers[2].residence == Address("S", "C", None, None, "GRC")


def test_traveller_numbers_and_addresses() -> None:
    read = traveller(
        "SSR+DOCO:HK:1:XA:::::/ACCRA GHA/R/RED1'SSR+DOCO:HK:1:XA:::::/ACCRA GHA/K/KTN1'",
        "SSR+DOCA:HK:1:XA:::::/D/GRC/S/C'SSR+DOCA:HK:1:XA:::::/B/GHA//TAMALE'SSR+DOCA:HK:1:XA:::::/Q/GRC/S'",
    )
    assert (read.redress_number, read.known_traveller_number) == ("RED1", "KTN1")
    assert read.destination == Address("S", "C", None, None, "GRC")
    assert read.birth_place == Place("ACCRA", "GHA")


def test_documents_are_kept_once_and_limited() -> None:
    one = "SSR+DOCS:HK:1:XA:::::/P/GRC/A1/GRC'"
    more = "".join(f"SSR+DOCS:HK:1:XA:::::/P/GRC/B{number}/GRC'" for number in range(25))
    read = message(f"{RCI}{TIF}{one}{one}{more}SSR+DOCO:HK:1:XA:::::/X/V/V1'{LEG}")
    assert len(read.reservations[0].travellers[0].documents) == 25
    assert codes(read) == ["MAX_DOCUMENTS", "MAX_DOCUMENTS"]


def test_problem_of_a_visa_is_a_warning() -> None:
    assert codes(message(f"{RCI}{TIF}SSR+DOCO:HK:1:XA:::::/X/V/V1//99MAR27'{LEG}")) == [
        "DOCUMENT_DATE_IMPOSSIBLE"
    ]


def test_child_and_minor_alone() -> None:
    child = traveller("SSR+CHLD:HK:1:XA:::::12MAR19'")
    assert (child.kind, child.birth_date) == ("CHILD", PartialDate(2019, 3, 12))
    minor = traveller("SSR+UMNR:HK:1:XA:::::UM08 GREEK'ADD++701:1 ROAD:ATHINA::N PAPADAKIS:GR::302105550144'")
    assert minor.minor is not None
    assert (minor.kind, minor.minor.age, minor.minor.guardians[0].name) == ("CHILD", 8, "N PAPADAKIS")
    alone = traveller(name="TIF+OSEI+KOFI:UM:1'")
    assert (alone.kind, alone.minor is not None) == ("CHILD", True)


def test_infant_stays_an_infant_under_a_child_s_code_and_pnr_wide_codes_mean_nobody() -> None:
    assert traveller("SSR+CHLD:HK:1:XA:::::12MAR27'", name="TIF+MEHTA+ROHAN:IN:1'").kind == "INFANT"
    pnr = reservation("SSR+CHLD:HK:1'SSR+UMNR:HK:1:XA:::::UM08'", TWO, LEG)
    assert [(each.kind, each.minor) for each in pnr.travellers] == [("ADULT", None), ("ADULT", None)]


def test_contacts_of_services() -> None:
    pnr = reservation(
        "SSR+CTCH:HK:1:XA:::::/302105550144'SSR+PCTC:HK:1:XA:::::/N P/302105550199'",
        "SSR+CTCE:HK:1:XA:::::/A//B.EXAMPLE'SSR+CTCR:HK:1:XA:::::REFUSED'",
        TWO,
        "SSR+PCTC:HK:1:XA:::::/N P/302105550188'",
        LEG,
    )
    assert (pnr.phones, pnr.emails) == (("302105550144",), ("A@B.EXAMPLE",))
    emergency = Contact(kind=ContactKind.EMERGENCY, name="N P", phone="302105550199")
    assert pnr.contacts[1] == emergency
    assert [each.phone for each in pnr.travellers[1].contacts] == ["302105550188"]


def test_emergency_address_of_a_traveller() -> None:
    read = traveller("ADD++700:1 ROAD:ATHINA:::GR::302105550144'")
    assert [(each.kind, each.phone) for each in read.contacts] == [(ContactKind.EMERGENCY, "302105550144")]


def test_address_of_nothing_is_none() -> None:
    assert reservation("ADD++700'ADD++700:::::::NONE'", TIF, LEG).contacts == ()
    assert reservation("ADD++700:::::::X//Y.COM'", TIF, LEG).emails == ("X@Y.COM",)


@pytest.mark.parametrize(
    ("ift", "kind"),
    [
        ("IFT+4:28::XA+VIP'", "OSI"),
        ("IFT+4:15:0+DXB XA ATH'", "FARE_CALCULATION"),
        ("IFT+4:19+CHANGED'", "IFT 4:19"),
        ("IFT+4:3+CALL LATER'", "IFT 4:3"),
        ("IFT+VIP'", "OSI"),
    ],
)
def test_texts_become_remarks_for_the_filter(ift: str, kind: str) -> None:
    (remark,) = reservation(ift, TIF, LEG).remarks
    assert remark.kind == kind


@pytest.mark.parametrize("ift", ["IFT'", "IFT+4:63::XA'", "IFT+4:28+ '", "LTS'", "IFT+4:43'"])
def test_texts_without_words_are_nothing(ift: str) -> None:
    pnr = reservation(ift, TIF, LEG)
    assert (pnr.remarks, pnr.contacts) == ((), ())


def test_typed_contacts_of_texts_leave_no_remark() -> None:
    pnr = reservation("IFT+4:3+302105550144'IFT+4:2+1 ROAD ATHINA'", TIF, LEG)
    assert (pnr.phones, pnr.addresses, pnr.remarks) == (
        ("302105550144",),
        (Address("1 ROAD ATHINA"),),
        (),
    )


def test_contacts_and_ticket_limits_of_other_service_information() -> None:
    pnr = reservation(
        "IFT+4:28::XA+CTCT 302105550100 CTCA 1 ROAD ATHINA CTCM 306945550100'",
        "IFT+4:28::XA+TKTL BY 12NOV 1800'IFT+4:28+TKT OK'SSR+ADTK:KK:1:XA:::::BY 13NOV'",
        "LTS+0/O/28/APE X//Y.COM'LTS+APM NONE /APM 306945550101'",
        TIF,
        LEG,
    )
    assert pnr.phones == ("306945550100", "306945550101")
    assert (pnr.emails, pnr.addresses) == (("X@Y.COM",), (Address("1 ROAD ATHINA"),))
    assert pnr.ticket_limits == (TicketLimit(day="12NOV", time="1800"), TicketLimit(day="13NOV"))


def test_contact_of_no_address_is_left_to_the_filter() -> None:
    pnr = reservation("IFT+4:28::XA+CTCA'IFT+4:28+CTCM NONE'", TIF, LEG)
    assert (pnr.contacts, len(pnr.remarks)) == ((), 2)


def test_texts_of_travellers_and_flights_say_where_they_stood() -> None:
    pnr = reservation(TIF, "IFT+4:28+CTCM 306945550100'", LEG, "IFT+4:28+LATE'")
    assert [(each.where, each.traveller_reference) for each in pnr.remarks] == [
        (WhereSent.TRAVELLER, "1"),
        (WhereSent.LEG, None),
    ]
    assert pnr.contacts[0].traveller_reference == "1"


def test_sponsor_of_the_whole_pnr_is_a_payer() -> None:
    pnr = reservation("IFT+4:43+N PAPADAKIS+1 ROAD+302105550144'", TIF, LEG)
    (payer,) = pnr.contacts
    assert (payer.kind, payer.name, payer.phone, pnr.phones) == (
        ContactKind.PAYER,
        "N PAPADAKIS",
        "302105550144",
        (),
    )


def test_payments_name_their_payers() -> None:
    pnr = reservation(
        TIF,
        "TKT+9992400100200'FOP+CA::10.00'IFT+4:43+N PAPADAKIS'IFT+4:28+VIP'",
        "FOP+CC++CA'ADD++702'ADD++701:1 ROAD:ATHINA'",
        LEG,
    )
    first, second, third = pnr.payments
    assert first.payer is not None
    assert (first.payer.name, first.payer.address) == ("N PAPADAKIS", None)
    assert (second.payer, third.form) == (None, "CA")
    assert pnr.travellers[0].contacts[0].purpose == "701"
    assert len(pnr.remarks) == 1


def test_payment_of_the_whole_pnr() -> None:
    pnr = reservation("FOP+CA::10.00'ADD++702:1 ROAD:ATHINA'", TIF, LEG)
    (payment,) = pnr.payments
    assert payment.payer is not None
    assert (payment.ticket, payment.payer.address) == (None, Address("1 ROAD", "ATHINA"))


def test_ticket_that_the_sender_did_not_open() -> None:
    read = traveller("MON+T:100.00:AED'FOP+CA'")
    assert [each.number for each in read.ticket_details] == [None]


@pytest.mark.parametrize("segment", ["DAT+710:X:'", "PTK+++X'"])
def test_dates_of_tickets_that_cannot_be_read(segment: str) -> None:
    read = message(f"{RCI}{TIF}TKT+9992400100200'{segment}{LEG}")
    assert codes(read) == ["DATE_UNREADABLE"]


def test_pricing_without_indicators() -> None:
    assert traveller("TKT+9992400100200'PTK'").ticket_details[0].price_indicators == ()


def test_excess_baggage_of_party_and_traveller() -> None:
    pnr = reservation("EBD+USD:50.00+1::N'EBD'", TIF, "EBD+USD:20.00+1::N'EBD'", LEG)
    assert pnr.excess_baggage == (ExcessBaggage(currency="USD", rate="50.00", number="1", unit="N"),)
    assert [each.rate for each in pnr.travellers[0].excess_baggage] == ["20.00"]


def test_memberships_are_kept_once_with_their_level() -> None:
    read = traveller("SSR+FQTV:HK:1:XA:::::/XA774'FTI+XA:774:::GOLD+:X+'SSR+FQTV:HK:1:XA:::::/XA774'FTI+XA'")
    assert read.memberships[0] == FrequentFlyer("XA", "774", "GOLD")
    assert read.frequent_flyer == ("XA774", "X")


def test_unique_passenger_id_may_stand_first() -> None:
    assert traveller("REF+4928506894'").unique_id == "4928506894"


def test_dates_of_a_pnr_may_be_wrong_or_other() -> None:
    read = message(f"{RCI}DAT+700:32:X+710:020927+999:020927'{TIF}{LEG}")
    assert codes(read) == ["DATE_UNREADABLE"]
    assert (read.reservations[0].changed_at, str(read.reservations[0].ticketed_at)) == (
        None,
        "2027-09-02 00:00:00",
    )


def test_last_change_after_the_flights_is_no_check_in() -> None:
    pnr = reservation(TIF, LEG, "DAT+700:131127:2140'")
    assert (str(pnr.changed_at), pnr.travellers[0].check_ins) == ("2027-11-13 21:40:00", ())


def test_locators_may_be_empty_wrong_and_repeated() -> None:
    read = message(f"SRC'RCI+XA+XA:Q7KD2M::99:0812+1A:Q7KD2M+1B:M3P9RT'{TIF}{LEG}")
    (pnr,) = read.reservations
    assert (pnr.locator, pnr.other_locators, codes(read)) == ("Q7KD2M", ("M3P9RT",), ["DATE_UNREADABLE"])


def test_second_originator_changes_nothing() -> None:
    assert reservation("ORG+XA+98765432'ORG+1A+11111111'", TIF, LEG).agency == "98765432"


def test_flight_times_that_cannot_be_read_are_left_out() -> None:
    read = message(f"{RCI}{TIF}TVL+991127:0530+DXB+ATH+XA+418'")
    assert codes(read) == ["FLIGHT_TIME_UNREADABLE"]
    assert read.reservations[0].itinerary[0].departure is None


def test_flight_without_a_number_and_party_without_one() -> None:
    (leg,) = reservation(TIF, "TVL+141127:0530+DXB+ATH+XA'RPI+MANY+HK'").itinerary
    assert (leg.number, leg.party_size, leg.status) == (None, None, "HK")


def test_check_in_finds_its_traveller_by_name_or_as_the_only_one() -> None:
    pnr = reservation(TWO, LEG, "DAT'TRI++042'TIF+MEHTA+ANIKAMS:A'SSD+12B'")
    assert [each.seats for each in pnr.travellers] == [(), ("12B",)]
    assert traveller(LEG, "DAT'TRI++042'SSD+12B'").seats == ("12B",)


def test_check_in_finds_its_traveller_by_the_name_s_reference() -> None:
    assert traveller(LEG, "DAT'TRI++042'TIF+OTHER+NAME:A:1'SSD+12B'").seats == ("12B",)


def test_check_in_of_nobody_known_is_kept_with_its_name() -> None:
    read = message(f"{RCI}{TWO}{LEG}DAT'TRI++042:::9'TIF+GO+SHOWMR:A:9'TBD++1:20:701'TRI++043'TBD+++NP'")
    (pnr,) = read.reservations
    assert [(each.surname, each.given_names, each.traveller_reference) for each in pnr.check_ins] == [
        ("GO", "SHOW", "9"),
        (None, None, None),
    ]
    assert [(each.weight_kg, each.traveller_reference) for each in pnr.bags] == [(9, "9"), (None, None)]
    assert codes(read) == ["TRAVELLER_UNKNOWN", "TRAVELLER_UNKNOWN"]


def test_bags_without_a_check_in() -> None:
    read = traveller(LEG, "TBD++1:20:702'")
    assert ([each.weight_kg for each in read.bags], read.check_ins) == ([None], ())
    assert reservation(TWO, LEG, "TBD++1:20:700'").check_ins == ()


def test_bags_may_tell_their_pieces_in_the_second_place_and_no_tag() -> None:
    (bags,) = traveller(LEG, "DAT'TRI++1:::1'TBD+++2:34:700++XA'").bags
    assert (bags.pieces, bags.tags) == (2, ())


def test_bag_tags_of_a_traveller_are_limited() -> None:
    tags = "+".join(f"XA:{number:010}:99:ATH" for number in range(0, 1_400, 100))
    assert len(traveller(LEG, f"DAT'TRI++1:::1'TBD++1:1:700++{'+' + tags}'").bag_tags) == MAX_BAG_TAGS


def test_check_in_by_an_empty_originator_is_by_nobody() -> None:
    assert traveller(LEG, "DAT'ORG'TRI++1:::1'").check_ins[0].agent is None


def test_check_in_with_a_wrong_date_stands() -> None:
    read = message(f"{RCI}{TIF}{LEG}DAT+2:X'TRI++1:::1'")
    assert codes(read) == ["DATE_UNREADABLE"]
    assert len(read.reservations[0].travellers[0].check_ins) == 1


def test_history_tells_what_was_added_and_cancelled() -> None:
    pnr = reservation(
        TIF,
        LEG,
        "ABI+1+XA0412:SU+DXB++XA'DAT+ZT:131127:2140'",
        "SAC+++X'TVL+141127:0530+DXB+ATH+XA+416:K'RPI+1+XX'SAC+++A'TIF+OSEI+KOFIMR'",
        "SAC+++X'TIF+PILGRIMS:G'SAC+++A'TBD++1:20:700'SAC+++A'RCI+1A:M3P9RT'",
        "SAC+++A'IFT+4:19+TEXT'SAC'SSR+KSML:HK:1:XA:::::TEXT'",
    )
    assert [(each.action, each.kind) for each in pnr.history] == [
        (HistoryAction.CANCELLED, HistoryKind.FLIGHT),
        (HistoryAction.ADDED, HistoryKind.NAME),
        (HistoryAction.CANCELLED, HistoryKind.NAME),
        (HistoryAction.ADDED, HistoryKind.BAGGAGE),
        (HistoryAction.ADDED, HistoryKind.LOCATOR),
        (HistoryAction.ADDED, HistoryKind.REMARK),
        (None, HistoryKind.SERVICE),
    ]
    flight, name, group, *_ = pnr.history
    assert flight.leg is not None
    assert (flight.leg.number, flight.leg.status) == ("416", "XX")
    assert (name.surname, name.given_names, group.surname) == ("OSEI", "KOFI", None)
    assert [each.where for each in pnr.remarks] == [WhereSent.HISTORY]
    assert [(each.code, each.text) for each in pnr.services] == [("KSML", "TEXT")]


def test_history_without_its_groups_opened() -> None:
    pnr = reservation(TIF, LEG, "SAC+++X'SSR+SEAT:HK'ABI+4'IFT+4:19+TEXT'")
    assert [each.kind for each in pnr.history] == [HistoryKind.SERVICE, HistoryKind.REMARK]
    assert pnr.history[0].office is None


def test_history_with_a_wrong_date_stands() -> None:
    read = message(f"{RCI}{TIF}{LEG}ABI+4'DAT+T:X'SAC+++A'SSR+SEAT:HK'")
    assert codes(read) == ["DATE_UNREADABLE"]
    assert len(read.reservations[0].history) == 1


def test_other_service_without_a_flight_segment_or_with_a_wrong_date() -> None:
    read = message(f"{RCI}{TIF}{LEG}MSG+:8'MSG+2'TVL+X+ZRH+++Q1'")
    first, second = read.reservations[0].other_services
    assert (first.code, second.reference, codes(read)) == ("8", "Q1", ["DATE_UNREADABLE"])


def test_split_without_a_count() -> None:
    (split,) = reservation(TIF, LEG, "EQN+MANY'RCI+XA:Q7KD9X'").splits
    assert (split.count, len(split.locators)) == (None, 1)


def test_segments_that_fit_nowhere_are_told_and_unknown_ones_passed_over() -> None:
    assert codes(message(f"{RCI}APD+747'DUM'{TIF}{LEG}")) == ["SEGMENT_MISPLACED"]


def test_bag_weight_in_pounds_is_converted() -> None:
    assert traveller(LEG, "DAT'TRI++1:::1'TBD++1:100:701'").bags[0].weight_kg == 45
