"""Han and Hangul: a sign is a syllable, and a word of its own, because passports join them as they like.

Source: Hangul by the arithmetic of its Unicode block, in the Revised Romanisation and McCune–Reischauer;
readings of Han signs in names from the project's own table (`data/han.txt`), the rest by `anyascii`.
"""

import re

from anyascii import anyascii

from services.screening.matching.letters import distinct, in_order, plain
from services.screening.matching.tables import rows_of

_FIRST_HANGUL, _LAST_HANGUL = ord("가"), ord("힣")
_INITIALS = in_order("g kk n d tt r m b pp s ss _ j jj ch k t p h")
_INITIALS_MCCUNE = in_order("k kk n t tt r m p pp s ss _ ch tch ch k t p h")
_VOWELS = in_order("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
_VOWELS_MCCUNE = in_order("a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i")
_FINALS = in_order("_ k k k n n n t l k m l l l p l m p p t t ng t t k t p t")
_HAN = re.compile("[\u3400-\u9fff]")
# As Koreans write the vowels for readers of English: KYUNG, HOON, HEE, SEUNG as SUNG.
_ENGLISH_VOWELS = {"eo": "u", "yeo": "yu", "eu": "u", "u": "oo", "ui": "ee"}
_CAPITALISED = re.compile(r"[A-Z]?[^A-Z]+|[A-Z]")
_LISTED = {sign: readings.split() for sign, readings in rows_of("han")}
_LONGEST_LISTED = max(map(len, _LISTED))


def hangul(sign: str) -> list[str]:
    """Readings of a Hangul syllable: revised, McCune, as families write themselves, for English readers."""
    block, final = divmod(ord(sign) - _FIRST_HANGUL, len(_FINALS))
    initial, vowel = divmod(block, len(_VOWELS))
    revised = _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]
    mccune = _INITIALS_MCCUNE[initial] + _VOWELS_MCCUNE[vowel] + _FINALS[final]
    english = _ENGLISH_VOWELS.get(_VOWELS[vowel], _VOWELS[vowel]) + _FINALS[final]
    families = _LISTED.get(sign, ())
    # A lone vowel would be taken for an initial; families of that name write more.
    readings = (revised, mccune, *families) if len(revised) > 1 else (*families, f"{revised}h", revised)
    heard = (_INITIALS[initial] + english, _INITIALS_MCCUNE[initial] + english)
    return distinct(plain(each) for each in (*readings, *heard))


def has_han(word: str) -> bool:
    """Whether a word has Han signs, of which each is part of a name whatever it sounds like."""
    return _HAN.search(word) is not None


def syllables(word: str) -> tuple[tuple[str, ...], ...]:
    """The words of a run of Han or Hangul signs, each with its readings, the likeliest first."""
    words: list[tuple[str, ...]] = []
    place = 0
    while place < len(word):
        length = _listed_length(word, place)
        words += _read(word[place : place + length])
        place += length
    return tuple(words)


def _listed_length(word: str, place: int) -> int:
    """How many signs from here are read together: a listed family name of several signs, else one."""
    longest = min(_LONGEST_LISTED, len(word) - place)
    return next((length for length in range(longest, 1, -1) if word[place : place + length] in _LISTED), 1)


def _read(sign: str) -> list[tuple[str, ...]]:
    if len(sign) == 1 and _FIRST_HANGUL <= ord(sign) <= _LAST_HANGUL:
        return [tuple(hangul(sign))]
    general = distinct(plain(part) for part in _CAPITALISED.findall(anyascii(sign)))
    if sign not in _LISTED:
        return [(part,) for part in general]
    mandarin = "".join(general)
    readings = [*_LISTED[sign], mandarin] if len(sign) > 1 else [mandarin, *_LISTED[sign]]
    return [tuple(distinct(readings))]
