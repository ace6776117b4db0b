"""The letter that goes with a request, in the traveller's language. A refusal never says what is held."""

import hashlib
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
    found: dict[str, str] = json.loads((_FOLDER / f"{_known(language)}.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it leaves: its language, the direction in which that is written, and the text."""

    language: str
    text: str

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def sha256(self) -> str:
        """The digest of the text's UTF-8 bytes: what one person looked at is what leaves."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def as_json(self) -> dict[str, str]:
        """For an answer."""
        return {
            "language": self.language,
            "direction": self.direction,
            "letter": self.text,
            "sha256": self.sha256,
        }


def letter(request: RightsRequest, bodies: Bodies, language: str | None = None) -> Letter:
    """What the person is sent now: that we received the request, or its answer.

    Args:
        request: As it stands, or as it would stand with an answer that is only proposed.
        bodies: Whom the person may go to.
        language: Another language than the person's, for whoever has to read it too.

    Source: safeguards.md SG-19, SG-20 (Message; "neither confirm nor deny", indirect access).
    """
    written = _known(language or request.language)
    text = texts(written)[kind_of(request.result)].format(
        number=request.number,
        received=request.received_at.date().isoformat(),
        due=request.due_at.date().isoformat(),
        decided="" if request.decided_at is None else request.decided_at.date().isoformat(),
        lapses="" if request.lapses_on is None else request.lapses_on.isoformat(),
        reasons=request.reasons or "",
        authority=bodies.authority,
        court=bodies.court,
    )
    return Letter(written, text)


def notification(bodies: Bodies, language: str) -> Letter:
    """What a person is told whose retained data were disclosed or looked at.

    Source: safeguards.md SG-21.
    """
    written = _known(language)
    text = texts(written)["informed"].format(authority=bodies.authority, court=bodies.court)
    return Letter(written, text)


def kind_of(result: str | None) -> str:
    """Which letter goes with a result."""
    if result is None:
        return "received"
    if result in _REFUSED:
        return "refused"
    if result in _IN_FAVOUR:
        return "favour"
    return {"GRANTED": "granted", "UPHELD": "upheld"}[result]


def _known(language: str) -> str:
    return language if language in LANGUAGES else DEFAULT_LANGUAGE
