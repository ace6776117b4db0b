"""Where each value of a person comes from, source beside source, differing values side by side. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.screening.store.entries import EntryFile
from shared.personal import Personal

_MANY = (
    "names",
    "birth_dates",
    "birth_places",
    "nationalities",
    "nationality_texts",
    "documents",
    "addresses",
)
_ONE = ("sex", "category")


@dataclass(frozen=True, slots=True, repr=False)
class Value(Personal):
    """One value and everyone who says it: entry, source, version with its date and digest, reference."""

    field: str
    value: Any
    said_by: tuple[dict[str, Any], ...]


def values_of(files: Sequence[EntryFile]) -> list[Value]:
    """Every value of the entries that are one person, each once, with all who say it.

    Source: `watchlist-governance.md` §2 (a value with no provenance cannot be stored) and §4.
    """
    found: dict[str, tuple[str, Any, list[dict[str, Any]]]] = {}
    for file in files:
        for field, value in _values(file.body):
            key = field + json.dumps(value, sort_keys=True, ensure_ascii=False)
            found.setdefault(key, (field, value, []))[2].append(_origin(file))
    order = {field: number for number, field in enumerate((*_MANY, *_ONE))}
    values = [Value(field, value, tuple(said)) for field, value, said in found.values()]
    return sorted(values, key=lambda each: order[each.field])


def conflicts_of(values: Sequence[Value]) -> list[str]:
    """The fields that hold one value only, of which the sources say different ones."""
    return [field for field in _ONE if sum(each.field == field for each in values) > 1]


def _values(body: dict[str, Any]) -> list[tuple[str, Any]]:
    many = [(field, value) for field in _MANY for value in body.get(field) or ()]
    return many + [(field, body[field]) for field in _ONE if body.get(field) is not None]


def _origin(file: EntryFile) -> dict[str, Any]:
    # A publisher without official references still has a row of its own.
    references = [
        listing.get("reference") or listing.get("row") for listing in file.body.get("listings") or ()
    ]
    return {
        "entry_id": file.entry_id,
        "source": file.source_id,
        "version_id": None if file.version_id is None else str(file.version_id),
        "sha256": file.sha256,
        "file_date": None if file.file_date is None else file.file_date.date().isoformat(),
        "reference": next((each for each in references if each), None),
        "nomination_id": (file.adoption or {}).get("nomination_id"),
    }
