"""The letter that goes with a request, in the traveller's language. A refusal never says what is held."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from services.ingest.store.rights import RightsRequest

LANGUAGES: Final = ("en", "fr", "es", "ar", "ru", "zh")
DEFAULT_LANGUAGE: Final = "en"
RIGHT_TO_LEFT: Final = frozenset({"ar"})
_FOLDER: Final = Path(__file__).with_name("letters")
_IN_FAVOUR: Final = frozenset({"CLEARED", "CORRECTED", "REMOVED"})
_REFUSED: Final = frozenset({"REFUSED", "REFUSED_PARTLY"})


@dataclass(frozen=True, slots=True)
class Bodies:
    """Whom a person may go to besides us: the independent authority, and the court that hears an appeal."""

    authority: str
    court: str


@cache
def texts(language: str) -> Mapping[str, str]:
    """The letters of one language, by their kind; English for a language that we do not write."""
    known = language if language in LANGUAGES else DEFAULT_LANGUAGE
    found: dict[str, str] = json.loads((_FOLDER / f"{known}.json").read_text(encoding="utf-8"))
    return found


def letter(request: RightsRequest, bodies: Bodies) -> str:
    """What the person is sent now: that we received the request, or its answer.

    Source: safeguards.md SG-19, SG-20 (Message; "neither confirm nor deny", indirect access).
    """
    return texts(request.language)[kind_of(request.result)].format(
        number=request.number,
        received=request.received_at.date().isoformat(),
        due=request.due_at.date().isoformat(),
        decided="" if request.decided_at is None else request.decided_at.date().isoformat(),
        lapses="" if request.lapses_on is None else request.lapses_on.isoformat(),
        reasons=request.reasons or "",
        authority=bodies.authority,
        court=bodies.court,
    )


def kind_of(result: str | None) -> str:
    """Which letter goes with a result."""
    if result is None:
        return "received"
    if result in _REFUSED:
        return "refused"
    if result in _IN_FAVOUR:
        return "favour"
    return {"GRANTED": "granted", "UPHELD": "upheld"}[result]
