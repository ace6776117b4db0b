"""Logs carry listed keys only, and nothing of a person."""

import errno
import io
import json
import logging
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

import pytest

from shared.observability.logging import configure_logging, get_logger
from shared.personal import Personal

CANARY = "Zephyrine Quillfeather"


class Name(Personal, str):
    pass


class Level(Enum):
    HIGH = "HIGH"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture(autouse=True)
def _configured() -> None:
    configure_logging("sample", "info")


def test_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    get_logger().info(
        "message_received",
        receipt_id=UUID(int=7),
        travellers=200,
        state=Level.HIGH,
        codes=["A", "B"],
        schedule=datetime(2026, 1, 1, tzinfo=UTC),
    )
    (line,) = lines(capsys)
    assert line.pop("timestamp")
    assert line == {
        "event": "message_received",
        "level": "info",
        "service": "sample",
        "receipt_id": "00000000-0000-0000-0000-000000000007",
        "travellers": 200,
        "state": "HIGH",
        "codes": ["A", "B"],
        "schedule": "2026-01-01T00:00:00+00:00",
    }


def test_line_that_cannot_be_written_is_lost_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sys.stdout", FullDisk())
    get_logger().error("message_not_stored")
    logging.getLogger("library").error("words")


def test_unknown_key_is_dropped_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    get_logger().info("looked_up", surname=CANARY, passport="P1", count=1)
    (line,) = lines(capsys)
    assert (line["dropped_keys"], line["count"]) == (2, 1)
    assert CANARY not in str(line)


def test_personal_value_prints_as_personal(capsys: pytest.CaptureFixture[str]) -> None:
    get_logger().info("looked_up", name=Name(CANARY), codes=[Name(CANARY)], reason={"name": CANARY})
    (line,) = lines(capsys)
    assert (line["name"], line["codes"], line["reason"]) == ("<personal>", ["<personal>"], "<object>")


def test_composed_event_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    get_logger().warning(f"could not read {CANARY}")
    (line,) = lines(capsys)
    assert line["event"] == "unnamed_event"
    assert CANARY not in str(line)


def test_error_shows_its_types_and_place_but_not_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as inner:
            raise RuntimeError(CANARY) from inner
    except RuntimeError:
        get_logger().error("request_failed", exc_info=True)
    (line,) = lines(capsys)
    assert line["error"] == "RuntimeError < ValueError"
    assert "test_logging.py" in str(line["frames"])
    assert CANARY not in str(line)


def test_library_words_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise KeyError(CANARY)
    except KeyError:
        logging.getLogger("library").exception("failed for %s", CANARY)
    (line,) = lines(capsys)
    assert (line["event"], line["logger"], line["error"]) == ("library_log", "library", "KeyError")
    assert CANARY not in str(line)


def test_long_text_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    get_logger().info("looked_up", reason="x" * 500)
    (line,) = lines(capsys)
    assert line["reason"] == "x" * 200


def test_lower_levels_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    get_logger().debug("looked_up")
    assert lines(capsys) == []
