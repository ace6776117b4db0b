"""Schedules: our CSV template and IATA SSIM chapter 7, record by record. All flights are fictional."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.errors import ScheduleRefused
from services.ingest.formats import schedule_csv, schedule_ssim
from services.ingest.formats.schedule import EVERY_DAY, ScheduledLeg, shifted
from services.ingest.formats.schedule_csv import TEMPLATE, read_csv_schedule
from services.ingest.formats.schedule_ssim import read_ssim_schedule

TITLES = "Flight,Origin,Destination,Departure,Arrival,Days,From,To,Seats\n"
LINE = "XA418,XQA,XQB,05:30,09:05,1234567,2027-10-31,2028-03-25,180\n"


def one(leg_line: str) -> ScheduledLeg:
    (leg,) = read_csv_schedule((TITLES + leg_line).encode()).legs
    return leg


def csv_fault(leg_line: str) -> tuple[int, str, str]:
    (fault,) = read_csv_schedule((TITLES + leg_line).encode()).faults
    return fault.line, fault.code, fault.field


def test_template_is_read_by_its_own_reader() -> None:
    schedule = read_csv_schedule(TEMPLATE.encode())
    assert schedule.faults == ()
    first, second = schedule.legs
    assert (first.carrier, first.number, first.capacity) == ("XA", "418", 180)
    assert (second.arrival_days, second.weekdays, second.capacity) == (1, frozenset({1, 3, 5}), None)


def test_line_of_the_template_becomes_a_leg() -> None:
    leg = one("xa0418D,xqa,xqb,0530,,daily,2027-11-01,2027-11-03\n")
    assert (leg.carrier, leg.number, leg.suffix, leg.departure) == ("XA", "418", "D", time(5, 30))
    assert leg.weekdays == EVERY_DAY
    assert list(leg.days(date(2027, 10, 1), date(2027, 11, 2))) == [date(2027, 11, 1), date(2027, 11, 2)]
    assert leg.arrives(date(2027, 11, 1)) is None
    assert leg.departs(date(2027, 11, 1)) == datetime(2027, 11, 1, 5, 30)  # noqa: DTZ001


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_delimiters_are_known(mark: str, delimiter: str) -> None:
    text = mark + (TITLES + LINE + "\n,,\n").replace(",", delimiter)
    assert len(read_csv_schedule(text.encode()).legs) == 1


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("XA418", "N123AB", "flight"),
        ("XQA", "X", "origin"),
        ("XQB", "Ж12", "destination"),
        ("05:30", "25:30", "departure"),
        ("05:30", "05:30+1", "departure"),
        ("09:05", "noon", "arrival"),
        ("1234567", "8", "days"),
        ("1234567", ".......", "days"),
        ("1234567", "", "days"),
        ("2027-10-31", "31.10.2027", "from"),
        ("2028-03-25", "2028-02-30", "to"),
        ("180", "0", "seats"),
        ("180", "many", "seats"),
    ],
)
def test_field_that_cannot_be_read_leaves_its_line_out(old: str, new: str, field: str) -> None:
    assert csv_fault(LINE.replace(old, new, 1)) == (2, "FIELD_UNREADABLE", field)


def test_other_lines_are_read_beside_a_fault() -> None:
    schedule = read_csv_schedule((TITLES + LINE.replace("05:30", "x") + LINE).encode())
    assert (len(schedule.legs), [fault.line for fault in schedule.faults]) == (1, [2])


def test_period_that_ends_before_it_begins_is_a_fault() -> None:
    assert csv_fault(LINE.replace("2028-", "2026-"))[1] == "PERIOD_ENDS_BEFORE_IT_BEGINS"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe", "ENCODING_UNKNOWN"),
        (b"", "HEADER_MISSING"),
        (b"Flight,Origin\n", "HEADER_MISSING"),
        ((TITLES + '"' + "x" * 200_000).encode(), "CSV_UNREADABLE"),
    ],
)
def test_file_that_is_no_schedule_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(ScheduleRefused) as refused:
        read_csv_schedule(content)
    assert refused.value.fault_code == code
    assert refused.value.detail.startswith("The schedule could not be taken: ")


@pytest.mark.parametrize(("lines", "is_taken"), [(3, True), (4, False)])
def test_number_of_legs_is_limited(monkeypatch: pytest.MonkeyPatch, lines: int, is_taken: bool) -> None:
    monkeypatch.setattr(schedule_csv, "MAX_LEGS", 3)
    content = (TITLES + LINE * lines).encode()
    if is_taken:
        assert len(read_csv_schedule(content).legs) == 3
    else:
        with pytest.raises(ScheduleRefused, match="TOO_MANY_LINES"):
            read_csv_schedule(content)


# What follows is SSIM. Fields stand at their 1-based byte positions.


def record(kind: str, *fields: tuple[int, str]) -> str:
    """A record of 200 bytes; its number is put in by `data_set`."""
    text = list(kind.ljust(200))
    for position, value in fields:
        text[position - 1 : position - 1 + len(value)] = value
    return "".join(text)


HEADER = record("1", (2, "AIRLINE STANDARD SCHEDULE DATA SET"))


def carrier(mode: str = "L") -> str:
    return record("2", (2, mode), (3, "XA "), (11, "W27"), (15, "31OCT2725MAR28"))


def leg(*changes: tuple[int, str]) -> str:
    """XA 418, daily, DXB 05:30 (+4) to ATH 09:05 (+2), 12 + 138 seats."""
    return record(
        "3",
        (3, "XA "),
        (6, " 418"),
        (10, "0101"),
        (14, "J"),
        (15, "31OCT27"),
        (22, "25MAR28"),
        (29, "1234567"),
        (37, "DXB"),
        (40, "05300530+0400"),
        (55, "ATH"),
        (58, "09050905+0200"),
        (73, "320"),
        (173, "C012Y138"),
        *changes,
    )


def segment(element: str, data: str) -> str:
    return record("4", (3, "XA "), (6, " 418"), (10, "0101"), (14, "J"), (31, element), (40, data))


TRAILER = record("5", (3, "XA "), (194, "E"))


def data_set(*records: str, end: str = "\n", first: int = 1) -> bytes:
    numbered = [each[:194] + f"{number:06}" for number, each in enumerate(records, start=first)]
    return (end.join(numbered) + end).encode()


def whole(*records: str, mode: str = "L") -> bytes:
    return data_set(HEADER, carrier(mode), *records, TRAILER)


def the_leg(*records: str, mode: str = "L") -> ScheduledLeg:
    (found,) = read_ssim_schedule(whole(*records, mode=mode)).legs
    return found


def test_leg_record_is_read_field_by_field() -> None:
    assert the_leg(leg((2, "D"))) == ScheduledLeg(
        carrier="XA",
        number="418",
        suffix="D",
        origin="DXB",
        destination="ATH",
        first_day=date(2027, 10, 31),
        last_day=date(2028, 3, 25),
        weekdays=EVERY_DAY,
        departure=time(5, 30),
        arrival=time(9, 5),
        departure_offset=timedelta(hours=4),
        arrival_offset=timedelta(hours=2),
        capacity=150,
    )


def test_days_of_operation_and_period_limit_the_days() -> None:
    found = the_leg(leg((29, "1 3    "), (15, "01NOV27"), (22, "10NOV27")))
    assert [day.day for day in found.days(date(2027, 1, 1), date(2028, 1, 1))] == [1, 3, 8, 10]


def test_fortnightly_flight_comes_every_other_week() -> None:
    found = the_leg(leg((29, "1      "), (36, "2"), (15, "01NOV27")))
    assert [day.day for day in found.days(date(2027, 11, 1), date(2027, 11, 30))] == [1, 15, 29]


def test_open_end_goes_on() -> None:
    assert the_leg(leg((22, "00XXX00"))).last_day.year == 2099


@pytest.mark.parametrize(
    ("times", "days", "departure"),
    [
        # 23:30 in Dubai is 19:30 UTC; nine and a half hours later it is 07:00 the next day in Athens.
        ([(40, "23302330+0400"), (58, "07000700+0200")], 1, time(23, 30)),
        ([(40, "10001000+1200"), (58, "06000600-1000")], 0, time(10, 0)),
        ([(40, "02000200+1300"), (58, "14001400-1000")], -1, time(2, 0)),
    ],
)
def test_day_of_arrival_follows_from_the_times(
    times: list[tuple[int, str]], days: int, departure: time
) -> None:
    found = the_leg(leg(*times))
    assert (found.arrival_days, found.departure) == (days, departure)


def test_times_in_utc_are_turned_to_local_with_their_days() -> None:
    # 22:00 UTC on a Monday is 02:00 on Tuesday in Dubai.
    found = the_leg(leg((40, "22002200+0400"), (58, "02300230+0200"), (29, "1      ")), mode="U")
    assert (found.departure, found.weekdays) == (time(2, 0), frozenset({2}))
    assert found.first_day == date(2027, 11, 1)
    assert (found.arrival, found.arrival_days) == (time(4, 30), 0)


@pytest.mark.parametrize(("variation", "weekday"), [("0", 1), (" ", 1), ("1", 2), ("A", 7)])
def test_date_variation_moves_the_departure(variation: str, weekday: int) -> None:
    assert the_leg(leg((29, "1      "), (193, variation))).weekdays == frozenset({weekday})


def test_midnight_may_be_written_2400_at_the_arrival() -> None:
    assert the_leg(leg((62, "2400"))).arrival == time(0)


@pytest.mark.parametrize(
    ("text", "seats"),
    [("Y189VVtail      ", 189), ("F8C40Y250", 298), ("BB", None), ("", None), ("Y000", None)],
)
def test_seats_are_those_of_all_cabins(text: str, seats: int | None) -> None:
    assert the_leg(leg((173, text.ljust(20)))).capacity == seats


def test_code_shares_become_partners() -> None:
    found = the_leg(leg(), segment("010", "XB 2418/XC 0099A/XB 2418"), segment("109", "MEALS"))
    assert found.partners == (("XB", "2418"), ("XC", "99"))


def test_leg_that_another_carrier_flies_is_left_out() -> None:
    schedule = read_ssim_schedule(whole(leg(), segment("050", "XB 2418"), segment("010", "XC 1"), leg()))
    assert (len(schedule.legs), schedule.left_out, schedule.legs[0].partners) == (1, 1, ())


@pytest.mark.parametrize("service", ["F", "M", "P", "U", " "])
def test_leg_without_passengers_is_left_out(service: str) -> None:
    schedule = read_ssim_schedule(whole(leg((14, service)), segment("010", "XB 1"), leg()))
    assert (len(schedule.legs), schedule.left_out) == (1, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ((3, "X  "), "airline designator"),
        ((6, "    "), "flight number"),
        ((15, "31XXX27"), "from"),
        ((15, "3-OCT27"), "from"),
        ((22, "31FEB28"), "to"),
        ((29, "       "), "days of operation"),
        ((29, "7654321"), "days of operation"),
        ((37, "D B"), "departure station"),
        ((40, "2400"), "departure"),
        ((40, "    "), "departure"),
        ((62, "2401"), "arrival"),
        ((48, "     "), "departure, time variation"),
        ((66, "+9900"), "arrival, time variation"),
        ((55, "   "), "arrival station"),
        ((193, "?"), "date variation"),
    ],
)
def test_leg_that_cannot_be_read_is_a_fault_and_the_others_are_read(
    change: tuple[int, str], field: str
) -> None:
    schedule = read_ssim_schedule(whole(leg(change), segment("050", "XB 1"), leg()))
    (fault,) = schedule.faults
    assert (fault.line, fault.code, fault.field) == (3, "FIELD_UNREADABLE", field)
    assert len(schedule.legs) == 1


def test_period_that_ends_before_it_begins_is_a_fault_in_ssim_too() -> None:
    (fault,) = read_ssim_schedule(whole(leg((22, "01OCT27")))).faults
    assert fault.code == "PERIOD_ENDS_BEFORE_IT_BEGINS"


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_lines_or_bare_records_with_filled_up_blocks_are_one(end: str) -> None:
    records = data_set(HEADER, carrier(), leg(), TRAILER, end=end)
    filled = records + ("0" * 200 + end).encode()
    assert len(read_ssim_schedule(filled).legs) == 1


def test_records_without_numbers_are_taken() -> None:
    text = "\n".join([HEADER, carrier(), leg(), TRAILER])
    assert len(read_ssim_schedule(text.encode()).legs) == 1


def test_count_goes_on_at_two_after_its_end() -> None:
    lines = data_set(HEADER, carrier(), leg(), leg(), TRAILER, first=999_996).decode().split("\n")
    lines[4] = lines[4][:194] + "000002"
    assert len(read_ssim_schedule("\n".join(lines).encode()).legs) == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "SCHEDULE_CUT_SHORT"),
        (b"\xc3\xa9", "ENCODING_UNKNOWN"),
        (data_set(carrier(), leg(), TRAILER), "HEADER_MISSING"),
        (data_set(record("1"), carrier(), TRAILER), "HEADER_MISSING"),
        (data_set(HEADER, leg(), TRAILER), "RECORD_OUT_OF_PLACE"),
        (data_set(HEADER, carrier("X"), TRAILER), "TIME_MODE_UNKNOWN"),
        (data_set(HEADER, carrier(), leg()), "SCHEDULE_CUT_SHORT"),
        (data_set(HEADER, carrier(), leg(), carrier(), TRAILER), "SCHEDULE_CUT_SHORT"),
        (data_set(HEADER), "SCHEDULE_CUT_SHORT"),
        (data_set(HEADER, carrier(), "9".ljust(200), TRAILER), "RECORD_UNKNOWN"),
        (data_set(HEADER, carrier()) + data_set(leg(), TRAILER, first=4), "RECORD_MISSING"),
    ],
)
def test_data_set_that_is_not_whole_is_refused(content: bytes, code: str) -> None:
    """Half a schedule would take the other half's flights from the watch."""
    with pytest.raises(ScheduleRefused) as refused:
        read_ssim_schedule(content)
    assert refused.value.fault_code == code


@pytest.mark.parametrize(("legs", "is_taken"), [(3, True), (4, False)])
def test_number_of_leg_records_is_limited(monkeypatch: pytest.MonkeyPatch, legs: int, is_taken: bool) -> None:
    monkeypatch.setattr(schedule_ssim, "MAX_LEGS", 3)
    content = whole(*[leg()] * legs)
    if is_taken:
        assert len(read_ssim_schedule(content).legs) == 3
    else:
        with pytest.raises(ScheduleRefused, match="TOO_MANY_LINES"):
            read_ssim_schedule(content)


def test_several_carriers_stand_in_one_data_set() -> None:
    content = data_set(HEADER, carrier(), leg(), TRAILER, carrier("U"), leg((3, "XB ")), TRAILER)
    assert [each.carrier for each in read_ssim_schedule(content).legs] == ["XA", "XB"]


@given(
    departure=st.integers(0, 1439),
    in_the_air=st.integers(1, 1440),
    offsets=st.tuples(st.integers(-44, 52), st.integers(-44, 52)),
    days=st.sets(st.integers(1, 7), min_size=1),
)
def test_leg_in_utc_and_in_local_time_is_the_same(
    departure: int, in_the_air: int, offsets: tuple[int, int], days: set[int]
) -> None:
    """The instants of a written leg are read back, whichever way it was written."""
    ahead, there = (15 * each for each in offsets)
    instant = datetime(2027, 11, 1) + timedelta(minutes=departure)  # noqa: DTZ001
    arrival = instant + timedelta(minutes=in_the_air)

    def written(shift: int, shift_there: int) -> list[tuple[int, str]]:
        leaves, lands = instant + timedelta(minutes=shift), arrival + timedelta(minutes=shift_there)
        operation = shifted(frozenset(days), (leaves.date() - instant.date()).days)
        first = leaves.date()
        return [
            (29, "".join(str(day) if day in operation else " " for day in range(1, 8))),
            (15, f"{first:%d%b%y}".upper()),
            (40, f"{leaves:%H%M}{leaves:%H%M}{_variation(ahead)}"),
            (58, f"{lands:%H%M}{lands:%H%M}{_variation(there)}"),
        ]

    in_utc = the_leg(leg(*written(0, 0)), mode="U")
    local = the_leg(leg(*written(ahead, there)))
    compared = ("departure", "arrival", "arrival_days", "weekdays", "first_day")
    assert [getattr(in_utc, name) for name in compared] == [getattr(local, name) for name in compared]
    day = local.first_day
    leaves, lands = local.departs(day), local.arrives(day)
    assert lands is not None
    assert lands - timedelta(minutes=there) - (leaves - timedelta(minutes=ahead)) == timedelta(
        minutes=in_the_air
    )


def _variation(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{rest:02}"


@given(st.binary(max_size=700))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for reader in (read_csv_schedule, read_ssim_schedule):
        with suppress(ScheduleRefused):
            reader(content)


@given(place=st.integers(0, 810), byte=st.integers(1, 127))
def test_damaged_data_set_is_read_or_refused(place: int, byte: int) -> None:
    content = bytearray(whole(leg()))
    content[min(place, len(content) - 1)] = byte
    try:
        schedule = read_ssim_schedule(bytes(content))
    except ScheduleRefused:
        return
    assert len(schedule.legs) + len(schedule.faults) + schedule.left_out <= 2


@given(st.lists(st.text(max_size=12), min_size=9, max_size=9))
def test_any_cells_are_a_leg_or_a_fault(cells: list[str]) -> None:
    line = ",".join(
        cell.replace(",", "").replace('"', "").replace("\n", "").replace("\r", "") for cell in cells
    )
    schedule = read_csv_schedule((TITLES + line + "\n").encode("utf-8", "replace"))
    assert len(schedule.legs) + len(schedule.faults) <= 1
