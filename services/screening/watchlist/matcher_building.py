"""How the matcher of a changed list is made: from the last one where little has changed, else anew.

A long list takes a minute to compile; a few entries more or less, beside what is compiled, take milliseconds.
The base keeps its words' weights, so that nobody's score moves because of others' entries; once the changes
are many the list is compiled anew. What was made stays as it is: screening goes on with it meanwhile.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, Protocol, Self, TypeVar

from services.screening.watchlist.entry import WatchlistEntry

#: A shorter list compiles within a second.
LONG_LIST: Final = 5_000
#: The list is compiled anew when one entry in so many has changed since it last was.
CHANGED_ONE_IN: Final = 20


class ChangingMatcher(Protocol):
    """A matcher of which another can be made that has a few other entries."""

    def with_changes(self, *, added: Iterable[WatchlistEntry], removed: Iterable[str]) -> Self:
        """The same with entries added, or replaced by identifier, and removed."""
        ...


M = TypeVar("M", bound=ChangingMatcher)


class MatcherBuilder(Generic[M]):
    """Makes the matcher of each list that follows another. Not for several threads at once."""

    def __init__(self, compile_list: Callable[[Sequence[WatchlistEntry]], M]) -> None:
        self._compile = compile_list
        self._matcher: M | None = None
        self._entries: dict[str, WatchlistEntry] = {}
        self._changed = 0

    def build(self, entries: Sequence[WatchlistEntry]) -> M:
        """The matcher of exactly these entries."""
        listed = {entry.id: entry for entry in entries}
        added = [entry for entry in entries if self._entries.get(entry.id) != entry]
        removed = [entry_id for entry_id in self._entries if entry_id not in listed]
        self._changed += len(added) + len(removed)
        is_short, are_many = len(entries) < LONG_LIST, self._changed * CHANGED_ONE_IN > len(entries)
        if self._matcher is None or is_short or are_many:
            self._matcher, self._changed = self._compile(entries), 0
        else:
            self._matcher = self._matcher.with_changes(added=added, removed=removed)
        self._entries = listed
        return self._matcher
