"""One person on several lists: exact keys bring entries together, what is weaker is only proposed to people.

Merging keeps every listing and every value; nothing is averaged, and what was merged can be told apart again.

Source: `spec/watchlist-governance.md` §4.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from hashlib import blake2b
from typing import Final, TypeVar

from services.screening.watchlist.entry import WatchlistEntry

# Permanent references of the UN list; other publishers quote them as theirs.
_UN_REFERENCE = re.compile(r"[A-Z]{2,3}i\.\d{3,}")
_Value = TypeVar("_Value")


class KeyKind(IntEnum):
    """What two entries have in common: the first makes them one person, the others are shown to people."""

    UN_REFERENCE = 0
    DOCUMENT = 1
    NAME_AND_BIRTH_DATE = 2


#: The last bits of a key say its kind.
KIND_BITS: Final = 2


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
    held_together = {head: entries_after[head] for head in merged_from}
    members: dict[int, list[str]] = defaultdict(list)
    for entry in merged:
        for key in keys_of(entry):
            members[key].append(entry.id)
    proposals = proposals_of(members, {}, known)
    return Consolidation(merged, merged_from, tuple(proposals), held_together)


def keys_of(entry: WatchlistEntry) -> list[int]:
    """What brings an entry together with others: signed 64-bit numbers with the kind in the last bits."""
    return list(dict.fromkeys(_number(kind, text) for kind, text in _keys(entry)))


def proposals_of(
    members: Mapping[int, Sequence[str]],
    heads: Mapping[str, str],
    decisions: Mapping[frozenset[str], bool],
) -> Iterator[SameAsCandidate]:
    """The pairs that people should look at: the first entry of each key with every other one.

    Args:
        members: The entries that have a key, in the order in which an identifier stays.
        heads: Into which entry one was merged; whoever is missing stands alone.
        decisions: What people said of pairs; who is told apart is not proposed.
    """
    for key, entries in members.items():
        kind = KeyKind(key & (1 << KIND_BITS) - 1)
        first, *others = dict.fromkeys(heads.get(entry_id, entry_id) for entry_id in entries)
        if kind is not KeyKind.UN_REFERENCE:
            for other in others:
                if decisions.get(frozenset((first, other)), True):
                    yield SameAsCandidate(first, other, kind.name)


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


def _keys(entry: WatchlistEntry) -> Iterator[tuple[KeyKind, str]]:
    reference = _un_reference(entry)
    if reference is not None:
        yield KeyKind.UN_REFERENCE, reference
    for document in entry.documents:
        for issuer in sorted(document.issuers):
            number = re.sub(r"\W", "", document.number).upper()
            yield KeyKind.DOCUMENT, f"{number} {issuer}"
    for name in entry.names:
        for birth in entry.birth_dates:
            if birth.date is not None and birth.date.is_full:
                words = " ".join(sorted(name.text.casefold().split()))
                yield KeyKind.NAME_AND_BIRTH_DATE, f"{birth.date} {words}"


def _number(kind: KeyKind, text: str) -> int:
    digest = blake2b(f"{kind} {text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True) >> KIND_BITS << KIND_BITS | kind
