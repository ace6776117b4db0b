"""The message around the PNRs: function, flight, counts, cancellations, and what refuses it."""

from datetime import datetime

import pytest

from services.ingest.formats.pnrgov import reader
from shared.travel.flight import Flight
from shared.travel.message import Change, MessageFunction, ParsedMessage, Severity
from shared.travel.reservation import Reservation, ReservationTraveller
from tests.unit.ingest.pnrgov.samples import FLIGHT, LEG, RCI, TIF, codes, message

CANCELLED = "SRC'RCI+XA:Q7KD2M'ORG'"


def refused_with(read: ParsedMessage) -> str:
    assert read.is_rejected
    return read.faults[0].code


@pytest.mark.parametrize(("code", "change"), [("22", Change.NEW), ("141", Change.CHANGE)])
def test_push_is_full_or_an_update(code: str, change: Change) -> None:
    read = message(RCI + TIF + LEG, function=f"MSG+:{code}'")
    assert (read.function, read.change) == (MessageFunction.PNR_PUSH, change)


def test_function_without_its_first_component_is_read() -> None:
    assert message(RCI + TIF + LEG, function="MSG+141'").change is Change.CHANGE


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"function": "MSG+:43'"}, "FUNCTION_UNKNOWN"),
        ({"function": ""}, "FUNCTION_MISSING"),
        ({"flight": ""}, "FLIGHT_MISSING"),
        ({"flight": "TVL+141127:0530+DXB++XA+418'"}, "LEG_MISSING"),
        ({"flight": "TVL+141327:0530+DXB+ATH+XA+418'"}, "FLIGHT_TIME_UNREADABLE"),
        ({"flight": "TVL+1411:0530+DXB+ATH+XA+418'"}, "FLIGHT_TIME_UNREADABLE"),
        ({"flight": "TVL+141127:05+DXB+ATH+XA+418'"}, "FLIGHT_TIME_UNREADABLE"),
        ({"flight": "TVL+141127:0530+DXB+ATH+XA'"}, "FLIGHT_UNREADABLE"),
        ({"flight": FLIGHT * 100}, "MAX_STOPS"),
        ({"count": f"EQN+1'ORG+{'A' * 16_400}'"}, "MAX_PNR_SEGMENT_CHARACTERS"),
    ],
)
def test_message_without_its_frame_is_refused(parts: dict[str, str], code: str) -> None:
    assert refused_with(message(RCI + TIF + LEG, **parts)) == code


def test_too_many_reservations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_RESERVATIONS", 2)
    assert refused_with(message(CANCELLED * 3, count="EQN+3'")) == "MAX_RESERVATIONS"
    assert not message(CANCELLED * 2, count="EQN+2'").is_rejected


def test_too_many_travellers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_TRAVELLERS", 2)
    assert refused_with(message(RCI + TIF * 3 + LEG)) == "MAX_TRAVELLERS"
    assert not message(RCI + TIF * 2 + LEG).is_rejected


def test_flight_number_has_no_zeros_and_keeps_its_suffix() -> None:
    flight = message("", flight="TVL+141127:0530+DXB+ATH+XA+0418A'", count="EQN+0'").flight
    assert flight is not None
    assert (flight.designator, flight.legs[0].arrival) == ("XA418A", None)


def test_flight_without_times_is_taken() -> None:
    flight = message("", flight="TVL++DXB+ATH++418'", count="EQN+0'").flight
    assert flight is not None
    assert (flight.carrier, flight.legs[0].departure) == (None, None)


def test_reservations_are_counted_against_what_is_stated() -> None:
    read = message(CANCELLED, count="EQN+2'")
    assert [(each.code, each.segment, each.position) for each in read.faults] == [
        ("COUNT_MISMATCH", "EQN", 5)
    ]


@pytest.mark.parametrize(("count", "code"), [("", "COUNT_MISSING"), ("EQN+MANY'", "COUNT_MISMATCH")])
def test_count_left_out_is_a_warning(count: str, code: str) -> None:
    read = message(CANCELLED, count=count)
    assert (codes(read), read.reservations_stated) == ([code], None)


def test_segment_that_does_not_belong_before_the_reservations_is_passed_over() -> None:
    assert codes(message(CANCELLED, count="EQN+1'DUM'")) == ["SEGMENT_MISPLACED"]


def test_reservation_with_an_empty_originator_is_cancelled() -> None:
    read = message(CANCELLED, function="MSG+:141'")
    (pnr,) = read.reservations
    assert (pnr.is_cancelled, pnr.is_withdrawn) == (True, False)
    assert (read.function, read.change) == (MessageFunction.PNR_CANCELLATION, Change.CANCEL)


def test_update_with_one_cancellation_among_others_stays_a_push() -> None:
    read = message(CANCELLED + RCI + TIF + LEG, function="MSG+:141'", count="EQN+2'")
    assert [each.is_cancelled for each in read.reservations] == [True, False]
    assert (read.function, read.change) == (MessageFunction.PNR_PUSH, Change.CHANGE)


def test_cancellation_that_still_holds_the_flight_is_none() -> None:
    read = message(f"{CANCELLED}{TIF}{LEG}")
    assert (read.reservations[0].is_cancelled, codes(read)) == (False, ["CANCELLATION_CONTRADICTED"])


@pytest.mark.parametrize(
    ("leg", "is_withdrawn"),
    [
        (LEG, False),
        ("TVL+141127:0530:141127:0905+DXB+ATH+QZ:XA+6418:K'TVL+++++418'", False),
        ("TVL+141127:0530+DXB+ATH+QZ+6418:K'", False),
        ("TVL+151127:0030+DXB+ATH+XA+418:K'", False),
        ("TVL++++XA+418:K'", False),
        ("TVL+201127:1100+ATH+DXB+XA+419:K'", True),
        ("TVL+201127:0530+DXB+ATH+XA+418:K'", True),
        ("TVL+++++OPEN'", True),
        ("", True),
    ],
)
def test_reservation_without_the_flight_is_withdrawn_from_it(leg: str, is_withdrawn: bool) -> None:
    (pnr,) = message(RCI + TIF + leg).reservations
    assert (pnr.is_withdrawn, pnr.is_cancelled) == (is_withdrawn, False)


def test_flight_without_times_holds_who_has_its_number() -> None:
    (pnr,) = message(RCI + TIF + LEG, flight="TVL++DXB+ATH+XA+418'").reservations
    (other,) = message(RCI + TIF + LEG, flight="TVL++DXB+ATH+XA+500'").reservations
    assert (pnr.is_withdrawn, other.is_withdrawn) == (False, True)


def test_fault_in_one_reservation_never_costs_the_others() -> None:
    broken = f"SRC'RCI+XA:BROKEN'TIF+OSEI+{'A' * 16_400}:A:1'{LEG}"
    read = message(RCI + TIF + LEG + broken + CANCELLED, count="EQN+3'")
    assert [each.locator for each in read.reservations] == ["Q7KD2M", "Q7KD2M"]
    (fault,) = read.faults
    assert (fault.severity, fault.code, fault.segment, fault.locator) == (
        Severity.TRAVELLER_REJECTED,
        "MAX_PNR_SEGMENT_CHARACTERS",
        "TIF",
        "BROKEN",
    )


@pytest.mark.parametrize("tag", ["LTS+", "IFT+4:28::XA+"])
def test_remark_too_long_to_be_read_costs_nobody_the_reservation(tag: str) -> None:
    history = f"{tag}{'A' * 16_400}'"
    read = message(RCI + TIF + history + LEG + CANCELLED, count="EQN+2'")
    assert [each.locator for each in read.reservations] == ["Q7KD2M", "Q7KD2M"]
    assert [each.surname for each in read.reservations[0].travellers] == ["OSEI"]
    (fault,) = read.faults
    assert (fault.severity, fault.code, fault.segment, fault.position, fault.locator) == (
        Severity.WARNING,
        "MAX_PNR_SEGMENT_CHARACTERS",
        tag[:3],
        9,
        "Q7KD2M",
    )


@pytest.mark.parametrize(("names", "is_read"), [(999, True), (1000, False)])
def test_reservation_names_as_many_as_the_guide_allows(names: int, is_read: bool) -> None:
    read = message("SRC'RCI+XA:PARTY1'" + TIF * names + LEG + CANCELLED, count="EQN+2'")
    assert [each.locator for each in read.reservations] == ["PARTY1", "Q7KD2M"][not is_read :]
    found = [(each.code, each.segment, each.locator) for each in read.faults]
    assert found == ([] if is_read else [("MAX_TRAVELLERS_A_PNR", "SRC", "PARTY1")])


def test_faults_name_place_and_locator_and_never_content() -> None:
    read = message(f"{RCI}{TIF}SSR+DOCS:HK:1:XA:::::/P/NOWHERE/AT1/GRC/99FEB84/Q/18MAY31/SECRET/NAME'{LEG}")
    assert [
        (each.code, each.segment, each.position, each.traveller, each.locator) for each in read.faults
    ] == [
        ("STATE_UNKNOWN", "SSR", 9, 1, "Q7KD2M"),
        ("SEX_UNKNOWN", "SSR", 9, 1, "Q7KD2M"),
        ("BIRTH_DATE_IMPOSSIBLE", "SSR", 9, 1, "Q7KD2M"),
    ]
    assert "SECRET" not in repr(read.faults)


@pytest.mark.parametrize("segments", ["SRC'", "SRC'ORG'", f"SRC'DAT'{LEG}"])
def test_reservation_without_locator_and_names_is_none(segments: str) -> None:
    read = message(segments + CANCELLED, count="EQN+2'")
    assert ([each.locator for each in read.reservations], codes(read)) == (["Q7KD2M"], ["RESERVATION_EMPTY"])


def test_warnings_of_a_message_are_limited() -> None:
    read = message((RCI + "DAT+700:X'" * 200) * 12, count="EQN+12'")
    assert len(read.faults) == 1_000


def test_ordinals_run_on_over_reservations() -> None:
    read = message(f"{RCI}{TIF}{LEG}SRC'RCI+XA:TZ4X9B'TIF++:A:1'{LEG}", count="EQN+2'")
    (fault,) = read.faults
    assert (fault.severity, fault.code, fault.traveller, fault.locator) == (
        Severity.TRAVELLER_REJECTED,
        "NAME_MISSING",
        2,
        "TZ4X9B",
    )
    assert read.counted.travellers_read == 1


def test_flight_may_have_several_legs() -> None:
    flight = message("", flight=f"{FLIGHT}TVL+141127:1000:141127:1200+ATH+ZRH+XA+418'", count="EQN+0'").flight
    assert isinstance(flight, Flight)
    assert [leg.crosses_border for leg in flight.legs] == [True, True]
    assert flight.legs[1].departure == datetime.fromisoformat("2027-11-14T10:00")


def test_warnings_about_empty_reservations_are_limited() -> None:
    read = message("SRC'" * 1_001, count="EQN+1001'")
    assert (len(read.faults), codes(read)[-1]) == (1_000, "RESERVATION_EMPTY")


def test_what_is_told_of_an_empty_reservation_does_not_hang_on_what_the_one_before_said() -> None:
    said, bare = message(RCI + TIF + LEG + "SRC'TIF+OSEI'", count="EQN+2'").reservations
    assert said.itinerary
    assert bare == Reservation(
        locator=None,
        travellers=(ReservationTraveller(surname="OSEI", name_sent="OSEI"),),
        is_withdrawn=True,
        party_size=1,
    )
