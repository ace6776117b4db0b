"""A few changes of a long list are put beside what is compiled; everything else is compiled anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pytest

from services.screening.matching import Matcher
from services.screening.watchlist.entry import EntryName, WatchlistEntry
from services.screening.watchlist.matcher_building import CHANGED_ONE_IN, LONG_LIST, MatcherBuilder
from shared.travel import Traveller


@dataclass(frozen=True)
class NotedMatcher:
    """A matcher that only notes of what it was made."""

    listed: frozenset[str]
    changes: tuple[tuple[str, ...], ...] = ()

    def with_changes(self, *, added: Iterable[WatchlistEntry], removed: Iterable[str]) -> "NotedMatcher":
        """Note them."""
        new, gone = [entry.id for entry in added], list(removed)
        return NotedMatcher((self.listed | set(new)) - set(gone), (*self.changes, (*new, *gone)))


@dataclass
class NotedCompiler:
    """Compiles, and counts how often."""

    lengths: list[int] = field(default_factory=list)

    def __call__(self, entries: Sequence[WatchlistEntry]) -> NotedMatcher:
        """Note a compilation."""
        self.lengths.append(len(entries))
        return NotedMatcher(frozenset(entry.id for entry in entries))


def an_entry(number: int, name: str = "RAMESH KALPANIK") -> WatchlistEntry:
    return WatchlistEntry(id=f"T:{number}", names=(EntryName(name),))


@pytest.fixture(name="long_list", scope="module")
def _long_list() -> list[WatchlistEntry]:
    return [an_entry(number) for number in range(LONG_LIST)]


def test_a_long_list_is_compiled_once_and_then_changed(long_list: list[WatchlistEntry]) -> None:
    compiler = NotedCompiler()
    builder = MatcherBuilder(compiler)
    builder.build(long_list)
    changed = [an_entry(0, "IGOR PRIMEROV"), *long_list[2:], an_entry(LONG_LIST)]
    matcher = builder.build(changed)

    assert compiler.lengths == [LONG_LIST]
    assert matcher.changes == (("T:0", f"T:{LONG_LIST}", "T:1"),)
    assert matcher.listed == {entry.id for entry in changed}
    assert builder.build(changed).changes[1:] == ((),)


def test_a_short_list_is_always_compiled() -> None:
    compiler = NotedCompiler()
    builder = MatcherBuilder(compiler)
    builder.build([an_entry(1), an_entry(2)])
    builder.build([an_entry(1), an_entry(3)])

    assert compiler.lengths == [2, 2]


def test_many_changes_together_are_compiled(long_list: list[WatchlistEntry]) -> None:
    compiler = NotedCompiler()
    builder = MatcherBuilder(compiler)
    few = LONG_LIST // CHANGED_ONE_IN
    builder.build(long_list)
    builder.build([*(an_entry(number, "LI XUGOU") for number in range(few)), *long_list[few:]])
    assert compiler.lengths == [LONG_LIST]

    builder.build([*(an_entry(number, "LI XUGOU") for number in range(few + 1)), *long_list[few + 1 :]])
    builder.build(long_list[1:])

    assert compiler.lengths == [LONG_LIST, LONG_LIST, LONG_LIST - 1]


def test_an_addition_and_a_removal_count_at_once_while_the_old_matcher_screens_on(
    long_list: list[WatchlistEntry],
) -> None:
    builder = MatcherBuilder(Matcher.compile)
    before = builder.build(long_list[:1] + [an_entry(number, "WEI XUGOU") for number in range(1, LONG_LIST)])
    travellers = [
        Traveller.from_json({"surname": "PRIMEROV", "given_names": "IGOR", "birth_date": "1975-08-19"}),
        Traveller.from_json({"surname": "KALPANIK", "given_names": "RAMESH", "birth_date": "1975-08-19"}),
    ]
    new = WatchlistEntry.from_json(
        {
            "id": "T:new",
            "names": [{"text": "IGOR PRIMEROV"}],
            "birth_dates": [{"kind": "EXACT", "date": "1975-08-19"}],
        }
    )
    after = builder.build([an_entry(number, "WEI XUGOU") for number in range(1, LONG_LIST)] + [new])
    old, now = (
        [[m.entry_id for m in each] for each in one.screen(travellers, floor=0.0)] for one in (before, after)
    )

    assert old == [[], ["T:0"]]
    assert now == [["T:new"], []]
    assert before.digest != after.digest
