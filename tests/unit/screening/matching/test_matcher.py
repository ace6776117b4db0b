"""The interface that every measurement relies on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.screening.matching import (
    ALGORITHM,
    DamagedSnapshot,
    Fault,
    Match,
    Matcher,
    RepeatedEntry,
    UnknownEntry,
)
from services.screening.matching.index import Index
from services.screening.matching.snapshot import StoredEntries
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import Traveller
from tests.unit.screening.matching.plain import plain_module
from tests.unit.screening.matching.samples import a_traveller, an_entry, born

ENTRIES = [
    an_entry("RAMESH KALPANIK", "Ramesh Namuna", entry_id="T:1", birth_dates=born("1975-08-19")),
    an_entry("IGOR PRIMEROV", entry_id="T:2", documents=[{"number": "EX0091822", "issuer": "XCC"}]),
    an_entry("RAMESH KALPANIK", entry_id="T:3"),
]
TRAVELLERS = [
    a_traveller(birth_date="1975-08-19"),
    a_traveller("PRIMEROV", "IGOR"),
    a_traveller("WANG", "WEI"),
]


@pytest.fixture(name="matcher")
def _matcher() -> Matcher:
    return Matcher.compile(ENTRIES)


def ids(matches: list[Match]) -> list[str]:
    return [match.entry_id for match in matches]


def test_one_list_for_each_traveller_best_first_and_one_match_for_each_entry(matcher: Matcher) -> None:
    first, second, third = matcher.screen(TRAVELLERS, floor=0.0)

    assert ids(first) == ["T:1", "T:3"]
    assert first[0].score > first[1].score
    assert first[0].is_top_band
    assert ids(second) == ["T:2"]
    assert third == []


def test_ties_are_ordered_by_entry() -> None:
    matcher = Matcher.compile([an_entry("RAMESH KALPANIK", entry_id=each) for each in ("T:9", "T:1", "T:5")])

    assert ids(matcher.screen([a_traveller()], floor=0.0)[0]) == ["T:1", "T:5", "T:9"]


def test_a_floor_changes_what_is_returned_and_never_a_score(matcher: Matcher) -> None:
    everything = matcher.screen(TRAVELLERS, floor=0.0)
    for floor in (0.2, 0.6, matcher.threshold, 1.1):
        expected = [[match for match in matches if match.score >= floor] for matches in everything]
        assert matcher.screen(TRAVELLERS, floor=floor) == expected
    assert matcher.screen(TRAVELLERS) == matcher.screen(TRAVELLERS, floor=matcher.threshold)


def test_a_limit_keeps_the_best(matcher: Matcher) -> None:
    assert ids(matcher.screen(TRAVELLERS, floor=0.0, limit=1)[0]) == ["T:1"]


def test_two_entries_with_one_identifier_are_refused() -> None:
    with pytest.raises(RepeatedEntry):
        Matcher.compile([ENTRIES[0], ENTRIES[0]])


def test_an_empty_list_matches_nobody() -> None:
    assert Matcher.compile([]).screen(TRAVELLERS, floor=0.0) == [[], [], []]


def test_a_saved_matcher_opens_with_the_same_digest_and_answers(matcher: Matcher, tmp_path: Path) -> None:
    changed = matcher.with_changes(added=[an_entry("LI XUGOU", entry_id="T:4")], removed=["T:3"])
    for name, each in (("base", matcher), ("changed", changed), ("empty", Matcher.compile([]))):
        each.save(tmp_path / name)
        opened = Matcher.open(str(tmp_path / name))
        assert (opened.digest, opened.version, opened.algorithm) == (each.digest, each.version, ALGORITHM)
        assert opened.screen(TRAVELLERS, floor=0.0) == each.screen(TRAVELLERS, floor=0.0)
        assert opened.entry_count == each.entry_count


def test_what_is_opened_can_be_explained_and_saved_again(matcher: Matcher, tmp_path: Path) -> None:
    matcher.save(tmp_path / "first")
    opened = Matcher.open(tmp_path / "first")
    opened.save(tmp_path / "second")

    assert opened.explain(TRAVELLERS[0], "T:1").as_json() == matcher.explain(TRAVELLERS[0], "T:1").as_json()
    assert Matcher.open(tmp_path / "second").digest == matcher.digest
    assert opened.entry("T:1") == ENTRIES[0]


def _damages(folder: Path) -> Iterator[None]:
    (folder / "0" / "spelling_weight.npy").write_bytes(b"none")
    yield
    (folder / "0" / "spelling_weight.npy").unlink()
    yield
    (folder / "matcher.json").write_text("{}")
    yield
    (folder / "matcher.json").unlink()
    yield


def test_a_damaged_snapshot_is_refused(matcher: Matcher, tmp_path: Path) -> None:
    matcher.save(tmp_path / "list")
    for _ in _damages(tmp_path / "list"):
        with pytest.raises(DamagedSnapshot):
            Matcher.open(tmp_path / "list")


def test_other_bytes_than_were_written_are_refused(matcher: Matcher, tmp_path: Path) -> None:
    matcher.save(tmp_path / "list")
    entries = tmp_path / "list" / "0" / "entries.jsonl"
    entries.write_bytes(entries.read_bytes() + b" ")

    with pytest.raises(DamagedSnapshot):
        Matcher.open(tmp_path / "list")


def test_a_removal_that_was_not_saved_is_refused(matcher: Matcher, tmp_path: Path) -> None:
    matcher.save(tmp_path / "list")
    manifest = tmp_path / "list" / "matcher.json"
    saved = json.loads(manifest.read_text())
    for removed in ("T:1", "T:99"):
        manifest.write_text(json.dumps(saved | {"removed": [[removed]]}))
        with pytest.raises(DamagedSnapshot):
            Matcher.open(tmp_path / "list")


def test_more_names_than_there_was_room_for_are_all_found() -> None:
    birth_dates = born("1980-03-04")
    entries = [an_entry("XU GOU", entry_id=f"T:{number}", birth_dates=birth_dates) for number in range(1_100)]
    traveller = a_traveller("XUGOU", None, birth_date="1980-03-04")
    (matches,) = Matcher.compile(entries).screen([traveller], floor=0.0, limit=2_000)

    assert len(matches) == len(entries)
    assert len({match.score for match in matches}) == 1


def test_a_document_that_says_too_little_is_no_match(matcher: Matcher) -> None:
    traveller = a_traveller("WANG", "WEI", documents=[{"number": "EX0091822", "issuer": "XBB"}])

    assert ids(matcher.screen([traveller], floor=0.0)[0]) == ["T:2"]
    assert matcher.screen([traveller]) == [[]]


def test_changes_leave_the_first_matcher_as_it_was(matcher: Matcher) -> None:
    before = matcher.digest
    changed = matcher.with_changes(added=[an_entry("LI XUGOU", entry_id="T:4")], removed=["T:1"])

    assert matcher.digest == before != changed.digest
    assert ids(changed.screen(TRAVELLERS, floor=0.0)[0]) == ["T:3"]
    assert ids(changed.screen([a_traveller("LI", "XUGOU")], floor=0.0)[0]) == ["T:4"]
    assert ids(matcher.screen(TRAVELLERS, floor=0.0)[0]) == ["T:1", "T:3"]
    assert changed.entry_count == 3


def test_a_replaced_entry_is_screened_as_it_is_now(matcher: Matcher) -> None:
    changed = matcher.with_changes(added=[an_entry("LI XUGOU", entry_id="T:1")])

    assert ids(changed.screen(TRAVELLERS, floor=0.0)[0]) == ["T:3"]
    assert changed.entry("T:1").names[0].text == "LI XUGOU"
    assert changed.entry_count == 3


def test_what_was_added_can_be_removed_again_and_what_was_removed_added(matcher: Matcher) -> None:
    changed = matcher.with_changes(added=[an_entry("LI XUGOU", entry_id="T:4")], removed=["T:1"])
    back = changed.with_changes(added=[ENTRIES[0]], removed=["T:4", "T:99"])

    assert back.screen(TRAVELLERS, floor=0.0) == matcher.screen(TRAVELLERS, floor=0.0)
    with pytest.raises(UnknownEntry):
        back.entry("T:4")
    assert matcher.with_changes().digest == matcher.digest


def _named(number: int) -> WatchlistEntry:
    return an_entry(f"RAMESH KALPANIK{'ABCDEFGHIJ'[number % 10]}", entry_id=f"T:{number}")


def test_small_changes_are_gathered_and_stay_few_parts(tmp_path: Path) -> None:
    matcher, expected = Matcher.compile(ENTRIES), {each.id for each in ENTRIES}
    traveller = a_traveller("KALPANIKB", "RAMESH")
    for step, count in enumerate((80, 2, 1, 1, 3)):
        added = [_named(100 * (step + 1) + number) for number in range(count)]
        matcher = matcher.with_changes(added=added, removed=[f"T:{step}"])
        expected = (expected | {each.id for each in added}) - {f"T:{step}"}
        assert {json.loads(line)["id"] for line in matcher.lines()} == expected
        assert matcher.entry_count == len(expected)
    matcher.save(tmp_path / "list")

    assert sorted(path.name for path in (tmp_path / "list").iterdir()) == ["0", "1", "2", "matcher.json"]
    opened = Matcher.open(tmp_path / "list")
    (found,) = opened.screen([traveller], floor=0.0, limit=100)
    assert [found] == matcher.screen([traveller], floor=0.0, limit=100)
    assert set(ids(found)) == expected
    assert opened.changed_count == matcher.changed_count == 87 + 3


def test_an_overlay_of_much_replaces_the_small_ones(matcher: Matcher) -> None:
    few = matcher.with_changes(added=[_named(10), _named(11)])
    many = few.with_changes(added=[_named(number) for number in range(11, 30)])
    at_once = matcher.with_changes(added=[_named(10), *(_named(number) for number in range(11, 30))])

    assert many.digest == at_once.digest


def test_an_overlay_answers_alike_as_machine_code_and_as_plain_python() -> None:
    plain: Any = plain_module("matcher")
    new = [an_entry("RAMESHA KALPANIKH", "RAMESHKALPANIK", entry_id="T:4")]
    one, other = (
        each.compile(ENTRIES).with_changes(added=new, removed=["T:1"]).screen(TRAVELLERS, floor=0.0)
        for each in (Matcher, plain.Matcher)
    )

    assert [[(m.entry_id, m.score) for m in each] for each in one] == [
        [(m.entry_id, m.score) for m in each] for each in other
    ]
    assert set(ids(one[0])) == {"T:3", "T:4"}


def test_stored_entries_are_read_again_when_few_may_be_kept() -> None:
    lines = [json.dumps(entry.as_json()).encode() for entry in ENTRIES]
    offsets = np.cumsum([0, *(len(line) for line in lines)])
    stored = StoredEntries(b"".join(lines), offsets, max_parsed=1)

    assert stored[0:2] == ENTRIES[0:2]
    assert list(stored) == ENTRIES
    assert len(stored) == 3


def test_an_unknown_or_removed_entry_cannot_be_explained(matcher: Matcher) -> None:
    with pytest.raises(UnknownEntry):
        matcher.explain(TRAVELLERS[0], "T:99")
    with pytest.raises(UnknownEntry):
        matcher.with_changes(removed=["T:1"]).explain(TRAVELLERS[0], "T:1")


def test_who_has_neither_name_nor_document_cannot_be_screened(matcher: Matcher) -> None:
    fault = matcher.unscreenable(a_traveller("--", "?"))

    assert isinstance(fault, Fault)
    assert fault.as_json()["code"] == "NO_USABLE_NAME"
    assert matcher.unscreenable(a_traveller()) is None
    assert matcher.unscreenable(a_traveller("-", None, documents=[{"number": "EX0091822"}])) is None


# What a reader lets in: no lone surrogate, no zero character.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
travellers = st.builds(
    Traveller.from_json,
    st.fixed_dictionaries(
        {
            "surname": texts,
            "given_names": st.none() | texts,
            "birth_date": st.none() | st.dates().map(str),
            "sex": st.sampled_from([None, "F", "M", "X", "U"]),
            "nationality": st.none() | texts,
            "birth_place": st.none() | st.fixed_dictionaries({"city": st.none() | texts, "country": texts}),
            "documents": st.lists(
                st.fixed_dictionaries({"number": texts, "issuer": st.none() | texts}), max_size=2
            ),
        }
    ),
)
entries = st.builds(
    lambda name, alias, place, number: WatchlistEntry.from_json(
        {
            "id": "T:1",
            "names": [{"text": name}, {"text": alias, "quality": "LOW"}],
            "birth_dates": born("1975-08-19"),
            "birth_places": [{"city": place, "country": place}],
            "nationalities": [place],
            "documents": [{"number": number, "issuer": place}],
        }
    ),
    *[texts] * 4,
)


@settings(max_examples=100)
@given(entries, travellers)
def test_nothing_that_is_sent_or_listed_makes_the_matcher_fail(
    entry: WatchlistEntry, traveller: Traveller
) -> None:
    matcher = Matcher.compile([entry])
    (matches,) = matcher.screen([traveller], floor=0.0)
    why = matcher.explain(traveller, "T:1")

    matcher.unscreenable(traveller)
    assert why.is_suggested is bool(matches)
    assert sum(each.weight for each in why.evidence) == why.total
    assert all(match.score == why.score for match in matches)


def test_a_name_of_ten_thousand_characters_is_answered(matcher: Matcher) -> None:
    awkward = ["A" * 10_000, "ALI " * 2_500, "РАМЕШ КАЛПАНИК " * 700, "ﷺ" * 10_000, "() " * 3_333]
    hard = Matcher.compile([an_entry(*awkward, entry_id="T:0"), *ENTRIES])

    assert len(hard.screen([a_traveller(name, name) for name in awkward], floor=0.0)) == len(awkward)
    assert len(matcher.screen([a_traveller(name) for name in awkward], floor=0.0)) == len(awkward)


_IN_ANOTHER_PROCESS = """
import sys
from services.screening.matching import Matcher
from tests.unit.screening.matching.test_matcher import ENTRIES, TRAVELLERS
matcher = Matcher.compile(ENTRIES)
found = matcher.screen(TRAVELLERS, floor=0.0)
print(matcher.digest, [[(m.entry_id, m.score) for m in each] for each in found])
"""


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_gives_the_same_digest_and_scores(matcher: Matcher, hash_seed: str) -> None:
    answer: Any = subprocess.run(
        [sys.executable, "-c", _IN_ANOTHER_PROCESS],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = [[(m.entry_id, m.score) for m in each] for each in matcher.screen(TRAVELLERS, floor=0.0)]

    assert answer.strip() == f"{matcher.digest} {found}"


def test_the_matcher_needs_no_web_and_no_database() -> None:
    question = (
        "import sys, services.screening.matching; "
        "print({'fastapi', 'sqlalchemy', 'httpx'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "set()"


def test_a_name_that_repeats_its_words_is_posted_once() -> None:
    index = Index.compile([an_entry("ALI " * 12, entry_id="T:1"), an_entry("ALI HASSAN", entry_id="T:2")])
    listing = index.listing
    rows = [
        listing.posting_name[first:last].tolist()
        for first, last in zip(listing.posting_start[:-1], listing.posting_start[1:], strict=True)
    ]

    assert all(len(each) == len(set(each)) for each in rows)
    assert max(map(len, rows)) == len(listing.name_entry)
