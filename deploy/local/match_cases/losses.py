"""What the matcher's nets lose of what the exhaustive scorer finds, on lists of stated length."""

from collections.abc import Sequence

from deploy.local.match_cases import damage
from deploy.local.match_cases.people import Listed, People
from deploy.local.match_cases.speed import NAMES_AN_ENTRY
from services.screening.matching import THRESHOLD
from services.screening.matching.exhaustive import ExhaustiveScreener
from services.screening.matching.index import Index
from services.screening.matching.screener import Found, Screener
from services.screening.matching.weights import least_total
from shared.travel import Traveller

_EVERYTHING = -20_000
_AT_ONCE = 20

Pairs = dict[tuple[int, int], int]


def measure_lost(names: int, least_hits: int, seed: int = 11) -> dict[str, int]:
    """Screen listed people under damaged names, and as many innocents, until there are so many hits.

    Returns:
        `travellers`; `hits` of the exhaustive scorer at the threshold and how many of them screening has
        `lost`; `weaker`, what the scorer suggests below it, and `weaker_lost`; `other`, pairs found with
        another weight. All people of the list are tried at most.
    """
    people = People(seed)
    listed = [people.listed(number) for number in range(int(names / NAMES_AN_ENTRY))]
    index = Index.compile([person.entry for person in listed])
    nets, oracle = Screener(index), ExhaustiveScreener(index)
    counts = dict.fromkeys(("travellers", "hits", "lost", "weaker", "weaker_lost", "other"), 0)
    for first in range(0, len(listed), _AT_ONCE):
        if counts["hits"] >= least_hits:
            break
        travellers = _screened(people, listed[first : first + _AT_ONCE], first)
        for name, count in _compared(nets, oracle, travellers).items():
            counts[name] += count
    return counts


def _screened(people: People, listed: Sequence[Listed], first: int) -> list[Traveller]:
    """Listed people, each with the next family of damage, and an innocent beside each."""
    harms = list(damage.FAMILIES.values())
    travellers = []
    for number, person in enumerate(listed, start=first):
        travellers.append(harms[number % len(harms)](people.random, person.traveller))
        travellers.append(people.innocent()[1])
    return travellers


def _compared(nets: Screener, oracle: ExhaustiveScreener, travellers: Sequence[Traveller]) -> dict[str, int]:
    threshold = least_total(THRESHOLD)
    expected = _pairs(oracle.screen_every_name(travellers, _EVERYTHING))
    hits = {pair: total for pair, total in expected.items() if total >= threshold}
    found, everything = (
        _pairs(nets.screen(travellers, threshold)),
        _pairs(nets.screen(travellers, _EVERYTHING)),
    )
    return {
        "travellers": len(travellers),
        "hits": len(hits),
        "lost": len(hits.keys() - found.keys()),
        "weaker": len(expected) - len(hits),
        "weaker_lost": len(expected.keys() - hits.keys() - everything.keys()),
        "other": sum(expected.get(pair) != total for pair, total in {**everything, **found}.items()),
    }


def _pairs(parts: Sequence[Found]) -> Pairs:
    return {
        (traveller, entry): total
        for part in parts
        for traveller, entry, total in zip(
            part.traveller.tolist(), part.entry.tolist(), part.total.tolist(), strict=True
        )
    }
