import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from shared.observability.clock_skew import ClockWatch, proven_skew
from shared.observability.logging import configure_logging

ASKED = datetime(2027, 11, 14, 5, 0, 0, 400_000, tzinfo=UTC)
ANSWERED = ASKED + timedelta(seconds=0.2)


def header(ahead_seconds: float) -> str:
    return format_datetime(ASKED + timedelta(seconds=ahead_seconds), usegmt=True)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        # The header cuts the fraction off, so that the same second proves nothing.
        (datetime(2027, 11, 14, 5, 0, 0, tzinfo=UTC), 0.0),
        (datetime(2027, 11, 14, 5, 0, 1, tzinfo=UTC), 0.4),
        (datetime(2027, 11, 14, 4, 59, 59, tzinfo=UTC), -0.4),
        (datetime(2027, 11, 14, 5, 0, 4, tzinfo=UTC), 3.4),
        (datetime(2027, 11, 14, 4, 59, 50, tzinfo=UTC), -9.4),
    ],
)
def test_only_what_the_answer_proves_counts(told: datetime, seconds: float) -> None:
    assert proven_skew(told, ASKED, ANSWERED) == pytest.approx(seconds)


def test_slow_answer_proves_nothing_about_the_clock() -> None:
    told = datetime(2027, 11, 14, 5, 0, 7, tzinfo=UTC)
    assert proven_skew(told, ASKED, ASKED + timedelta(seconds=20)) == 0.0


@pytest.fixture
def json_logs(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    configure_logging("sample", "info")
    return capsys


def alarms(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(line["destination"] and line["skew_seconds"] is not None for line in lines)
    return [(line["level"], line["event"]) for line in lines]


@pytest.mark.parametrize("ahead", [60, -60])
def test_alarm_is_given_once_and_ends_once(ahead: float, json_logs: pytest.CaptureFixture[str]) -> None:
    watch = ClockWatch()
    for _ in range(3):
        watch.observe("screening", header(ahead), ASKED, ANSWERED)
    assert alarms(json_logs) == [("error", "clock_skew")]
    for _ in range(3):
        watch.observe("screening", header(0), ASKED, ANSWERED)
    assert alarms(json_logs) == [("info", "clock_skew_ended")]


@pytest.mark.parametrize("date", [None, "", "yesterday", header(2)])
def test_no_readable_date_and_small_skew_are_no_alarm(
    date: str | None, json_logs: pytest.CaptureFixture[str]
) -> None:
    ClockWatch().observe("screening", date, ASKED, ANSWERED)
    assert alarms(json_logs) == []


def test_neighbours_are_watched_apart(json_logs: pytest.CaptureFixture[str]) -> None:
    watch = ClockWatch()
    watch.observe("screening", header(60), ASKED, ANSWERED)
    watch.observe("sharing", header(60), ASKED, ANSWERED)
    assert alarms(json_logs) == [("error", "clock_skew")] * 2
