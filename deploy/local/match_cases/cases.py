"""The cases that the matcher is measured on: a list, its people with every family of damage, and innocents.

Entries, listed travellers and innocents are those of `people.py`; damage is that of `damage.py`. Innocents
have a vocabulary of rarer names of their own, so that not only names of the list's own making are tried.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from deploy.local.match_cases import damage
from deploy.local.match_cases.people import Listed, People
from deploy.local.match_cases.regions import REGIONS
from deploy.local.match_cases.scores import Screened
from deploy.local.match_population import in_arabic_only
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import TravelDocument, Traveller

_SCRIPT_REGIONS = frozenset({"MAGHREB", "ARAB_EAST", "PERSIAN"})


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
