"""What the matcher is measured beside, in one run and on the same cases: a ratio of words, and logic-v2."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path
from time import process_time
from typing import Final, Protocol

from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cdist
from rapidfuzz.utils import default_process

from deploy.local.match_cases.other_python import asked
from deploy.local.match_cases.scores import Scores
from services.screening.matching import Matcher
from services.screening.watchlist.entry import BirthDate, WatchlistEntry
from shared.travel import Sex, Traveller

PILE: Final = 50
"""How many entries of the reference's best logic-v2 weighs for each traveller."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What was found of some travellers, and the processor time that it took."""

    scores: Scores
    seconds: float


class Rival(Protocol):
    """Another way to match, by the name under which its figures stand."""

    name: str

    def scored(self, travellers: Sequence[Traveller]) -> Scored:
        """The scores of its kind; higher is more alike."""


class TokenSort:
    """`token_sort_ratio` of the name against every name, and points for the rest.

    A birth date that is equal gives 30 points, one of the same year 15; a nationality 4.
    """

    name = "token_sort_ratio"

    def __init__(self, entries: Sequence[WatchlistEntry]) -> None:
        self._entries = [entry for entry in entries for _ in entry.names]
        self._names = [default_process(name.text) for entry in entries for name in entry.names]

    def scored(self, travellers: Sequence[Traveller]) -> Scored:
        """Every entry's score for each of them."""
        began = process_time()
        scores = [self.scores(each) for each in travellers]
        return Scored(scores, process_time() - began)

    def scores(self, traveller: Traveller) -> dict[str, float]:
        """The best score for each entry."""
        name = default_process(_full_name(traveller))
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


class LogicV2:
    """nomenklatura's logic-v2, in another Python: it is no dependency, and has some of its own.

    It is too slow for every name of a list, and its candidates are not what is compared: of each traveller it
    weighs the `PILE` best of the reference, and whatever our matcher suggests at any score.

    Args:
        python: The interpreter of an environment in which nomenklatura is installed.
        entries: The list.
        matcher: Ours, with that list.
        reference: The other one that suggests entries.
    """

    name = "logic_v2"

    def __init__(
        self, python: Path, entries: Sequence[WatchlistEntry], matcher: Matcher, reference: TokenSort
    ) -> None:
        self._python = python
        self._entries = {entry.id: _listed_facts(entry) for entry in entries}
        self._matcher = matcher
        self._reference = reference

    def scored(self, travellers: Sequence[Traveller]) -> Scored:
        """The scores of each one's pile, and the seconds of weighing it alone.

        Raises:
            OtherPythonFailed: The other Python is none, or has no nomenklatura.
        """
        piles = [self._pile(each) for each in travellers]
        met = {key for pile in piles for key in pile}
        question = {
            "entries": {key: self._entries[key] for key in sorted(met)},
            "travellers": [
                (_travelling_facts(each), pile) for each, pile in zip(travellers, piles, strict=True)
            ],
        }
        answer = json.loads(asked(self._python, "logic_v2_process.py", "nomenklatura", question))
        scores = [
            dict(zip(pile, found, strict=True)) for pile, found in zip(piles, answer["scores"], strict=True)
        ]
        return Scored(scores, answer["seconds"])

    def _pile(self, traveller: Traveller) -> list[str]:
        best = self._reference.scores(traveller)
        suggested = self._matcher.screen([traveller], floor=0.0, limit=len(self._entries))[0]
        return sorted({*nlargest(PILE, best, best.__getitem__), *(match.entry_id for match in suggested)})


def _full_name(traveller: Traveller) -> str:
    return f"{traveller.given_names or ''} {traveller.surname}".strip()


def _travelling_facts(traveller: Traveller) -> dict[str, list[str]]:
    born = traveller.birth_date
    return {
        "name": [_full_name(traveller)],
        "firstName": _said(traveller.given_names),
        "lastName": [traveller.surname],
        "birthDate": [] if born is None else [str(born)],
        "nationality": _said(traveller.nationality),
        "gender": _gender(traveller.sex),
        "passportNumber": [document.number for document in traveller.documents],
    }


def _listed_facts(entry: WatchlistEntry) -> dict[str, list[str]]:
    return {
        "name": [name.text for name in entry.names],
        "birthDate": [text for each in entry.birth_dates for text in _said(_birth_text(each))],
        "nationality": list(entry.nationalities),
        "gender": _gender(entry.sex),
        "passportNumber": [document.number for document in entry.documents],
    }


def _birth_text(listed: BirthDate) -> str | None:
    if listed.date is not None:
        return str(listed.date)
    return None if listed.year is None else str(listed.year)


def _gender(sex: Sex | None) -> list[str]:
    return [sex.value] if sex in {Sex.MALE, Sex.FEMALE} else []


def _said(text: str | None) -> list[str]:
    return [] if text is None else [text]
