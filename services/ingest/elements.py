"""The elements of a collection profile: what a State's published law lets it collect of a traveller."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from operator import attrgetter
from typing import Any

from shared.travel.traveller import Traveller

#: Element names of a collection profile, and the facts of a traveller that each one is.
ELEMENTS: Mapping[str, tuple[str, ...]] = {
    "surname": ("surname", "name_sent"),
    "given_names": ("given_names",),
    "date_of_birth": ("birth_date", "birth_date_sent"),
    "sex": ("sex",),
    "nationality": ("nationality",),
    "residence": ("residence",),
    "place_of_birth": ("birth_place",),
    "address": ("address",),
    "phones": ("phones",),
    "emails": ("emails",),
    "crew_duty": ("crew_duty",),
    "embarkation": ("embarkation",),
    "debarkation": ("debarkation",),
    "clearance": ("clearance",),
    "doc_number": ("documents",),
    "record_locator": ("record_locator",),
    "carrier_reference": ("carrier_reference",),
    "redress_number": ("redress_number",),
    "seat": ("seat",),
    "verified": ("verified",),
    "bags": ("bags",),
}
#: Without a surname nobody can be told from anybody else: every profile has it.
REQUIRED_ELEMENTS = frozenset({"surname"})
_FACTS = tuple((element, fact) for element, facts in ELEMENTS.items() for fact in facts)
_values_of = attrgetter(*(fact for _, fact in _FACTS))


def elements_of(travellers: Iterable[Traveller]) -> Counter[str]:
    """The elements that a message holds, and of how many travellers."""
    found: Counter[str] = Counter()
    for traveller in travellers:
        values = zip(_FACTS, _values_of(traveller), strict=True)
        # A set, because some elements are more than one fact. `False` is a fact, an empty tuple is none.
        found.update({element for (element, _), value in values if value is not None and value != ()})
    return found


def keep_allowed(travellers: Sequence[Traveller], dropped: Set[str]) -> tuple[Traveller, ...]:
    """The travellers without these elements.

    Source:
        safeguards.md SG-04: elements outside the profile are dropped before the first write.
    """
    if not dropped:
        return tuple(travellers)
    facts = {fact for element in dropped for fact in ELEMENTS[element]}
    if "given_names" in dropped:
        facts.add("name_sent")
    emptied: dict[str, Any] = {
        fact: () if fact in {"phones", "emails", "documents"} else None for fact in sorted(facts)
    }
    return tuple(replace(traveller, **emptied) for traveller in travellers)
