"""Whom changed entries may concern: everybody whom the whole list would match with one of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from deploy.local.match_population import FAMILIES
from deploy.local.synthetic.origins import WorldPopulation
from services.screening.batches.rescreen import concerned
from services.screening.matching import Matcher
from shared.contracts.rescreening import WindowTravellersV1

LISTED, CHANGED, INNOCENT = 600, 60, 200


def window_of(records: Sequence[dict[str, Any]]) -> WindowTravellersV1:
    """Travellers of the window, numbered from 0."""
    names = [name for name in WindowTravellersV1.model_fields if name != "traveller_id"]
    columns: dict[str, Any] = {name: [each.get(name) for each in records] for name in names}
    return WindowTravellersV1(traveller_id=[UUID(int=place) for place in range(len(records))], **columns)


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
    window = window_of([each.as_record() for each in travellers])
    reverse = {each.int for each in concerned(Matcher.compile([entry for entry, _ in changed]), window)}

    assert len(forward) > len(travellers) / 4
    assert forward <= reverse
    assert len(reverse) < len(forward) + INNOCENT / 4


def test_a_traveller_whose_facts_cannot_be_read_comes_again_too() -> None:
    window = window_of([{"surname": "KALPANIK"}, {"given_names": "RAMESH"}])

    assert concerned(Matcher.compile([]), window) == [UUID(int=1)]
