"""Recall of the matcher by family of damage, beside rapidfuzz's `token_sort_ratio` in the same run.

Entries, listed travellers and innocents are those of `people.py`; damage is that of `damage.py`. Innocents
have a vocabulary of rarer names of their own, so that not only names of the list's own making are tried.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cdist
from rapidfuzz.utils import default_process

from deploy.local.match_cases import damage
from deploy.local.match_cases.people import Listed, People
from deploy.local.match_cases.regions import REGIONS
from deploy.local.match_population import in_arabic_only
from services.screening.matching import Match, Matcher
from services.screening.matching.weights import PRIOR_LISTED_ONE_IN
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import TravelDocument, Traveller

RATES = (1, 5, 10, 50)
"""False alerts in 10,000 innocent travellers at which recall is told."""
TRAVELLERS_AT_ONCE = 200
TENTHS = 10
_NO_LIMIT = 1_000_000
_NOT_OF_THE_NAME = frozenset({"document"})
_SCRIPT_REGIONS = frozenset({"MAGHREB", "ARAB_EAST", "PERSIAN"})

Screened = tuple[str, Traveller]
Scores = Sequence[Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured; `vocabulary` other than 0 is a held-out population."""

    entries: int = 9_000
    innocents: int = 20_000
    listed: int = 300
    rival_innocents: int = 2_000
    seed: int = 2396
    vocabulary: int = 0


@dataclass(frozen=True, slots=True)
class Cases:
    """A list, innocents (region, traveller), and by family the travellers with the entry each should find."""

    entries: Sequence[WatchlistEntry]
    innocents: Sequence[tuple[str, Traveller]]
    families: Mapping[str, Sequence[Screened]]
    twins: Sequence[Screened]


def make_cases(sizes: Sizes) -> Cases:
    """Make everything from the seed."""
    people = People(sizes.seed, sizes.vocabulary)
    listed = [people.listed(number) for number in range(sizes.entries)]
    others = People(sizes.seed + 1, sizes.vocabulary + 1)
    innocents = [others.innocent() for _ in range(sizes.innocents)]
    entries = {person.entry.id: person.entry for person in listed}
    families: dict[str, list[Screened]] = {}
    chosen = iter(listed)
    families["alias"] = [
        _without_alias(person, entries) for person in _take(chosen, sizes.listed, _has_alias)
    ]
    families["script"] = [
        _in_other_script(person, entries) for person in _take(chosen, sizes.listed, _has_script)
    ]
    rest = list(_take(chosen, sizes.listed, lambda _: True))
    for name, harm in damage.FAMILIES.items():
        families[name] = [(person.entry.id, harm(people.random, person.traveller)) for person in rest]
    families["document"] = [_other_identity(person, people) for person in rest]
    return Cases(
        list(entries.values()),
        innocents,
        families,
        [_twin(person, people) for person in rest if person.entry.birth_dates],
    )


def _take(people: Iterator[Listed], count: int, fits: Callable[[Listed], bool]) -> Iterator[Listed]:
    found = 0
    for person in people:
        if found == count:
            return
        if fits(person):
            found += 1
            yield person


def _has_alias(person: Listed) -> bool:
    return len({name.text for name in person.entry.names}) > 1


def _has_script(person: Listed) -> bool:
    return person.region in _SCRIPT_REGIONS


def _without_alias(person: Listed, entries: dict[str, WatchlistEntry]) -> Screened:
    """The person travels under the last alias, which the list does not hold."""
    entry = person.entry
    gone = entry.names[-1].text
    kept = tuple(name for name in entry.names if name.text != gone)
    entries[entry.id] = replace(entry, names=kept)
    given, _, surname = gone.rpartition(" ")
    return entry.id, replace(person.traveller, surname=surname, given_names=given)


def _in_other_script(person: Listed, entries: dict[str, WatchlistEntry]) -> Screened:
    """The list has the name in Arabic letters only."""
    entries[person.entry.id] = in_arabic_only(person.entry)
    return person.entry.id, person.traveller


def _other_identity(person: Listed, people: People) -> Screened:
    document = person.entry.documents[0]
    shown = TravelDocument(document.type, document.number, document.issuer)
    return person.entry.id, damage.other_identity(people.random, shown, people.innocent()[1])


def _twin(person: Listed, people: People) -> Screened:
    states = [state for region in REGIONS for state in region.states]
    other = people.random.choice([state for state in states if state != person.traveller.nationality])
    return person.entry.id, damage.twin(people.random, person.traveller, other)


def best_scores(matcher: Matcher, travellers: Sequence[Traveller]) -> list[dict[str, float]]:
    """Every entry's score for each traveller."""
    return [
        {match.entry_id: match.score for match in matches}
        for first in range(0, len(travellers), TRAVELLERS_AT_ONCE)
        for matches in _screened(matcher, travellers[first : first + TRAVELLERS_AT_ONCE])
    ]


def _screened(matcher: Matcher, travellers: Sequence[Traveller]) -> list[list[Match]]:
    return matcher.screen(travellers, floor=0.0, limit=_NO_LIMIT)


def floors(scores: Scores) -> dict[int, float]:
    """For each rate, a score that only so many of 10,000 innocents exceed."""
    best = sorted((max(each.values(), default=0.0) for each in scores), reverse=True)
    return {rate: best[len(best) * rate // 10_000] for rate in RATES}


def share_found(scores: Scores, cases: Sequence[Screened], floor: float) -> float:
    """Which share of the travellers found their own entry above a floor."""
    found = sum(each.get(entry_id, 0.0) > floor for each, (entry_id, _) in zip(scores, cases, strict=True))
    return found / len(cases)


def measure_recall(sizes: Sizes | None = None) -> dict[str, Any]:
    """Recall by family and rate, ours and the reference's; false alerts by region; namesakes stopped.

    Returns:
        `names`, `threshold`, `alerts_per_10000` at the threshold, `by_region`, `twins_per_10000`,
        `largest_tie` (the share of the hits that the commonest score has), `bands` (whether scores are
        probabilities) and `families`: by family `ours` and `token_sort_ratio`, each rate → share found.
    """
    chosen = sizes or Sizes()
    cases = make_cases(chosen)
    matcher = Matcher.compile(cases.entries)
    innocent_scores = best_scores(matcher, [traveller for _, traveller in cases.innocents])
    scores = {
        family: best_scores(matcher, [each for _, each in screened])
        for family, screened in cases.families.items()
    }
    at = floors(innocent_scores)
    rival = TokenSort(cases.entries)
    few = [traveller for _, traveller in cases.innocents[: chosen.rival_innocents]]
    rival_at = floors([rival.scores(each) for each in few])
    families = {}
    for family, screened in cases.families.items():
        rivals = [rival.scores(each) for _, each in screened]
        families[family] = {
            "ours": {rate: share_found(scores[family], screened, at[rate]) for rate in RATES},
            "token_sort_ratio": {rate: share_found(rivals, screened, rival_at[rate]) for rate in RATES},
        }
    twin_scores = best_scores(matcher, [each for _, each in cases.twins])
    return {
        "names": sum(len(entry.names) for entry in cases.entries),
        "threshold": matcher.threshold,
        "alerts_per_10000": 10_000 * _alerting(innocent_scores, matcher.threshold),
        "by_region": _by_region(cases.innocents, innocent_scores, matcher.threshold),
        "twins_per_10000": 10_000 * share_found(twin_scores, cases.twins, matcher.threshold),
        "largest_tie": largest_tie(scores.values(), matcher.threshold),
        "bands": bands(
            [
                each.get(entry_id, 0.0)
                for family, screened in cases.families.items()
                if family not in _NOT_OF_THE_NAME
                for each, (entry_id, _) in zip(scores[family], screened, strict=True)
            ],
            [score for each in innocent_scores for score in each.values()],
            len(cases.innocents),
        ),
        "families": families,
    }


def _alerting(scores: Scores, threshold: float) -> float:
    return sum(max(each.values(), default=0.0) >= threshold for each in scores) / len(scores)


def _by_region(
    innocents: Sequence[tuple[str, Traveller]], scores: Scores, threshold: float
) -> dict[str, float]:
    """False alerts of 10,000 innocents of each region of name origin."""
    found: dict[str, list[Mapping[str, float]]] = {}
    for (region, _), each in zip(innocents, scores, strict=True):
        found.setdefault(region, []).append(each)
    return {region: 10_000 * _alerting(each, threshold) for region, each in sorted(found.items())}


def largest_tie(scores: Any, threshold: float) -> float:
    """The share of all hits that have the commonest score."""
    hits = Counter(
        score for family in scores for each in family for score in each.values() if score >= threshold
    )
    return max(hits.values(), default=0) / max(hits.total(), 1)


@dataclass(frozen=True, slots=True)
class Band:
    """Scores above `low` up to `high`: of listed travellers and their own entry, of innocents, the truth.

    `share_same` is how many of the pairs in the band are one person, if one traveller in
    `PRIOR_LISTED_ONE_IN` is listed; `None` where the band is empty.
    """

    low: float
    high: float
    listed: int
    innocent: int
    mean_score: float | None
    share_same: float | None


def bands(listed: Sequence[float], innocent: Sequence[float], innocents: int) -> list[Band]:
    """Count by tenths of the score, which tell whether a score is the probability that it says.

    Args:
        listed: The score of each listed traveller's own entry, 0.0 where it was not found.
        innocent: The scores of all pairs of innocents and entries.
        innocents: How many innocents there were.
    """
    weight = PRIOR_LISTED_ONE_IN * len(listed) / innocents
    found = []
    for tenth in range(TENTHS):
        low, high = tenth / TENTHS, (tenth + 1) / TENTHS
        same = [each for each in listed if low < each <= high]
        other = [each for each in innocent if low < each <= high]
        pairs = len(same) + weight * len(other)
        mean = (sum(same) + weight * sum(other)) / pairs if pairs else None
        found.append(Band(low, high, len(same), len(other), mean, len(same) / pairs if pairs else None))
    return found


class TokenSort:
    """The reference: `token_sort_ratio` of the name against every name, and points for the rest.

    A birth date that is equal gives 30 points, one of the same year 15; a nationality 4.
    """

    def __init__(self, entries: Sequence[WatchlistEntry]) -> None:
        self._entries = [entry for entry in entries for _ in entry.names]
        self._names = [default_process(name.text) for entry in entries for name in entry.names]

    def scores(self, traveller: Traveller) -> dict[str, float]:
        """The best score for each entry."""
        name = default_process(f"{traveller.given_names or ''} {traveller.surname}")
        ratios = cdist([name], self._names, scorer=token_sort_ratio)[0].tolist()
        best: dict[str, float] = {}
        for entry, ratio in zip(self._entries, ratios, strict=True):
            score = ratio + _points(traveller, entry)
            best[entry.id] = max(score, best.get(entry.id, 0.0))
        return best


def _points(traveller: Traveller, entry: WatchlistEntry) -> int:
    points = 4 if traveller.nationality in entry.nationalities else 0
    born = traveller.birth_date
    if born is None or not entry.birth_dates:
        return points
    listed = entry.birth_dates[0]
    year = listed.date.year if listed.date else listed.year
    return points + (30 if born == listed.date else 15 if born.year == year else 0)
