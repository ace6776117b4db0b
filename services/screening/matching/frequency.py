"""How common an element of names is where it is at home: one table for all naming communities.

What counts is how many people of its own community bear an element, not how many of all travellers: Andersson
is as common among Swedes as Hussein among Iraqis, although more travellers are called Hussein. So no
community's everyday names pass for rare ones because its people are few among travellers or on a list.
"""

from functools import lru_cache
from zlib import crc32

from services.screening.matching.compounds import standard, without_long_article
from services.screening.matching.equivalents import class_of, classes_of
from services.screening.matching.skeleton import fine_skeleton
from services.screening.matching.tables import rows_of

OF_TRAVELLERS = 40_000
"""Bearers are counted among so many travellers: each community is taken for a quarter of them."""
_IN_DICTIONARY = 20
"""So many bear a name that the dictionary of equivalents has, and the table of common names has not."""
_MIN_CONSONANTS = 3


def _keys(word: str) -> list[str]:
    """The word, the class in which it stands first, and its consonants where they are enough to tell."""
    skeleton, number = fine_skeleton(word), class_of(word)
    keys = [word] if number is None else [word, f"={number}"]
    return [*keys, f"~{skeleton}"] if len(skeleton) >= _MIN_CONSONANTS else keys


def _read_bearers() -> dict[str, int]:
    bearers: dict[str, int] = {}
    for _, count, words in rows_of("common"):
        for word in words.split():
            for key in _keys(standard(word)):
                bearers[key] = max(int(count), bearers.get(key, 0))
    return bearers


_BEARERS = _read_bearers()


@lru_cache(maxsize=200_000)
def everyday_names(word: str) -> tuple[int, ...]:
    """The known names that a word is: numbers, positive for the dictionary's classes in which it stands,
    negative for a word that only the table of common names has; none where nobody knows it as a name.
    """
    if classes := classes_of(word):
        return tuple((number >> 2) + 1 for number in classes)
    return (-1 - (crc32(word.encode()) >> 2),) if word in _BEARERS else ()


@lru_cache(maxsize=200_000)
def bearers_at_home(word: str) -> int:
    """How many of `OF_TRAVELLERS` bear this element or another spelling of it; 0 = nobody knows."""
    return _borne_as(word) or _borne_as(without_long_article(word))


def _borne_as(word: str) -> int:
    found = max(_BEARERS.get(key, 0) for key in _keys(word))
    return found or (_IN_DICTIONARY if class_of(word) is not None else 0)
