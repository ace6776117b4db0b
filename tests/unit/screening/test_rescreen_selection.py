"""Whom changed entries may concern: everybody whom the whole list would match with one of them."""

from uuid import UUID

from deploy.local.match_population import FAMILIES
from deploy.local.synthetic.origins import WorldPopulation
from services.screening.matching import Matcher
from services.screening.rescreen import concerned
from shared.contracts.rescreening import WindowTravellerV1

LISTED, CHANGED, INNOCENT = 600, 60, 200


def test_the_reverse_way_finds_whom_the_forward_way_finds() -> None:
    population = WorldPopulation(23)
    people = [population.listed(number) for number in range(LISTED)]
    changed = people[-CHANGED:]
    travellers = [population.damaged(family, person) for _, person in changed for family in FAMILIES]
    travellers += [population.innocent() for _ in range(INNOCENT)]
    ids = {entry.id for entry, _ in changed}
    forward = {
        place
        for place, found in enumerate(Matcher.compile([entry for entry, _ in people]).screen(travellers))
        if any(match.entry_id in ids for match in found)
    }
    rows = [
        WindowTravellerV1(traveller_id=UUID(int=place), facts=each.as_json())
        for place, each in enumerate(travellers)
    ]
    reverse = {each.int for each in concerned(Matcher.compile([entry for entry, _ in changed]), rows)}

    assert len(forward) > len(travellers) / 4
    assert forward <= reverse
    assert len(reverse) < len(forward) + INNOCENT / 4


def test_a_traveller_whose_facts_cannot_be_read_comes_again_too() -> None:
    row = WindowTravellerV1(traveller_id=UUID(int=7), facts={"given_names": "RAMESH"})

    assert concerned(Matcher.compile([]), [row]) == [UUID(int=7)]
