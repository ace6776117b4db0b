from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.travel import places
from shared.travel.places import Airports
from shared.travel.states import is_state, normalise_state, short_code

HEADER = "iata,icao,country,tz\n"


@pytest.fixture(scope="module")
def airports() -> Airports:
    return Airports.load()


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        ("GRC", "GRC"),
        ("GR", "GRC"),
        ("gr", "GRC"),
        ("D", "DEU"),
        ("D<<", "DEU"),
        (" DEU ", "DEU"),
        ("UK", "GBR"),
        ("ROM", "ROU"),
        ("ZAR", "COD"),
        ("GBN", "GBN"),
        ("XXA", "XXA"),
        ("UNO", "UNO"),
        ("RKS", "RKS"),
        ("XAA", "XAA"),
        ("XDD", "XDD"),
        ("YUG", "YUG"),
        ("UTO", None),
        ("QQQ", None),
        ("", None),
        ("GREECE", None),
    ],
)
def test_state_is_three_letters(sent: str, state: str | None) -> None:
    assert normalise_state(sent) == state


@pytest.mark.parametrize(
    ("code", "known"),
    [("GRC", True), ("XAA", True), ("D", False), ("ROM", False), ("GR", False), ("QQQ", False)],
)
def test_only_what_normalisation_gives_is_a_state(code: str, known: bool) -> None:
    assert is_state(code) is known


def test_airport_has_a_state_and_a_zone(airports: Airports) -> None:
    assert (airports.state_of("ATH"), airports.zone_of("ATH")) == ("GRC", "Europe/Athens")
    assert airports.state_of("LGAV") == "GRC"
    assert (airports.state_of("QQQQ"), airports.zone_of("QQQQ")) == (None, None)


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        (datetime.fromisoformat("2027-11-14T09:05"), datetime(2027, 11, 14, 7, 5, tzinfo=UTC)),
        # Clocks go back on 31 October 2027 at 04:00: 03:30 occurs twice, and the first is taken.
        (datetime.fromisoformat("2027-10-31T03:30"), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        # Clocks go forward on 28 March 2027 at 03:00: 03:30 does not occur, and becomes 04:30.
        (datetime.fromisoformat("2027-03-28T03:30"), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    ],
)
def test_local_time_becomes_utc(airports: Airports, local: datetime, instant: datetime) -> None:
    assert airports.to_utc("ATH", local) == instant


def test_unknown_time_or_zone_stays_unknown(airports: Airports) -> None:
    assert airports.to_utc("ATH", None) is None
    assert airports.to_utc("QQQ", datetime.fromisoformat("2027-01-01T00:00")) is None


def test_operators_file_adds_airports_and_replaces_others(tmp_path: Path) -> None:
    file = tmp_path / "airports.csv"
    file.write_text(HEADER + "xqa,XQAA,XAA,Etc/GMT-2\nATH,,XBB,\n", encoding="utf-8")
    known = Airports.load(file)
    assert (known.state_of("XQA"), known.state_of("XQAA"), known.state_of("ATH")) == ("XAA", "XAA", "XBB")
    assert known.zone_of("ATH") is None
    assert known.to_utc("XQA", datetime.fromisoformat("2027-01-01T02:00")) == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "fault"),
    [("iata,country\nXQA,XAA\n", "lacks the columns tz"), (HEADER + "XQA,,QQQ,Etc/GMT-2\n", "line 2")],
)
def test_operators_file_that_breaks_its_form_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "airports.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=fault):
        Airports.load(file)


def test_limit_of_extra_airports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LARGEST_EXTRA_AIRPORTS", 1)
    file = tmp_path / "airports.csv"
    file.write_text(HEADER + "XQA,,XAA,Etc/GMT-2\n", encoding="utf-8")
    assert Airports.load(file).state_of("XQA") == "XAA"
    file.write_text(HEADER + "XQA,,XAA,Etc/GMT-2\nXQB,,XBB,Etc/GMT-2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="more than 1 lines"):
        Airports.load(file)


@pytest.mark.parametrize(("state", "short"), [("GRC", "GR"), ("DEU", "DE"), ("XXA", "XXA"), ("XAA", "XAA")])
def test_a_state_has_its_two_letters_where_iso_has_any(state: str, short: str) -> None:
    assert short_code(state) == short
