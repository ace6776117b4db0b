"""Which earlier report of a flight is the same person's. Pure: it sees keyed hashes alone.

Reports are compared key by key, the strongest kind first; everybody is matched with one earlier report at
most, so that nobody is lost over a reference or a passport that two people use.
"""

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum
from typing import Final

KEY_OCTETS: Final = 17
Keys = bytes
"""What links one report: keys of `KEY_OCTETS` each, strongest first, with nothing between them.

As they are stored; most reports are of people of whom nobody spoke before, and are never compared.
"""
_Split = Sequence[bytes]


class KeyKind(Enum):
    """What a key is made of, strongest first; its value is the key's first byte.

    Source: `spec/paxlst.md` §8 (flight and person: ABO, else name, birth date and document), §9.5;
    `spec/pnrgov.md` §4 (locators).
    """

    REFERENCE_AND_NAME = b"A"
    REFERENCE = b"B"
    DOCUMENT_AND_NAME = b"C"
    LOCATOR_AND_NAME = b"D"
    LOCATOR_AND_FIRST_NAME = b"E"
    NAME_AND_BIRTH = b"F"
    DOCUMENT = b"G"
    NAME = b"H"


#: Kinds of which both have some, and none in common, say that these two are not one person after all.
_DENIED_BY: dict[KeyKind, tuple[KeyKind, ...]] = {
    KeyKind.LOCATOR_AND_NAME: (KeyKind.NAME_AND_BIRTH,),
    KeyKind.LOCATOR_AND_FIRST_NAME: (KeyKind.NAME_AND_BIRTH,),
    KeyKind.DOCUMENT: (KeyKind.REFERENCE,),
    KeyKind.NAME: (KeyKind.REFERENCE, KeyKind.DOCUMENT),
}
_MENTIONED_TWICE = (KeyKind.DOCUMENT_AND_NAME, KeyKind.NAME_AND_BIRTH)


def match_people(reported: Sequence[Keys], known: Sequence[Keys]) -> list[int | None]:
    """For each person reported, the place of the known one that is the same; `None` for a new one.

    Cost is linear in the number of keys, but for people who share one.
    """
    matched: list[int | None] = [None] * len(reported)
    if not known:
        return matched
    sought, others = [split_keys(each) for each in reported], [split_keys(each) for each in known]
    by_key: dict[bytes, list[int]] = defaultdict(list)
    for place, keys in enumerate(others):
        for key in keys:
            by_key[key].append(place)
    taken: set[int] = set()
    for kind in KeyKind:
        for place, keys in enumerate(sought):
            if matched[place] is not None:
                continue
            found = _found(kind, keys, by_key, others, taken)
            if found is not None:
                matched[place] = found
                taken.add(found)
    return matched


def first_mentions(reported: Sequence[Keys]) -> list[int]:
    """For each person, the place of the first mention of the same one: several reservations may name it."""
    seen: dict[bytes, int] = {}
    places: list[int] = []
    kinds = {kind.value for kind in _MENTIONED_TWICE}
    for place, keys in enumerate(reported):
        strong = [key for key in split_keys(keys) if key[:1] in kinds]
        first = next((seen[key] for key in strong if key in seen), place)
        for key in strong:
            seen.setdefault(key, first)
        places.append(first)
    return places


def _found(
    kind: KeyKind, keys: _Split, by_key: dict[bytes, list[int]], known: Sequence[_Split], taken: set[int]
) -> int | None:
    for key in keys:
        if key[:1] != kind.value:
            continue
        for place in by_key.get(key, ()):
            if place not in taken and not _is_denied(kind, keys, known[place]):
                return place
    return None


def _is_denied(kind: KeyKind, first: _Split, second: _Split) -> bool:
    for other in _DENIED_BY.get(kind, ()):
        mine = {key for key in first if key[:1] == other.value}
        theirs = {key for key in second if key[:1] == other.value}
        if mine and theirs and not mine & theirs:
            return True
    return False


def split_keys(keys: Keys) -> list[bytes]:
    """Each key by itself."""
    return [keys[start : start + KEY_OCTETS] for start in range(0, len(keys), KEY_OCTETS)]
