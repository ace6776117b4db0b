"""Fictional travellers of every region, with names that repeat as in real traffic: repeatable from a seed.

Names are those of `regions.py`. A `vocabulary` has three quarters of the first parts of made elements, so
that populations of different vocabularies share the common names and not all of the tail: what was tuned on
one is tried on another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from random import Random

from deploy.local.match_cases.regions import REGIONS, Community, Elements, Made, Region
from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    EntryDocument,
    EntryName,
    NameKind,
    NameQuality,
    WatchlistEntry,
)
from shared.travel import PartialDate, Sex, TravelDocument, Traveller

_FIRST_BIRTHDAY, _BIRTHDAYS = date(1940, 1, 1), 365 * 66
_DUMMY_SHARE = 0.015
_ONLY_YEAR, _NO_DATE, _NO_STATE, _WEAK = 0.12, 0.06, 0.2, 0.25


@dataclass(frozen=True, slots=True)
class Listed:
    """A listed person: the entry, and the person travelling under the first name with a renewed passport."""

    entry: WatchlistEntry
    traveller: Traveller
    region: str


class People:
    """An endless stream of people."""

    def __init__(self, seed: int, vocabulary: int = 0) -> None:
        self.random = Random(seed)  # noqa: S311 - repeatable, and nothing here is secret.
        self._parts = {
            made.columns[0]: Random(f"{vocabulary} {made.columns[0]}").sample(  # noqa: S311
                made.columns[0], -(-len(made.columns[0]) * 3 // 4)
            )
            for region in REGIONS
            for community in region.communities
            for made in (*community.made_men, *community.made_women, *community.made_family)
        }

    def _element(self, common: Elements, ways: Sequence[Made]) -> str:
        """One element: made in one of the ways, as often as each says, or one of the common ones.

        A hyphen of the tables is a blank.
        """
        chance = self.random.random()
        for made in ways:
            if chance < made.share:
                first, *others = made.columns
                columns = (self._parts[first], *others)
                return "".join(map(self.random.choice, columns)).replace("-", " ")
            chance -= made.share
        return self.random.choices(common.words, cum_weights=common.reached)[0].replace("-", " ")

    def _given(self, community: Community, sex: Sex) -> str:
        if sex is Sex.MALE:
            return self._element(community.men, community.made_men)
        return self._element(community.women, community.made_women)

    def _family(self, community: Community, sex: Sex) -> str:
        """A family name, as a man or a woman bears it."""
        name = self._element(community.family, community.made_family)
        if sex is Sex.FEMALE:
            for ending, hers in community.women_family:
                if name.endswith(ending):
                    return name.removesuffix(ending) + hers
        return name

    def community(self, region: Region) -> Community:
        """One of the region's, as often as its part of the travellers says."""
        return self.random.choices(region.communities, [each.part for each in region.communities])[0]

    def name(self, community: Community, sex: Sex) -> tuple[str, str]:
        """A surname and given names, in capitals; in a chain the further names are the father's."""
        surnames = self._different(partial(self._family, community, sex), community.family_count)
        before = community.before_men if sex is Sex.MALE else community.before_women
        first = [self._element(before.elements, ())] if self.random.random() < before.share else []
        own = self._different(partial(self._given, community, sex), community.given_count)
        fathers = self._different(partial(self._given, community, Sex.MALE), community.chain)
        # A son is seldom called as his father.
        given = dict.fromkeys((*first, *own, *fathers))
        return " ".join(surnames), " ".join(given)

    def _different(self, element: Callable[[], str], counts: Sequence[int]) -> list[str]:
        """Some elements, none of them twice: nobody is called Juan Juan."""
        found: dict[str, None] = {}
        count = self.random.choice(counts)
        while len(found) < count:
            found[element()] = None
        return list(found)

    def birthday(self) -> PartialDate:
        """A day between 1940 and 2005; some have the first of January that stands for an unknown day."""
        day = _FIRST_BIRTHDAY + timedelta(days=self.random.randrange(_BIRTHDAYS))
        return PartialDate(day.year, 1, 1) if self.random.random() < _DUMMY_SHARE else PartialDate.of(day)

    def document(self, state: str) -> TravelDocument:
        """A passport number that was not given before, in all likelihood."""
        number = f"{self.random.choice('ABCDEFGHKLMNPRTXZ')}{self.random.randrange(10**7, 10**8)}"
        return TravelDocument("P", number, state)

    def innocent(self, region: Region | None = None) -> tuple[str, Traveller]:
        """A traveller who is on no list, and the region."""
        origin = region or self.random.choice(REGIONS)
        sex = self.random.choice((Sex.MALE, Sex.FEMALE))
        return origin.name, self._traveller(self.community(origin), sex)

    def _traveller(self, community: Community, sex: Sex) -> Traveller:
        surname, given = self.name(community, sex)
        state = self.random.choice(community.states)
        return Traveller(
            surname=surname, given_names=given, birth_date=self.birthday(), sex=sex, nationality=state,
            documents=(self.document(state),),
        )  # fmt: skip

    def listed(self, number: int, region: Region | None = None) -> Listed:
        """An entry as lists have them: some with a year only, some without a State, up to three aliases."""
        random = self.random
        origin = region or random.choice(REGIONS)
        community = self.community(origin)
        person = self._traveller(community, Sex.MALE)
        names = [EntryName(f"{person.given_names} {person.surname}")]
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            quality = NameQuality.LOW if random.random() < _WEAK else NameQuality.GOOD
            given = random.choice((person.given_names or "", self._given(community, Sex.MALE)))
            names.append(EntryName(f"{given} {person.surname}", NameKind.ALIAS, quality))
        born = person.birth_date or PartialDate(1970)
        dates: tuple[BirthDate, ...] = (BirthDate(BirthDateKind.EXACT, date=born),)
        chance = random.random()
        if chance < _NO_DATE:
            dates = ()
        elif chance < _NO_DATE + _ONLY_YEAR:
            dates = (BirthDate(BirthDateKind.YEAR, year=born.year),)
        state = person.nationality or ""
        document = person.documents[0]
        entry = WatchlistEntry(
            id=f"GEN:{number:07}",
            names=tuple(dict.fromkeys(names)),
            birth_dates=dates,
            nationalities=() if random.random() < _NO_STATE else (state,),
            sex=random.choice((Sex.MALE, None)),
            documents=(EntryDocument(document.number, document.type, document.issuer),),
        )
        return Listed(entry, replace(person, documents=(self.document(state),)), origin.name)
