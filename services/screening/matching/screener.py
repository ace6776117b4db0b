"""One index at work: candidates, then judgements. The base and the overlay of a matcher have one each."""

from collections import defaultdict

import numpy as np

from services.screening.matching.candidates import Expander, candidate_names, rows_of_names
from services.screening.matching.documents import document_keys
from services.screening.matching.index import Index
from services.screening.matching.score import Judgement, Query, judge


class Screener:
    """Screens travellers against one index. Remembers expansions; the answers never depend on that."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._expander = Expander(index)

    def judgements(self, query: Query) -> list[Judgement]:
        """Every entry that a name or a document suggests, in the order of the list."""
        units = self._expander.units(query.words)
        names = candidate_names(self.index, units, query.whole_words)
        rows = rows_of_names(self.index, units, names)
        names_of_entry: dict[int, list[int]] = defaultdict(list)
        for name, entry in zip(names.tolist(), self.index.arrays["name_entry"][names].tolist(), strict=True):
            names_of_entry[entry].append(name)
        by_document = self._entries_by_document(query)
        found = [
            judge(self.index, query, entry, names_of_entry[entry], rows)
            for entry in sorted(names_of_entry.keys() - by_document)
        ]
        found += [self.judgement(query, entry) for entry in sorted(by_document)]
        return sorted((each for each in found if each.is_suggested), key=lambda each: each.entry)

    def judgement(self, query: Query, entry: int) -> Judgement:
        """One entry with all its names, whether or not they are candidates."""
        units = self._expander.units(query.words)
        names = self.names_of(entry)
        return judge(
            self.index, query, entry, names, rows_of_names(self.index, units, np.array(names, np.int64))
        )

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
