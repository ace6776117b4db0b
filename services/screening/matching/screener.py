"""One index at work on a batch: names expanded, kernels run, rows found. A matcher has one or two of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np

from services.screening.matching.batch_kernels import screen_from
from services.screening.matching.births import date_parts
from services.screening.matching.documents import document_keys
from services.screening.matching.expander import MAX_REMEMBERED_PAIRS, Expander, SentName
from services.screening.matching.facts import city_number, sex_number, state_number
from services.screening.matching.index import Index
from services.screening.matching.listing import (
    CHOSEN,
    CONFIRMED,
    EDGE_COUNT,
    EDGE_FIRST,
    EDGE_PLACES,
    EDGE_RULE,
    EDGE_WEIGHT,
    FOUND_ENTRY,
    FOUND_TOTAL,
    FOUND_TRAVELLER,
    LISTED_LEFT,
    SENT_LEFT,
    TRAVELLER_COLUMNS,
    Array,
    Batch,
    Room,
    room_for,
)
from services.screening.matching.name_kernels import weigh_name
from services.screening.matching.names import MAX_WORDS
from services.screening.matching.net_kernels import mark_joined, mark_words, unmark
from services.screening.matching.score import Judgement, PairedWords, WeighedName, judge
from services.screening.matching.vocabulary import stable_hash
from shared.travel import TravelDocument, Traveller

MAX_DOCUMENTS_COMPARED = 20
TRAVELLERS_AT_ONCE = 64
"""After so many the lock is given to whoever waits, such as a check-in desk with one traveller."""
_ROWS_FOUND = 1 << 16

_remembered_state = lru_cache(maxsize=2_000)(state_number)
_remembered_city = lru_cache(maxsize=20_000)(city_number)


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of what was found: traveller (place in the batch), entry, total weight."""

    traveller: Array
    entry: Array
    total: Array


class Screener:
    """Screens travellers against one index; several threads may ask, and take turns.

    An overlay's screener takes turns with the one of its base, whose crowd of names is its own too.
    """

    def __init__(
        self, index: Index, max_remembered_pairs: int = MAX_REMEMBERED_PAIRS, base: "Screener | None" = None
    ) -> None:
        self.index = index
        self.expander: Expander = Expander(index, max_remembered_pairs, base.expander if base else None)
        self.room: Room = self._room_with(1 << 14, 1 << 10)
        self.turn: Lock = base.turn if base else Lock()

    def _room_with(self, pairs: int, joined: int) -> Room:
        listing = self.index.listing
        entries = len(listing.entry_start) - 1
        return room_for(
            len(listing.name_entry), entries, len(listing.word_head), pairs, joined, entries + _ROWS_FOUND
        )

    def screen(self, travellers: Sequence[Traveller], least: int) -> list[Found]:
        """Every entry that a name or a document suggests with at least so much total."""
        found = []
        for first in range(0, len(travellers), TRAVELLERS_AT_ONCE):
            with self.turn:
                found += self._screen(travellers[first : first + TRAVELLERS_AT_ONCE], first, least)
        return found

    def _screen(
        self, travellers: Sequence[Traveller], first: int, least: int, *, is_exhaustive: bool = False
    ) -> list[Found]:
        self.expander.make_room()
        names = [self.expander.name(each.surname, each.given_names) for each in travellers]
        batch = self._batch(travellers, names)
        parts = []
        done = 0
        while done < len(travellers):
            done = screen_from(self.index.listing, batch, self.room, done, least, int(is_exhaustive))
            parts.append(self.room.found[: self.room.facts[0]].copy())
        rows = parts[0] if len(parts) == 1 else np.concatenate(parts)
        by_document = self._by_document(travellers)
        if by_document:
            pairs = rows[:, FOUND_TRAVELLER].astype(np.int64) << 32 | rows[:, FOUND_ENTRY]
            again = [place << 32 | entry for place, entry in by_document]
            rows = rows[~np.isin(pairs, again)]
            rows = np.concatenate((rows, self._judged(travellers, names, by_document, least)))
        return [Found(rows[:, FOUND_TRAVELLER] + first, rows[:, FOUND_ENTRY], rows[:, FOUND_TOTAL])]

    def _by_document(self, travellers: Sequence[Traveller]) -> list[tuple[int, int]]:
        """(traveller, entry) where a document number may be the same."""
        look_up = self.index.documents
        if not len(look_up.hashes):
            return []
        sent = [
            (place, stable_hash(key))
            for place, traveller in enumerate(travellers)
            for document in compared_documents(traveller)
            for key in document_keys(document.number)
        ]
        listed = look_up.known([hashed for _, hashed in sent])
        return sorted({(sent[at][0], entry) for at in listed for entry in look_up.get(sent[at][1])})

    def _judged(
        self,
        travellers: Sequence[Traveller],
        names: Sequence[SentName],
        pairs: Sequence[tuple[int, int]],
        least: int,
    ) -> Array:
        rows = []
        for place, entry in pairs:
            judgement = self._judgement(travellers[place], names[place], entry)
            if judgement.is_suggested and judgement.total >= least:
                rows.append((place, entry, 0, judgement.total))
        return np.array(rows, np.int32).reshape(-1, 4)

    def judgement(self, traveller: Traveller, entry: int) -> tuple[Judgement, SentName]:
        """One entry with all its names, piece by piece, and the traveller's name as it was read."""
        with self.turn:
            self.expander.make_room()
            name = self.expander.name(traveller.surname, traveller.given_names)
            return self._judgement(traveller, name, entry), name

    def _judgement(self, traveller: Traveller, name: SentName, entry: int) -> Judgement:
        weighed = self._weighed_names(traveller, name, entry)
        index = self.index
        documents = compared_documents(traveller)
        return judge(
            traveller, documents, index.entries[entry], weighed, index.name_source, shared=name.shared
        )

    def _weighed_names(self, traveller: Traveller, name: SentName, entry: int) -> list[WeighedName]:
        batch = self._batch([traveller], [name])
        listing, room = self.index.listing, self.room
        mark_words(batch, room, 0)
        mark_joined(listing, batch, room, 0)
        weighed = []
        for number in self.index.names_of(entry):
            weight = weigh_name(listing, batch, room, 0, number)
            weighed.append(_weighed_name(number, weight, room, is_low=bool(listing.name_is_low[number])))
        unmark(listing, batch, room, 0)
        return weighed

    def _batch(self, travellers: Sequence[Traveller], names: Sequence[SentName]) -> Batch:
        pairs, joined_rows = max(name.pairs for name in names), max(name.joined_rows for name in names)
        if pairs >= len(self.room.chain_next) or joined_rows >= len(self.room.joined_next):
            self.room = self._room_with(2 * pairs, 2 * joined_rows)
        units: list[tuple[int, ...]] = []
        joined: list[tuple[int, ...]] = []
        rows: list[tuple[int, ...]] = []
        for traveller, name in zip(travellers, names, strict=True):
            first_unit, first_joined = len(units), len(joined)
            units += name.units
            joined += name.joined
            place = traveller.birth_place
            rows.append(
                (
                    first_unit, len(units), first_joined, len(joined), len(name.words), name.initials,
                    name.cut_place, *date_parts(traveller.birth_date),
                    _remembered_state(traveller.nationality), sex_number(traveller.sex),
                    _remembered_state(place.country) if place else 0,
                    _remembered_city(place.city) if place else 0, name.shared,
                )
            )  # fmt: skip
        return Batch(
            np.array(rows, np.int32).reshape(-1, TRAVELLER_COLUMNS),
            np.array([name.heads for name in names], np.int32).reshape(-1, MAX_WORDS),
            np.array([name.lengths for name in names], np.int32).reshape(-1, MAX_WORDS),
            np.array(units, np.int32).reshape(-1, 5),
            np.array(joined, np.int32).reshape(-1, 5),
            self.expander.ids,
            self.expander.packed,
        )


def compared_documents(traveller: Traveller) -> tuple[TravelDocument, ...]:
    """The documents that are compared."""
    return traveller.documents[:MAX_DOCUMENTS_COMPARED]


def _weighed_name(number: int, weight: int, room: Room, *, is_low: bool) -> WeighedName:
    """What `weigh_name` left in the room."""
    pairs = tuple(
        PairedWords(
            int(edge[EDGE_RULE]),
            ((1 << int(edge[EDGE_COUNT])) - 1) << int(edge[EDGE_FIRST]),
            int(edge[EDGE_PLACES]),
            int(edge[EDGE_WEIGHT]),
        )
        for edge in sorted(
            (room.edges[each] for each in room.chosen[: room.facts[CHOSEN]]),
            key=lambda edge: int(edge[EDGE_FIRST]),
        )
    )
    initials = tuple(
        (1 << int(place), 1 << int(other)) for place, other in room.initials[: room.facts[CONFIRMED]]
    )
    return WeighedName(
        number, weight, pairs, initials, int(room.facts[SENT_LEFT]), int(room.facts[LISTED_LEFT]), is_low
    )
