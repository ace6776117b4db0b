"""What the matcher says about the travellers of a batch: no web, no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.screening.errors import UnreadableTraveller
from services.screening.hits.hit import Matched
from services.screening.watchlist.current_matcher import ScreeningMatcher
from shared.contracts import TravellerObservedV1
from shared.travel import Traveller


@dataclass(frozen=True, slots=True)
class Found:
    """One match of one traveller of the batch, with its explanation."""

    observed: TravellerObservedV1
    entry_id: str
    matched: Matched


@dataclass(frozen=True, slots=True)
class Matching:
    """What the matcher said about a batch."""

    found: list[Found]
    unscreenable: int
    matcher: ScreeningMatcher


def read_travellers(observed: Sequence[TravellerObservedV1]) -> list[Traveller]:
    """The travellers of a batch.

    Raises:
        UnreadableTraveller: A traveller's record is not ours.
    """
    travellers = []
    for ordinal, each in enumerate(observed, start=1):
        try:
            travellers.append(Traveller.from_json(each.traveller))
        except (KeyError, TypeError, ValueError):
            # The cause is not chained: its text could quote the traveller.
            raise UnreadableTraveller(ordinal=ordinal) from None
    return travellers


def match_batch(
    matcher: ScreeningMatcher,
    observed: Sequence[TravellerObservedV1],
    travellers: Sequence[Traveller],
) -> Matching:
    """Everything that the processor is busy with; runs in a thread."""
    unscreenable = sum(matcher.unscreenable(traveller) is not None for traveller in travellers)
    found = [
        Found(each, match.entry_id, explained(matcher, traveller, match.entry_id, match.score))
        for each, traveller, matches in zip(observed, travellers, matcher.screen(travellers), strict=True)
        for match in matches
    ]
    return Matching(found, unscreenable, matcher)


def explained(matcher: ScreeningMatcher, traveller: Traveller, entry_id: str, score: float) -> Matched:
    """A match with its explanation: no bare score is ever kept (SG-07)."""
    explanation = matcher.explain(traveller, entry_id)
    evidence = [
        {**each.as_json(), "label": each.label, "bearing": each.bearing, "words": each.words}
        for each in explanation.for_people
    ]
    name = None if explanation.name is None else explanation.name.as_json()
    return Matched(score, evidence, name, matcher.digest, matcher.algorithm, matcher.threshold)
