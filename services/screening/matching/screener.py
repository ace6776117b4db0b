"""One index at work: candidates, then judgements. The base and the overlay of a matcher have one each."""

from collections import defaultdict

import numpy as np

from services.screening.matching.candidates import (
    MAX_CACHED_ROWS,
    Expander,
    Tally,
    candidate_names,
    rows_of_names,
)
from services.screening.matching.documents import document_keys
from services.screening.matching.index import Index
from services.screening.matching.score import Judgement, Query, WeighedName, judge, weigh_name
from services.screening.matching.weights import NAME_BAR


class Screener:
    """Screens travellers against one index. Remembers expansions; the answers never depend on that."""

    def __init__(self, index: Index, max_cached_rows: int = MAX_CACHED_ROWS) -> None:
        self.index = index
        self._expander = Expander(index, max_cached_rows)
        self._tally = Tally(index.name_count)

    def judgements(self, query: Query) -> list[Judgement]:
        """Every entry that a name or a document suggests, in the order of the list."""
        index = self.index
        units = self._expander.units(query.words)
        names = candidate_names(index, self._tally, units, query.whole_words, query.initials.bit_count())
        weighed: dict[int, list[WeighedName]] = defaultdict(list)
        for name, rows in rows_of_names(index, units, names).items():
            found = weigh_name(index, query, name, rows)
            if found.weight >= NAME_BAR:
                weighed[int(index.arrays["name_entry"][name])].append(found)
        by_document = self._entries_by_document(query)
        judged = [
            judge(index, query, entry, sorted(weighed[entry]), by_document=False)
            for entry in weighed.keys() - by_document
        ]
        judged += [self.judgement(query, entry) for entry in by_document]
        return sorted((each for each in judged if each.is_suggested), key=lambda each: each.entry)

    def judgement(self, query: Query, entry: int) -> Judgement:
        """One entry with all its names, whether or not they are candidates."""
        index = self.index
        names = self.names_of(entry)
        rows = rows_of_names(index, self._expander.units(query.words), np.array(names, np.int64))
        weighed = [weigh_name(index, query, name, rows.get(name, ())) for name in names]
        return judge(index, query, entry, weighed, by_document=True)

    def names_of(self, entry: int) -> range:
        """The numbers of an entry's names; names are numbered in the order of the entries."""
        first, last = np.searchsorted(self.index.arrays["name_entry"], [entry, entry + 1])
        return range(int(first), int(last))

    def _entries_by_document(self, query: Query) -> set[int]:
        return {
            entry
            for document in query.documents
            for key in document_keys(document.number)
            for entry in self.index.documents.get(key)
        }
