"""What a version changes, entry by entry and field by field, for the people who say yes to it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.screening.watchlist.versions import ListRow
from shared.personal import Personal

#: What is told apart; an entry's identifier never changes and is no field here.
FIELDS = (
    "names",
    "birth_dates",
    "birth_places",
    "nationalities",
    "nationality_texts",
    "sex",
    "documents",
    "category",
    "listings",
    "addresses",
    "grounds",
)


@dataclass(frozen=True, slots=True, repr=False)
class FieldChange(Personal):
    """One field of an entry: the values that came and those that went; a changed value is one of each."""

    field: str
    added: tuple[Any, ...]
    removed: tuple[Any, ...]


@dataclass(frozen=True, slots=True, repr=False)
class EntryChange(Personal):
    """One entry that both versions hold and that is not the same in both."""

    entry_id: str
    name: str
    changes: tuple[FieldChange, ...]
    is_identifying: bool


@dataclass(frozen=True, slots=True, repr=False)
class Delta(Personal):
    """Everything that a version changes against another, by identifier."""

    added: tuple[ListRow, ...]
    changed: tuple[EntryChange, ...]
    removed: tuple[ListRow, ...]
    unchanged: int


def delta_of(before: Iterable[ListRow], after: Iterable[ListRow]) -> Delta:
    """Compare two versions of one source.

    `is_identifying` says of a changed entry whether what a match rests on changed, so that reviews of its
    open hits start anew.

    Source: `watchlist-governance.md` §1 and §6 (held imports are looked at before they go live).
    """
    old = {row.entry_id: row for row in before}
    new = {row.entry_id: row for row in after}
    both = [(old[entry_id], row) for entry_id, row in sorted(new.items()) if entry_id in old]
    changed = tuple(_change(one, other) for one, other in both if one.body != other.body)
    return Delta(
        added=tuple(new[entry_id] for entry_id in sorted(new.keys() - old.keys())),
        changed=changed,
        removed=tuple(old[entry_id] for entry_id in sorted(old.keys() - new.keys())),
        unchanged=len(both) - len(changed),
    )


def shown_name(body: Mapping[str, Any]) -> str:
    """The first name of an entry, by which people speak of it; documents and empty entries have none."""
    names = body.get("names") or ()
    return str(names[0].get("text", "")) if names else ""


def _change(before: ListRow, after: ListRow) -> EntryChange:
    changes = (
        FieldChange(field, _only(there, here), _only(here, there))
        for field in FIELDS
        if (here := _values(before.body, field)) != (there := _values(after.body, field))
    )
    return EntryChange(after.entry_id, shown_name(after.body), tuple(changes), before.digest != after.digest)


def _values(body: Mapping[str, Any], field: str) -> Sequence[Any]:
    value = body.get(field)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _only(values: Sequence[Any], others: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value for value in values if value not in others)
