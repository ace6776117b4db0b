"""The elements that masking hides, by the names under which a grant names them. Pure."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final

ELEMENTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "names": ("surname", "given_names", "name_sent"),
        "surname": ("surname",),
        "given_names": ("given_names",),
        "date_of_birth": ("birth_date",),
        "document": ("documents",),
        "address": ("address", "addresses"),
        "phone": ("phones",),
        "email": ("emails",),
        "contact": ("contacts", "phones", "emails"),
        "payment": ("payments",),
        "frequent_flyer": ("frequent_flyer", "memberships"),
        "remarks": ("remarks", "other_services"),
        "nationality": ("nationality",),
        "sex": ("sex",),
        "birth_place": ("birth_place",),
        "residence": ("residence",),
    }
)
"""Which members of a record an element of SG-22 stands for; a reservation's travellers have the same ones."""


def shown(record: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """What a grant for these elements lets its holder see of a record, and nothing else.

    Source: safeguards.md SG-22 (listed elements), SG-24 (fields of the grant).
    """
    members = {member for field in fields for member in ELEMENTS[field]}
    view = {member: record[member] for member in sorted(members) if record.get(member) not in (None, [], {})}
    people = [shown(person, fields) for person in record.get("travellers") or ()]
    return view | ({"travellers": people} if any(people) else {})
