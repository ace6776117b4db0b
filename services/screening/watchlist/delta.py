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
class ChangedRow(Personal):
    """An entry that two versions do not hold alike, of how many such: ADDED, CHANGED or REMOVED.

    One of the two rows is absent where the entry came or went.
    """

    change: str
    of: int
    before: ListRow | None
    after: ListRow | None


@dataclass(frozen=True, slots=True, repr=False)
class Delta(Personal):
    """What a version changes against another, by identifier; `counts` are of all, whatever is shown."""

    added: tuple[ListRow, ...]
    changed: tuple[EntryChange, ...]
    removed: tuple[ListRow, ...]
    counts: Mapping[str, int]
    unchanged: int


def delta_of(rows: Iterable[ChangedRow], stored: int) -> Delta:
    """What two versions of one source do not hold alike, field by field.

    `is_identifying` says of a changed entry whether what a match rests on changed, so that reviews of its
    open hits start anew.

    Args:
        rows: Those of each kind that are shown.
        stored: How many entries the later version holds.

    Source: `watchlist-governance.md` §1 and §6 (held imports are looked at before they go live).
    """
    shown = list(rows)
    counts = dict.fromkeys(("ADDED", "CHANGED", "REMOVED"), 0) | {row.change: row.of for row in shown}
    return Delta(
        added=tuple(row.after for row in shown if row.after is not None and row.before is None),
        changed=tuple(
            _change(row.before, row.after)
            for row in shown
            if row.before is not None and row.after is not None
        ),
        removed=tuple(row.before for row in shown if row.before is not None and row.after is None),
        counts=counts,
        unchanged=max(stored - counts["ADDED"] - counts["CHANGED"], 0),
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
