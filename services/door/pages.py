"""The door's page in six languages: the notice of SG-21, the form for a request and for its state."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.door.mailbox import Ticket
from services.door.settings import DoorSettings

_HERE: Final = Path(__file__).parent
_PAGES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
#: The six official languages of the United Nations.
NAMES: Final = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
    "ru": "Русский",
    "zh": "中文",
}
RIGHT_TO_LEFT: Final = frozenset({"ar"})
DEFAULT_LANGUAGE: Final = "en"
#: The day of the notice's text; a new text takes a new day (SG-21: published and versioned).
NOTICE_VERSION: Final = date(2026, 11, 21)
STYLE: Final = (_HERE / "static" / "door.css").read_bytes()
WORDS: Final[Mapping[str, Any]] = {
    code: json.loads((_HERE / "words" / f"{code}.json").read_text(encoding="utf-8")) for code in NAMES
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the page besides the notice and the forms; `due` is when an answer comes at the latest.

    `filled` is what the person wrote into a form that could not be taken, so that nothing has to be written
    twice; it goes back to the same person and nowhere else.
    """

    message: str | None = None
    is_fault: bool = False
    ticket: Ticket | None = None
    due: date | None = None
    filled: Mapping[str, str] = field(default_factory=dict)


def page(
    language: str,
    settings: DoorSettings,
    shown: Shown | None = None,
    *,
    status: int = HTTPStatus.OK,
    retry_after_seconds: int | None = None,
) -> HTMLResponse:
    """The page in one language."""
    content = _PAGES.get_template("page.html").render(
        language=language,
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        names=NAMES,
        words=WORDS[language],
        day=partial(_day, language),
        shown=shown or Shown(),
        settings=settings,
        version=NOTICE_VERSION,
    )
    headers = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
    return HTMLResponse(content, status_code=status, headers=headers)


def _day(language: str, day: date) -> str:
    """A day as the language writes it, its month in words."""
    words = WORDS[language]
    return str(words["date"].format(day=day.day, month=words["months"][day.month - 1], year=day.year))


def wanted_language(accept_language: str) -> str:
    """The first language of a browser's that we write; English otherwise."""
    codes = [part.split(";")[0].strip()[:2].lower() for part in accept_language.split(",")]
    return next((code for code in codes if code in NAMES), DEFAULT_LANGUAGE)
