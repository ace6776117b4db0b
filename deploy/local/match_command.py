"""`./run match`: travellers as JSON lines against a list of entries, and the figures of the matcher.

Source: `spec/matching-interface.md`, "From the command line"; `spec/matching.md` §1 for the figures.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cdist
from rapidfuzz.utils import default_process

from deploy.local.match_population import FAMILIES, REGIONS, Population, in_arabic_only
from services.screening.matching import Match, Matcher
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import TravelDocument, Traveller

LINES_A_BATCH = 200
FALSE_ALERTS_PER_TEN_THOUSAND = 10
_MALFORMED = {"code": "MALFORMED_TRAVELLER", "sentence": "The line is not a traveller of parsed-message.md."}


def read_entries(path: Path) -> Iterator[WatchlistEntry]:
    """The entries of a JSON Lines file, one a line; empty lines are passed over.

    Raises:
        ValueError: A line is not an entry of `matching-interface.md`; the text says which, not what.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    entry = WatchlistEntry.from_json(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError) as fault:
                    raise ValueError(f"line {number} of the list is not a watchlist entry") from fault
                yield entry


def match_lines(list_path: Path, floor: float | None, stdin: Iterable[str], stdout: TextIO) -> int:
    """Screen travellers, one JSON object a line, and print one line for each, in order.

    A line is `{"matches": [{"entry_id", "score"}], "fault": null}`; a traveller who cannot be screened, and a
    line that is no traveller, have a fault with a code and a sentence.

    Args:
        list_path: Entries as JSON Lines.
        floor: The least score that is printed; the matcher's threshold where none is given.
        stdin: Travellers as JSON Lines; empty lines are passed over.
        stdout: Gets the answers, flushed after each batch.

    Returns:
        0, or 1 where a line was no traveller.
    """
    matcher = Matcher.compile(read_entries(list_path))
    had_fault = False
    for batch in _batches(line for line in stdin if line.strip()):
        travellers = [_traveller(line) for line in batch]
        known = [traveller for traveller in travellers if traveller is not None]
        found = iter(matcher.screen(known, floor=floor))
        for traveller in travellers:
            answer = {"matches": [], "fault": _MALFORMED}
            if traveller is not None:
                answer = _answer(matcher, traveller, next(found))
            stdout.write(json.dumps(answer) + "\n")
        had_fault = had_fault or None in travellers
        stdout.flush()
    return 1 if had_fault else 0


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == LINES_A_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _traveller(line: str) -> Traveller | None:
    try:
        return Traveller.from_json(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _answer(matcher: Matcher, traveller: Traveller, matches: Sequence[Match]) -> dict[str, Any]:
    fault = matcher.unscreenable(traveller)
    return {
        "matches": [{"entry_id": match.entry_id, "score": match.score} for match in matches],
        "fault": None if fault is None else fault.as_json(),
    }


@dataclass(frozen=True, slots=True)
class MatchMeasurement:
    """Sizes of one measurement; the defaults take about a minute and a half on one core."""

    entries: int = 9_000
    innocents: int = 5_000
    listed: int = 400
    warm_rounds: int = 1
    seed: int = 2396


def bench_match(sizes: MatchMeasurement | None = None) -> dict[str, Any]:
    """Measure the matcher on a fictional list of about 20,000 names and fictional travellers.

    Returns:
        `names`, `build_seconds`, `travellers_per_second_cold` and `_warm` (one process), `alerts_per_10000`
        at the matcher's threshold, also by region of name origin, `twins_per_10000` stopped, and `recall`
        (0-1) by family of damage: `threshold` at ours, `ours` and `token_sort_ratio` both at
        `FALSE_ALERTS_PER_TEN_THOUSAND` false alerts on the same travellers in the same run.
    """
    chosen = sizes or MatchMeasurement()
    population = Population(chosen.seed)
    pairs = [population.listed(number) for number in range(chosen.entries)]
    started = perf_counter()
    matcher = Matcher.compile([entry for entry, _ in pairs])
    build_seconds = perf_counter() - started
    innocents = [population.innocent() for _ in range(chosen.innocents)]
    cold, answers = _timed(matcher, innocents)
    warm, _ = _timed(matcher, innocents)
    listed = pairs[: chosen.listed]
    return {
        "names": sum(len(entry.names) for entry, _ in pairs),
        "build_seconds": build_seconds,
        "travellers_per_second_cold": cold,
        "travellers_per_second_warm": warm,
        "alerts_per_10000": _share(any(m.score >= matcher.threshold for m in a) for a in answers) * 10_000,
        "alerts_per_10000_by_region": _alerts_by_region(matcher, population, chosen.innocents // 5),
        "twins_per_10000": _twins(matcher, population, listed) * 10_000,
        "document_recall": _document_recall(matcher, population, listed),
        "arabic_script_recall": _arabic_recall(listed),
        "recall": _recalls(matcher, population, pairs, chosen.listed, _Innocents(innocents, answers)),
    }


def _timed(matcher: Matcher, travellers: Sequence[Traveller]) -> tuple[float, list[list[Match]]]:
    started = perf_counter()
    answers = [
        answer
        for first in range(0, len(travellers), LINES_A_BATCH)
        for answer in matcher.screen(travellers[first : first + LINES_A_BATCH], floor=0.0)
    ]
    return len(travellers) / (perf_counter() - started), answers


def _share(facts: Iterable[bool]) -> float:
    known = list(facts)
    return sum(known) / len(known)


def _alerts_by_region(matcher: Matcher, population: Population, count: int) -> dict[str, float]:
    """Alerts of 10,000 innocent travellers of each region of name origin."""
    return {
        region.name: 10_000
        * _share(map(bool, matcher.screen([population.innocent(region) for _ in range(count)])))
        for region in REGIONS
    }


Pair = tuple[WatchlistEntry, Traveller]


@dataclass(frozen=True, slots=True)
class _Innocents:
    """Travellers who are on no list, and what the matcher said of each with no floor."""

    travellers: Sequence[Traveller]
    answers: Sequence[Sequence[Match]]


def _twins(matcher: Matcher, population: Population, listed: Sequence[Pair]) -> float:
    answers = matcher.screen([population.twin(traveller) for _, traveller in listed])
    return _found(answers, listed, matcher.threshold)


def _found(answers: Sequence[Sequence[Match]], listed: Sequence[Pair], floor: float) -> float:
    return _share(
        any(match.entry_id == entry.id and match.score >= floor for match in answer)
        for answer, (entry, _) in zip(answers, listed, strict=True)
    )


def _document_recall(matcher: Matcher, population: Population, listed: Sequence[Pair]) -> float:
    """Listed documents in the hands of somebody with another name, age and nationality."""
    travellers = []
    for entry, _ in listed:
        document = entry.documents[0]
        other = TravelDocument(document.type, document.number, document.issuer)
        travellers.append(replace(population.innocent(), documents=(other,)))
    return _found(matcher.screen(travellers), listed, matcher.threshold)


def _arabic_recall(listed: Sequence[Pair]) -> float:
    """Entries that hold only Arabic letters, travellers with the Latin name; without East Asian names."""
    chosen = [(in_arabic_only(entry), traveller) for entry, traveller in listed]
    matcher = Matcher.compile([entry for entry, _ in chosen])
    return _found(matcher.screen([traveller for _, traveller in chosen]), chosen, matcher.threshold)


def _recalls(
    matcher: Matcher,
    population: Population,
    pairs: Sequence[Pair],
    listed_count: int,
    innocents: "_Innocents",
) -> dict[str, dict[str, float]]:
    rival, listed = _TokenSort(pairs), pairs[:listed_count]
    our_floor = _score_at([max((m.score for m in answer), default=0.0) for answer in innocents.answers])
    few = innocents.travellers[: len(innocents.travellers) // 5]
    rival_floor = _score_at([max(scores.values()) for scores in rival.scores(few)])
    recalls = {}
    for family in FAMILIES:
        travellers = [population.damaged(family, traveller) for _, traveller in listed]
        found = matcher.screen(travellers, floor=0.0, limit=200)
        rival_found = _share(
            scores[entry.id] >= rival_floor
            for scores, (entry, _) in zip(rival.scores(travellers), listed, strict=True)
        )
        recalls[family] = {
            "threshold": _found(found, listed, matcher.threshold),
            "ours": _found(found, listed, our_floor),
            "token_sort_ratio": rival_found,
        }
    return recalls


def _score_at(best_scores: Sequence[float]) -> float:
    """The score that so few innocents reach that there are `FALSE_ALERTS_PER_TEN_THOUSAND`."""
    allowed = len(best_scores) * FALSE_ALERTS_PER_TEN_THOUSAND // 10_000
    return sorted(best_scores, reverse=True)[allowed] + 1e-9


class _TokenSort:
    """The reference: rapidfuzz's `token_sort_ratio` of the name against every name, and points for the rest.

    A birth date that is equal gives 30 points, one of the same year 15; a nationality 4.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._entries = [entry for entry, _ in pairs for _ in entry.names]
        self._names = [default_process(name.text) for entry, _ in pairs for name in entry.names]

    def scores(self, travellers: Sequence[Traveller]) -> Iterator[dict[str, float]]:
        """The best score for each entry, traveller by traveller."""
        for traveller in travellers:
            name = default_process(f"{traveller.given_names or ''} {traveller.surname}")
            ratios = cdist([name], self._names, scorer=token_sort_ratio)[0].tolist()
            best: dict[str, float] = {}
            for entry, ratio in zip(self._entries, ratios, strict=True):
                score = ratio + _points(traveller, entry)
                best[entry.id] = max(score, best.get(entry.id, 0.0))
            yield best


def _points(traveller: Traveller, entry: WatchlistEntry) -> int:
    born, listed = traveller.birth_date, entry.birth_dates[0].date
    points = 4 if traveller.nationality in entry.nationalities else 0
    if born is not None and listed is not None:
        points += 30 if born == listed else 15 if born.year == listed.year else 0
    return points
