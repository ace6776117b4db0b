"""How pages are drawn: escaping always on, unseen signs shown, and headers that let nothing foreign in."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.console import entry_words, watchlist_words, words
from services.console.fault_words import fault_in_words
from services.console.invisible import visible
from shared.policy.actions import OPERATIONAL_PURPOSES, PROTECTIVE_PURPOSES

_HERE: Final = Path(__file__).resolve().parent
STATIC_FILES: Final[Mapping[str, str]] = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "vendor/htmx.min.js": "text/javascript; charset=utf-8",
    "vendor/htmx.LICENSE": "text/plain; charset=utf-8",
}
MINUTES_AN_HOUR: Final = 60
HOURS_A_DAY: Final = 24


class Templates:
    """The templates of this service; an unknown name in one is an error, not an empty place."""

    def __init__(self, *, is_demonstration: bool) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=visible,
        )
        self._environment.filters |= {
            "clock": clock_time,
            "clock_from": clock_from,
            "day": day_time,
            "at_airport": airport_time,
            "machine": machine_time,
            "left": minutes_in_words,
            "in_words": words.in_words,
            "named": words.named,
            "paragraphs": words.paragraphs_in_words,
            "sentence": words.sentence,
            "fault": fault_in_words,
            "shown": shown,
        }
        self._environment.filters |= {
            "day_of": day_of,
            "month_of": month_of,
            "instant_of": instant_of,
            "born": entry_words.birth_in_words,
            "document": entry_words.document_in_words,
            "name_kind": entry_words.name_in_words,
            "script": entry_words.script_in_words,
        }
        self._environment.globals |= {
            "lists": watchlist_words,
            "value_in_words": entry_words.value_in_words,
            "is_demonstration": is_demonstration,
            "asset": _asset_addresses(),
            "words": words,
            "OPERATIONAL_PURPOSES": OPERATIONAL_PURPOSES,
            "PROTECTIVE_PURPOSES": PROTECTIVE_PURPOSES,
        }

    def draw(self, template: str, **facts: Any) -> str:
        """The HTML of a template."""
        return self._environment.get_template(template).render(**facts)


def content_security_policy(issuer_origin: str) -> str:
    """The policy of every page: our own files only, no inline code, forms to ourselves and the issuer.

    Source: CSP Level 3; the issuer is named because a form's redirect is checked against `form-action` too.
    """
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"form-action 'self' {issuer_origin}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def read_static(name: str) -> tuple[bytes, str] | None:
    """A file of `static/` and its media type; only names that are listed exist."""
    media_type = STATIC_FILES.get(name)
    return None if media_type is None else ((_HERE / "static" / name).read_bytes(), media_type)


def clock_time(instant: datetime | None) -> str:
    """`14:05 UTC`; a time without a zone is the airport's own."""
    if instant is None:
        return "unknown"
    if instant.tzinfo is None:
        return f"{instant:%H:%M} local time"
    return f"{instant.astimezone(UTC):%H:%M} UTC"


def clock_from(instant: datetime | None, now: datetime) -> str:
    """The time of day, and the day before it where it is not today: `23 November, 14:05 UTC`."""
    text = clock_time(instant)
    if instant is None or instant.date() == now.astimezone(instant.tzinfo or UTC).date():
        return text
    return f"{instant.day} {instant:%B}, {text}"


def day_time(instant: datetime | date | None) -> str:
    """`3 June 2026, 14:05 UTC`, or the day alone."""
    if instant is None:
        return "unknown"
    day = f"{instant.day} {instant:%B %Y}"
    return f"{day}, {clock_time(instant)}" if isinstance(instant, datetime) else day


def local_time(instant: datetime | None, zone: ZoneInfo) -> str:
    """`14:05 at the desk (UTC+2), 12:05 UTC`; UTC alone where the desk keeps it."""
    if instant is None:
        return "not given"
    here = instant.astimezone(zone)
    utc = instant.astimezone(ZoneInfo("UTC"))
    day = f"{utc.day} {utc:%B}"
    offset = here.utcoffset()
    if not offset:
        return f"{utc:%H:%M} UTC, {day}"
    return f"{here:%H:%M} here ({_offset_name(offset)}), {utc:%H:%M} UTC, {day}"


def airport_time(local: datetime, instant: datetime | None, airport: str | None) -> str:
    """`3 June 2026, 14:05 at XQA (UTC+3)`: what the airport's own clocks show, as carriers write it.

    Args:
        local: The airport's time, without zone.
        instant: The same in UTC; without it nothing is said of the zone.
        airport: Its code.
    """
    text = f"{day_time(local.date())}, {local:%H:%M} at {airport or 'its airport'}"
    return text if instant is None else f"{text} ({_offset_name(local.replace(tzinfo=UTC) - instant)})"


def _offset_name(offset: timedelta) -> str:
    """`UTC+5:30`, or `UTC` for none."""
    minutes = int(offset.total_seconds()) // 60
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02d}' if rest else ''}"


def day_of(text: str | None) -> str:
    """A day as services write it, `2026-06-03`, as people read it; what is none stays as it is."""
    try:
        return day_time(date.fromisoformat(text or ""))
    except ValueError:
        return shown(text)


def month_of(text: str) -> str:
    """The month of a day as services write it: `June 2026`."""
    return f"{date.fromisoformat(text):%B %Y}"


def instant_of(text: str | None) -> str:
    """An instant as services write it, as people read it, with its seconds; what is none stays as it is."""
    try:
        instant = datetime.fromisoformat(text or "").astimezone(UTC)
    except ValueError:
        return shown(text)
    return f"{day_time(instant.date())}, {instant:%H:%M:%S} UTC"


def machine_time(instant: datetime | None) -> str:
    """For the `datetime` attribute of `<time>`."""
    if instant is None or instant.tzinfo is None:
        return "" if instant is None else instant.isoformat(timespec="seconds")
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def minutes_in_words(minutes: int | None) -> str:
    """`35 min`, `2 h 05 min`, `3 days`, or how late."""
    if minutes is None:
        return "no limit"
    size = abs(minutes)
    if size < MINUTES_AN_HOUR:
        text = f"{size} min"
    elif size < MINUTES_AN_HOUR * HOURS_A_DAY:
        text = f"{size // MINUTES_AN_HOUR} h {size % MINUTES_AN_HOUR:02d} min"
    else:
        text = f"{size // (MINUTES_AN_HOUR * HOURS_A_DAY)} days"
    return f"{text} late" if minutes < 0 else text


def shown(value: Any) -> str:
    """A value of another service's answer as text; absent is a dash that says so."""
    if value is None or value in ("", [], {}):
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{words.in_words(key)}: {shown(item)}" for key, item in value.items())
    return str(value)


def _asset_addresses() -> dict[str, str]:
    """Each static file's address with a mark of its content, so that a new release is fetched anew."""
    marks = {
        name: hashlib.sha256((_HERE / "static" / name).read_bytes()).hexdigest()[:12] for name in STATIC_FILES
    }
    return {name: f"/static/{name}?v={mark}" for name, mark in marks.items()}
