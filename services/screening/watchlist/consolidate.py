"""One person on several lists: exact keys bring entries together, what is weaker is only proposed to people.

Merging keeps every listing and every value; nothing is averaged, and what was merged can be told apart again.

Source: `spec/watchlist-governance.md` §4.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from services.screening.watchlist.entry import WatchlistEntry

# Permanent references of the UN list; other publishers quote them as theirs.
_UN_REFERENCE = re.compile(r"[A-Z]{2,3}i\.\d{3,}")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class SameAsCandidate:
    """Two entries that may be one person, and the key that says so; two people decide, never the system."""

    entry_id: str
    other_id: str
    key: str


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The entries after merging by UN reference, which went into which, and what people should look at."""

    entries: tuple[WatchlistEntry, ...]
    merged_from: dict[str, tuple[str, ...]]
    proposals: tuple[SameAsCandidate, ...]
    merged: Mapping[str, WatchlistEntry] = field(default_factory=dict)
    """The entries that hold more than one, by the identifier that stays."""


NOTHING = Consolidation((), {}, ())


def consolidate(
    entries: Iterable[WatchlistEntry], decisions: Mapping[frozenset[str], bool] | None = None
) -> Consolidation:
    """Bring the entries of all sources together.

    Entries with the same UN reference are one person and are merged, as are pairs that two people called the
    same; the first one's identifier stays. Entries that share a document number and its issuer, or a name and
    a full birth date, are proposed, unless people decided about the pair: who is told apart stays apart.

    Args:
        entries: In the order in which an identifier stays.
        decisions: What people said of pairs of identifiers, true for the same person.
    """
    known = decisions or {}
    one_by_one = list(entries)
    heads = _heads(one_by_one, known)
    groups: dict[str, list[WatchlistEntry]] = defaultdict(list)
    for entry in one_by_one:
        groups[heads[entry.id]].append(entry)
    entries_after = {head: _merged(group) for head, group in groups.items()}
    merged = tuple(entries_after.values())
    merged_from = {
        head: tuple(each.id for each in group[1:]) for head, group in groups.items() if len(group) > 1
    }
    told_apart = {pair for pair, is_same in known.items() if not is_same}
    proposals = (
        each for each in _proposals(merged) if frozenset((each.entry_id, each.other_id)) not in told_apart
    )
    held_together = {head: entries_after[head] for head in merged_from}
    return Consolidation(merged, merged_from, tuple(proposals), held_together)


def _heads(entries: Sequence[WatchlistEntry], decisions: Mapping[frozenset[str], bool]) -> dict[str, str]:
    """Which entry each entry goes into: the first of those that are one person, through others as well."""
    place = {entry.id: number for number, entry in enumerate(entries)}
    head = {entry.id: entry.id for entry in entries}

    def root(entry_id: str) -> str:
        while head[entry_id] != entry_id:
            entry_id = head[entry_id]
        return entry_id

    def join(one: str, other: str) -> None:
        if decisions.get(frozenset((one, other)), True):
            first, later = sorted((root(one), root(other)), key=place.__getitem__)
            head[later] = first

    first_with: dict[str, str] = {}
    for entry in entries:
        reference = _un_reference(entry)
        if reference is not None and (earlier := first_with.setdefault(reference, entry.id)) != entry.id:
            join(earlier, entry.id)
    for pair, is_same in decisions.items():
        if is_same and pair <= place.keys():
            join(*sorted(pair))
    return {entry.id: root(entry.id) for entry in entries}


def _un_reference(entry: WatchlistEntry) -> str | None:
    references = (listing.reference or "" for listing in entry.listings)
    return next((reference for reference in references if _UN_REFERENCE.fullmatch(reference)), None)


def _merged(group: Sequence[WatchlistEntry]) -> WatchlistEntry:
    first = group[0]
    if len(group) == 1:
        return first
    return replace(
        first,
        names=_united(entry.names for entry in group),
        birth_dates=_united(entry.birth_dates for entry in group),
        birth_places=_united(entry.birth_places for entry in group),
        nationalities=_united(entry.nationalities for entry in group),
        nationality_texts=_united(entry.nationality_texts for entry in group),
        sex=next((entry.sex for entry in group if entry.sex), None),
        documents=_united(entry.documents for entry in group),
        listings=_united(entry.listings for entry in group),
        addresses=_united(entry.addresses for entry in group),
        grounds=_united(entry.grounds for entry in group),
    )


def _united(parts: Iterable[tuple[_Value, ...]]) -> tuple[_Value, ...]:
    """All values once, in the order of the entries."""
    return tuple(dict.fromkeys(value for part in parts for value in part))


def _proposals(entries: Sequence[WatchlistEntry]) -> Iterator[SameAsCandidate]:
    seen: dict[tuple[str, Hashable], str] = {}
    for entry in entries:
        for key in _keys(entry):
            other = seen.setdefault(key, entry.id)
            if other != entry.id:
                yield SameAsCandidate(other, entry.id, key[0])


def _keys(entry: WatchlistEntry) -> Iterator[tuple[str, Hashable]]:
    for document in entry.documents:
        for issuer in sorted(document.issuers):
            yield "DOCUMENT", (re.sub(r"\W", "", document.number).upper(), issuer)
    for name in entry.names:
        for birth in entry.birth_dates:
            if birth.date is not None and birth.date.is_full:
                yield "NAME_AND_BIRTH_DATE", (" ".join(sorted(name.text.casefold().split())), birth.date)
