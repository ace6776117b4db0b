"""Values as the JSON objects that our own services keep, and back: what is absent is left out."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, Self, cast, get_args, get_origin, get_type_hints

from shared.personal import Personal
from shared.travel.partial_date import PartialDate

KEY = "key"
"""The metadata of a field whose JSON key is another word than its name."""


class Recorded(Personal):
    """A frozen dataclass that our services keep as a JSON object.

    Members are texts, whole numbers, truth values, dates, closed values, other dataclasses, `None` of any of
    these, and tuples of them.
    """

    __slots__ = ()

    def as_record(self) -> dict[str, Any]:
        """Every member that holds something, under its key."""
        return filled_members(self)

    @classmethod
    def from_record(cls, value: Mapping[str, Any]) -> Self:
        """Read what `as_record` gave; unknown keys are passed over.

        Raises:
            KeyError: A required member is absent.
            ValueError: A member is of another kind.
        """
        return cast(Self, _read(cls, value))


class Sparse(Personal):
    """A frozen dataclass of many members, few of which are ever said; it has no slots.

    A default is the class's own attribute, so that what was not said takes neither time nor room: a push has
    tens of thousands of these.
    """

    @classmethod
    def saying(cls, facts: dict[str, Any]) -> Self:
        """The value of these members, every required one among them; the others have their defaults.

        The value keeps `facts` as its own: nobody may change them any more.
        """
        value = cls.__new__(cls)
        object.__setattr__(value, "__dict__", facts)
        return value


def filled_members(value: Any) -> dict[str, Any]:
    """Every member of a dataclass that holds something, as JSON."""
    record: dict[str, Any] = {}
    kind: Any = type(value)
    for member in _members(kind):
        found = getattr(value, member.name)
        if found is not None and found != ():
            record[member.key] = _written(found)
    return record


def moment_text(moment: datetime) -> str:
    """An instant or a local time to the minute, or to the second where seconds were sent."""
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    key: str
    has_default: bool
    may_be_absent: bool
    read: Callable[[Any], Any]


@cache
def _members(kind: Any) -> tuple[_Member, ...]:
    types = get_type_hints(kind)
    return tuple(
        _Member(
            field.name,
            field.metadata.get(KEY, field.name),
            field.default is not MISSING,
            NoneType in get_args(types[field.name]),
            _reader(types[field.name]),
        )
        for field in fields(kind)
    )


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Recorded):
        return value.as_record()
    if is_dataclass(value) and not isinstance(value, PartialDate):
        return cast(Any, value).as_json()
    return str(value) if isinstance(value, StrEnum | PartialDate) else value


def _read(kind: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise ValueError(f"a {kind.__name__} is no object")
    found: dict[str, Any] = {}
    for member in _members(kind):
        sent = value.get(member.key)
        if sent is not None:
            found[member.name] = member.read(sent)
        elif member.may_be_absent:
            found[member.name] = None
        elif not member.has_default:
            raise KeyError(member.key)
    return kind(**found)


def _reader(kind: Any) -> Callable[[Any], Any]:
    arguments = [each for each in get_args(kind) if each is not NoneType]
    if get_origin(kind) is tuple:
        each = _reader(arguments[0])
        return lambda sent: tuple(each(one) for one in _listed(sent))
    return _reader(arguments[0]) if arguments else _plain_reader(kind)


def _plain_reader(kind: type[Any]) -> Callable[[Any], Any]:
    if kind is PartialDate:
        return PartialDate.parse
    if issubclass(kind, date):
        return kind.fromisoformat
    if issubclass(kind, StrEnum):
        return kind
    if is_dataclass(kind):
        return lambda sent: _read(kind, sent)
    return lambda sent: _of_kind(kind, sent)


def _listed(sent: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(sent, list | tuple):
        raise ValueError("a list is no list")
    return sent


def _of_kind(kind: type, sent: Any) -> Any:
    if type(sent) is not kind:
        raise ValueError(f"a {kind.__name__} is of another kind")
    return sent
