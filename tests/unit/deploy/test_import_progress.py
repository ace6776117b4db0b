"""A long import is shown while it goes on: a bar on a terminal, lines elsewhere."""

import threading
from typing import Any

import pytest
from rich.console import Console

from deploy.local import import_progress
from deploy.local.api import Declined
from deploy.local.import_progress import shown_import


def told(phase: str, share: float, source: str = "UN_SC") -> dict[str, Any]:
    return {"source": source, "phase": phase, "bytes": 2_000, "share": share, "rows": 7, "changed": 3}


class Asked:
    """A service that tells of one import after another; `is_all_told` once each was asked for."""

    def __init__(self, *answers: dict[str, Any] | Declined) -> None:
        self._answers = list(answers)
        self.is_all_told = threading.Event()

    def __call__(self) -> dict[str, Any]:
        if not self._answers:
            self.is_all_told.set()
            return {"imports": []}
        answer = self._answers.pop(0)
        if isinstance(answer, Declined):
            raise answer
        return {"imports": [answer]}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_progress, "ASK_SECONDS", 0)


def show(asked: Asked) -> None:
    with shown_import(asked, "UN_SC"):
        assert asked.is_all_told.wait(60)


def test_lines_tell_each_phase_and_each_tenth_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(import_progress, "say", lines.append)
    monkeypatch.setattr(import_progress, "ERRORS", Console(force_terminal=False))
    away = Declined(service="screening", status=0, problem="no answer", reason="ReadTimeout")
    others = told("READING", 0.5, source="OTHER")
    show(
        Asked(
            told("READING", 0.1),
            told("READING", 0.15),
            away,
            others,
            told("READING", 0.2),
            told("JUDGING", 1),
        )
    )
    assert lines == [
        "reading the file: 200 of 2,000 bytes, 7 persons, 3 new, changed or gone",
        "reading the file: 400 of 2,000 bytes, 7 persons, 3 new, changed or gone",
        "asking the safeguards and storing: 2,000 of 2,000 bytes, 7 persons, 3 new, changed or gone",
    ]


def test_a_bar_shows_bytes_and_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(force_terminal=True, record=True, width=160)
    monkeypatch.setattr(import_progress, "ERRORS", terminal)
    show(Asked(told("READING", 0.5), told("JUDGING", 1)))
    shown = terminal.export_text()
    assert "asking the safeguards and storing" in shown
    assert "7 persons, 3 new, changed or gone" in shown
