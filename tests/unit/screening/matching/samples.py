"""Fictional entries and travellers for the matcher's tests; a test states only what it is about."""

from collections.abc import Sequence
from typing import Any

from services.screening.matching import Explanation, Matcher
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import Traveller


def an_entry(*names: str, entry_id: str = "T:1", **facts: Any) -> WatchlistEntry:
    """An entry with these names (the first is primary, the others are aliases)."""
    listed = [{"text": name, "kind": "ALIAS" if place else "PRIMARY"} for place, name in enumerate(names)]
    return WatchlistEntry.from_json({"id": entry_id, "names": listed, **facts})


def a_traveller(surname: str = "KALPANIK", given_names: str | None = "RAMESH", **facts: Any) -> Traveller:
    """A traveller with this name."""
    return Traveller.from_json({"surname": surname, "given_names": given_names, **facts})


def born(day: str) -> list[dict[str, Any]]:
    """An entry's birth dates: one full date."""
    return [{"kind": "EXACT", "date": day}]


def score(entry: WatchlistEntry, traveller: Traveller) -> float:
    """The score of the one entry, 0.0 where screening does not find it."""
    (matches,) = Matcher.compile([entry]).screen([traveller], floor=0.0)
    return matches[0].score if matches else 0.0


def explained(entry: WatchlistEntry, traveller: Traveller) -> Explanation:
    """The explanation of the one entry."""
    return Matcher.compile([entry]).explain(traveller, entry.id)


def relations(entry: WatchlistEntry, traveller: Traveller, kind: str) -> Sequence[str]:
    """The relations of one kind of evidence."""
    return [each.relation for each in explained(entry, traveller).evidence if each.kind == kind]
