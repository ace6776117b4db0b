"""Fictional travellers of every region, with names that repeat as in real traffic: repeatable from a seed.

How often an element occurs falls with its rank as one over the rank. A share of the elements is put together
from parts, so that there is a tail. `vocabulary` moves the parts and the order of the tables: populations of
different vocabularies share the common names and nothing of the tail, so that what was tuned on one is tried
on another.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from deploy.local.match_cases.regions import REGIONS, Region
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

_RANK_OFFSET = 8
_FIRST_BIRTHDAY, _BIRTHDAYS = date(1940, 1, 1), 365 * 66
_DUMMY_SHARE = 0.015
_SECOND_FAMILY_NAME = 0.6
_ONLY_YEAR, _NO_DATE, _NO_STATE, _WEAK = 0.12, 0.06, 0.2, 0.25
_TAIL_PARTS = (2, 2, 2, 3)
_ARTICLE = "AL-"


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
            region.name: Random(f"{vocabulary} {region.name}").sample(  # noqa: S311
                region.parts, max(len(region.parts) * 3 // 4, 1)
            )
            for region in REGIONS
        }

    def _common(self, table: tuple[str, ...]) -> str:
        shares = list(accumulate(1 / (rank + _RANK_OFFSET) for rank in range(len(table))))
        return self.random.choices(table, cum_weights=shares)[0]

    def _rare(self, region: Region) -> str:
        random = self.random
        first, *others = random.choices(self._parts[region.name], k=random.choice(_TAIL_PARTS))
        # An article stands before a name, never within it.
        inner = [part.removeprefix(_ARTICLE) for part in others]
        return "".join((first, *inner, random.choice(region.endings)))

    def _given(self, region: Region, sex: Sex) -> str:
        if self.random.random() < region.given_tail:
            return self._rare(region)
        return self._common(region.male if sex is Sex.MALE else region.female)

    def _family(self, region: Region) -> str:
        if self.random.random() < region.tail:
            return self._rare(region)
        return self._common(region.family)

    def name(self, region: Region, sex: Sex) -> tuple[str, str]:
        """A surname and given names, in capitals; in the Iberian world often two surnames."""
        count = self.random.choice(region.given_count)
        given = [self._given(region, sex) for _ in range(count)]
        surname = self._family(region)
        if region.name == "LATIN" and self.random.random() < _SECOND_FAMILY_NAME:
            surname = f"{surname} {self._family(region)}"
        return surname.replace("-", " "), " ".join(given)

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
        surname, given = self.name(origin, sex)
        state = self.random.choice(origin.states)
        traveller = Traveller(
            surname=surname, given_names=given, birth_date=self.birthday(), sex=sex, nationality=state,
            documents=(self.document(state),),
        )  # fmt: skip
        return origin.name, traveller

    def listed(self, number: int, region: Region | None = None) -> Listed:
        """An entry as lists have them: some with a year only, some without a State, up to three aliases."""
        random = self.random
        origin = region or random.choice(REGIONS)
        _, person = self.innocent(origin)
        person = replace(person, sex=Sex.MALE, given_names=self.name(origin, Sex.MALE)[1])
        names = [EntryName(f"{person.given_names} {person.surname}")]
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            quality = NameQuality.LOW if random.random() < _WEAK else NameQuality.GOOD
            given = random.choice((person.given_names or "", self._given(origin, Sex.MALE)))
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
