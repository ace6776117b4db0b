"""Readers of one fact: from a request's JSON to a value that Cedar can compare, or to nothing.

A fact that is absent or of another type is left out of what Cedar sees; the policy that reaches for it
then fails, and the engine turns that failure into `SG-NN.FACT_MISSING`. `null` means "known not to exist":
each reader says which value stands for it, always the one that refuses where the catalogue states no default.

Cedar knows whole numbers, texts, truth values and sets of texts. So decimals become thousandths, instants
become days or hours from now, and lists of records become the sets and counts that the rule speaks of.

Source: safeguards catalogue §1, "Reading the facts"; design §3.9.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_UP, Decimal
from enum import Enum
from typing import Any, Final, TypeAlias

MAX_TEXT_CHARACTERS: Final = 20_000
MAX_LIST_ITEMS: Final = 20_000
MAX_NUMBER: Final = 10**12
"""Above this a number is of another type: nothing in the catalogue counts so far, and Cedar's are 64 bits."""

BEYOND_ANY_LIMIT: Final = 10**9
"""Stands for null where a rule says "at most": more than every limit in the catalogue."""

_DATE_LENGTH: Final = len("2026-06-01")
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


class Unread(Enum):
    """Why a fact has no value: it is not there, or it is there with another type."""

    ABSENT = "ABSENT"
    MISTYPED = "MISTYPED"


ABSENT: Final = Unread.ABSENT
MISTYPED: Final = Unread.MISTYPED

Json: TypeAlias = Any
Request: TypeAlias = dict[str, Json]
Value: TypeAlias = bool | int | str | list[str]
Look: TypeAlias = Callable[[Request], Json]


@dataclass(frozen=True, slots=True)
class Fact:
    """One named fact: its Cedar type, and how it is read from a request."""

    cedar_type: str
    read: Callable[[Request], Value | Unread]


def look(path: str) -> Look:
    """A function that finds what stands at a path such as `context.grant.used`.

    It returns `ABSENT` where a name on the way is not there, `None` where one is null
    (what belongs to a thing known not to exist does not exist either), and `MISTYPED`
    where one is no record.
    """
    names = tuple(path.split("."))

    def find(request: Request) -> Json:
        here: Json = request
        for name in names:
            if here is None:
                return None
            if not isinstance(here, dict):
                return MISTYPED
            here = here.get(name, ABSENT)
            if here is ABSENT:
                return ABSENT
        return here

    return find


def as_text(value: Json) -> str | Unread:
    """A text that Cedar can hold, or `MISTYPED`; a blank one becomes the empty text."""
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARACTERS:
        return MISTYPED
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        return MISTYPED
    return value if value.strip() else ""


def as_texts(value: Json) -> list[str] | Unread:
    """A list of texts as a set, sorted, or `MISTYPED`."""
    if not isinstance(value, list) or len(value) > MAX_LIST_ITEMS:
        return MISTYPED
    found = set()
    for item in value:
        item_text = as_text(item)
        if isinstance(item_text, Unread):
            return MISTYPED
        found.add(item_text)
    return sorted(found)


def as_records(value: Json) -> list[dict[str, Json]] | Unread:
    """A list of records; null is the empty list. `ABSENT` and `MISTYPED` stay what they are."""
    if value is None:
        return []
    if isinstance(value, Unread):
        return value
    if not isinstance(value, list) or len(value) > MAX_LIST_ITEMS:
        return MISTYPED
    if not all(isinstance(item, dict) for item in value):
        return MISTYPED
    return value


def as_integer(value: Json) -> int | Unread:
    """A whole number within `MAX_NUMBER` either way, or `MISTYPED`. A truth value is no number."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_NUMBER:
        return MISTYPED
    return value


def as_decimal(value: Json) -> Decimal | Unread:
    """A number, exactly as it was written, or `MISTYPED`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return MISTYPED
    # Not a number compares as false with every limit, so it is asked this way round.
    return Decimal(repr(value)) if abs(value) <= MAX_NUMBER else MISTYPED


def as_instant(value: Json) -> datetime | Unread:
    """An instant from `2026-06-01T10:00:00Z` or a bare date (its midnight in UTC), or `MISTYPED`.

    Source:
        Safeguards catalogue §1, "Reading the facts", 4.
    """
    if not isinstance(value, str):
        return MISTYPED
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return MISTYPED
    if len(value) == _DATE_LENGTH and value[4] == value[7] == "-":
        return instant.replace(tzinfo=UTC)
    if "T" not in value or instant.tzinfo is None:
        return MISTYPED
    return instant


def _reader(cedar_type: str, path: str, convert: Callable[[Json], Value | Unread], null: Value) -> Fact:
    find = look(path)

    def read(request: Request) -> Value | Unread:
        value = find(request)
        if value is None:
            return null
        return value if isinstance(value, Unread) else convert(value)

    return Fact(cedar_type, read)


def optional(fact: Fact, absent: Value) -> Fact:
    """The same fact where it may be left out; `absent` is then its value."""
    read_required = fact.read

    def read(request: Request) -> Value | Unread:
        value = read_required(request)
        return absent if value is ABSENT else value

    return Fact(fact.cedar_type, read)


def text(path: str, *, null: str = "") -> Fact:
    """A text; null and blank are `null`, which is the empty text unless said."""
    return _reader("String", path, lambda value: as_text(value) or null, null)


def optional_text(path: str, *, null: str = "") -> Fact:
    """A text that may be absent; absent, null and blank are `null`."""
    return optional(text(path, null=null), null)


def texts(path: str) -> Fact:
    """A set of texts; null is the empty set."""
    return _reader("Set<String>", path, as_texts, [])


def optional_texts(path: str) -> Fact:
    """A set of texts that may be absent; absent and null are the empty set."""
    return optional(texts(path), [])


def _as_flag(value: Json) -> bool | Unread:
    return value if isinstance(value, bool) else MISTYPED


def flag(path: str, *, null: bool) -> Fact:
    """True or false; `null` is what refuses."""
    return _reader("Bool", path, _as_flag, null)


def optional_flag(path: str, *, null: bool = False) -> Fact:
    """True or false, which may be absent; absent and null are `null`."""
    return optional(flag(path, null=null), null)


def integer(path: str, *, null: int) -> Fact:
    """A whole number."""
    return _reader("Long", path, as_integer, null)


def optional_integer(path: str, *, null: int) -> Fact:
    """A whole number that may be absent; absent and null are `null`."""
    return optional(integer(path, null=null), null)


def thousandths(path: str, *, null: int, toward_zero: bool = False) -> Fact:
    """A number in thousandths, rounded away from zero unless said.

    The catalogue's limits are whole thousandths. So rounding away from zero keeps "at most" exact, and
    rounding toward zero keeps "at least" exact.
    """
    rounding = ROUND_DOWN if toward_zero else ROUND_UP

    def convert(value: Json) -> int | Unread:
        number_read = as_decimal(value)
        if isinstance(number_read, Unread):
            return MISTYPED
        return int((number_read * 1000).to_integral_value(rounding))

    return _reader("Long", path, convert, null)


def optional_thousandths(path: str, *, null: int) -> Fact:
    """A number in thousandths that may be absent; absent and null are `null`."""
    return optional(thousandths(path, null=null), null)


def given(path: str) -> Fact:
    """Whether a record is there: false when it is null. Absent stays absent."""
    return _reader("Bool", path, lambda value: isinstance(value, dict) or MISTYPED, null=False)


def optional_given(path: str) -> Fact:
    """Whether a record is there: false when it is null or absent."""
    return optional(given(path), absent=False)


def list_given(path: str) -> Fact:
    """Whether a list is there at all: false when it is null or absent."""
    return optional(
        _reader("Bool", path, lambda value: isinstance(value, list) or MISTYPED, null=False), absent=False
    )


def counted(path: str) -> Fact:
    """How many different texts a list holds; null is 0."""

    def convert(value: Json) -> int | Unread:
        found = as_texts(value)
        return found if isinstance(found, Unread) else len([item for item in found if item])

    return _reader("Long", path, convert, 0)


def _whole_units(start_path: str, end_path: str, unit: timedelta, rounding: str, null: int) -> Fact:
    """Time from one instant to another in whole units; `null` where either is known not to exist.

    `now` is read last and never optional: where it lacks, nothing can be worked out.
    """
    find_start, find_end = look(start_path), look(end_path)

    def read(request: Request) -> Value | Unread:
        start, end = find_start(request), find_end(request)
        for path, found in ((start_path, start), (end_path, end)):
            if isinstance(found, Unread) and path != "now":
                return found
        if start is None or end is None:
            return null
        return _between(as_instant(start), as_instant(end), unit, rounding)

    return Fact("Long", read)


def _between(
    start: datetime | Unread, end: datetime | Unread, unit: timedelta, rounding: str
) -> int | Unread:
    if isinstance(start, Unread) or isinstance(end, Unread):
        return MISTYPED
    whole, rest = divmod(end - start, unit)
    return whole + 1 if rest and rounding == ROUND_CEILING else whole


def days_until(path: str, *, null: int = 0) -> Fact:
    """Days from `now` to an instant, begun days counted: 0 or less means that it has come.

    "At most n days ahead" and "not yet come" are exact in it.
    """
    return _whole_units("now", path, _DAY, ROUND_CEILING, null)


def days_since(path: str, *, null: int = -1) -> Fact:
    """Complete days from an instant to `now`: below 0 means that it has not come."""
    return _whole_units(path, "now", _DAY, ROUND_DOWN, null)


def days_begun_since(path: str, *, null: int = BEYOND_ANY_LIMIT) -> Fact:
    """Days from an instant to `now`, begun days counted, for "at most n days ago"."""
    return _whole_units(path, "now", _DAY, ROUND_CEILING, null)


def days_between(start_path: str, end_path: str) -> Fact:
    """Days from one instant to another, begun days counted; null on either side is beyond any limit."""
    return _whole_units(start_path, end_path, _DAY, ROUND_CEILING, BEYOND_ANY_LIMIT)


def hours_between(start_path: str, end_path: str) -> Fact:
    """Hours from one instant to another, begun hours counted; null on either side is beyond any limit."""
    return _whole_units(start_path, end_path, _HOUR, ROUND_CEILING, BEYOND_ANY_LIMIT)


def rank(path: str, order: tuple[str, ...], *, null: int, other: int) -> Fact:
    """The place of a text in an order, from 0; `other` for a text outside it."""

    def convert(value: Json) -> int | Unread:
        code = as_text(value)
        if isinstance(code, Unread):
            return MISTYPED
        return order.index(code) if code in order else other

    return _reader("Long", path, convert, null)


def computed(cedar_type: str, read: Callable[[Request], Value | Unread]) -> Fact:
    """A fact that a rule's own function works out."""
    return Fact(cedar_type, read)
