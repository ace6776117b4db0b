"""Every element of the UN's file, accounted for: what becomes of it, tried by taking it away.

The reader's word is not believed: an element is kept if its entry is another one without it. Also a command,
for a list that is not kept here: `python -m tests.unit.screening.watchlist.element_account FILE`.

Source: `spec/watchlist-governance.md` §6.1.
"""

import copy
import sys
from collections import defaultdict
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.un_xml import read_un_list
from tests.builders import un_list_file

#: Persons on whom an element is tried: a date's kind may make no difference to one and some to another.
TRIED: Final = 60
_BIRTH, _PLACE = "INDIVIDUAL_DATE_OF_BIRTH", "INDIVIDUAL_PLACE_OF_BIRTH"
_ALIAS, _ADDRESS, _DOCUMENT = "INDIVIDUAL_ALIAS", "INDIVIDUAL_ADDRESS", "INDIVIDUAL_DOCUMENT"
KEPT: Final = {
    "DATAID": "row of the listing",
    "FIRST_NAME": "name, first part",
    "SECOND_NAME": "name, second part",
    "THIRD_NAME": "name, third part",
    "FOURTH_NAME": "name, fourth part",
    "UN_LIST_TYPE": "programme of the listing; terrorism or not",
    "REFERENCE_NUMBER": "identifier of the entry, reference of the listing",
    "LISTED_ON": "listed on",
    "GENDER": "sex",
    "NAME_ORIGINAL_SCRIPT": "name in its script",
    "COMMENTS1": "ground, as text; never read for identifiers",
    "DESIGNATION/VALUE": "ground, as text",
    "NATIONALITY/VALUE": "nationality, each of several",
    "LAST_DAY_UPDATED/VALUE": "updated on: the newest",
    f"{_ALIAS}/QUALITY": "quality of the name",
    f"{_ALIAS}/ALIAS_NAME": "name, alias",
    f"{_ALIAS}/NOTE": "note on the name",
    f"{_ALIAS}/DATE_OF_BIRTH": "birth date of this alias alone",
    f"{_ALIAS}/CITY_OF_BIRTH": "birth place of this alias alone",
    f"{_ALIAS}/COUNTRY_OF_BIRTH": "birth place of this alias alone",
    f"{_ADDRESS}/STREET": "address",
    f"{_ADDRESS}/CITY": "address",
    f"{_ADDRESS}/STATE_PROVINCE": "address",
    f"{_ADDRESS}/ZIP_CODE": "address",
    f"{_ADDRESS}/COUNTRY": "address, as a State's code where the name is known",
    f"{_ADDRESS}/NOTE": "note on the address",
    f"{_BIRTH}/TYPE_OF_DATE": "kind of the birth date",
    f"{_BIRTH}/DATE": "birth date, as precise as it is",
    f"{_BIRTH}/YEAR": "birth date: a year, also where it is called exact",
    f"{_BIRTH}/FROM_YEAR": "birth date: from",
    f"{_BIRTH}/TO_YEAR": "birth date: to",
    f"{_BIRTH}/NOTE": "note on the birth date",
    f"{_PLACE}/STREET": "note on the birth place",
    f"{_PLACE}/CITY": "birth place",
    f"{_PLACE}/STATE_PROVINCE": "birth place",
    f"{_PLACE}/COUNTRY": "birth place, as a State's code where the name is known",
    f"{_PLACE}/NOTE": "note on the birth place",
    f"{_DOCUMENT}/TYPE_OF_DOCUMENT": "kind of the document, and its own words",
    f"{_DOCUMENT}/TYPE_OF_DOCUMENT2": "kind of the document, and its own words",
    f"{_DOCUMENT}/NUMBER": "number of the document",
    f"{_DOCUMENT}/ISSUING_COUNTRY": "State that issued the document",
    f"{_DOCUMENT}/COUNTRY_OF_ISSUE": "State in which it was issued",
    f"{_DOCUMENT}/CITY_OF_ISSUE": "place of issue",
    f"{_DOCUMENT}/DATE_OF_ISSUE": "date of issue",
    f"{_DOCUMENT}/NOTE": "note on the document: cancelled, false; its number where the note alone says it",
}
NOT_KEPT: Final = {
    "VERSIONNUM": "always 1",
    "TITLE/VALUE": "a title alone may reveal a religion (SG-05, SG-06)",
    "LIST_TYPE/VALUE": "always the same words",
    "SORT_KEY": "empty; how the publisher sorts",
    "SORT_KEY_LAST_MOD": "empty; how the publisher sorts",
}


def accounted(content: bytes) -> dict[str, str]:
    """Each path under INDIVIDUAL that holds text: KEPT, NOT_KEPT or UNKNOWN, or what is wrong about it."""
    persons: dict[str, list[tuple[ElementTree.Element, int]]] = defaultdict(list)
    for person in ElementTree.fromstring(content).iter("INDIVIDUAL"):
        for path, ordinal in _leaves(person):
            if len(persons[path]) < TRIED:
                persons[path].append((person, ordinal))
    return {path: _verdict(path, found) for path, found in sorted(persons.items())}


def _leaves(person: ElementTree.Element) -> list[tuple[str, int]]:
    """Path and ordinal (in the person's own order) of each element without children."""
    return [(path, ordinal) for ordinal, (path, element) in enumerate(_walk(person, "")) if not len(element)]


def _walk(element: ElementTree.Element, before: str) -> list[tuple[str, ElementTree.Element]]:
    found = []
    for child in element:
        path = f"{before}{child.tag}"
        found += [(path, child), *_walk(child, f"{path}/")]
    return found


def _verdict(path: str, persons: list[tuple[ElementTree.Element, int]]) -> str:
    words = _walk_text(persons)
    is_kept = any(_makes_a_difference(person, ordinal) for person, ordinal in persons)
    if path in KEPT:
        return "KEPT" if is_kept or not words else "SHOULD BE KEPT"
    if path in NOT_KEPT:
        return "SHOULD NOT BE KEPT" if is_kept else "NOT_KEPT"
    # A leaf that is always empty tells nothing: `<TITLE/>` beside `<TITLE><VALUE>`.
    return "UNKNOWN" if words else "EMPTY"


def _walk_text(persons: list[tuple[ElementTree.Element, int]]) -> bool:
    """Whether any of the elements says something."""
    return any((_walk(person, "")[ordinal][1].text or "").strip() for person, ordinal in persons)


def _makes_a_difference(person: ElementTree.Element, ordinal: int) -> bool:
    without = copy.deepcopy(person)
    _walk(without, "")[ordinal][1].text = None
    return _read(person) != _read(without)


def _read(person: ElementTree.Element) -> object:
    """What the reader makes of a list of this person alone; a refusal is an answer too."""
    root = ElementTree.Element("CONSOLIDATED_LIST", {"dateGenerated": "2026-11-01T00:00:00.000Z"})
    ElementTree.SubElement(root, "INDIVIDUALS").append(person)
    ElementTree.SubElement(root, "ENTITIES")
    regimes = frozenset({person.findtext("UN_LIST_TYPE", "").strip()})
    try:
        read = read_un_list(un_list_file(ElementTree.tostring(root), regimes=regimes))
    except MalformedList as fault:
        return fault.reason
    return [entry.as_json() for entry in read.entries]


def main(location: str) -> None:
    """Print what becomes of each element of a file, and end with 1 where one is not accounted for."""
    found = accounted(Path(location).read_bytes())
    for path, verdict in found.items():
        why = KEPT.get(path) or NOT_KEPT.get(path) or ""
        sys.stdout.write(f"{verdict:18} {path:45} {why}\n")
    sys.exit(int(not set(found.values()) <= {"KEPT", "NOT_KEPT", "EMPTY"}))


if __name__ == "__main__":
    main(sys.argv[1])
