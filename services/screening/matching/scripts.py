"""Romanisation: a word in any script → the Latin spellings under which it may travel, the likeliest first.

Arabic, Cyrillic and Greek have tables of our own; other scripts fall back to `anyascii`.
The results are lower case letters a to z and nothing else.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from anyascii import anyascii

MAX_SPELLINGS = 6


def _table(pairs: str) -> dict[str, str]:
    """Letter → Latin, from pairs written together and parted by blanks; a letter alone falls away."""
    return {pair[0]: pair[1:] for pair in pairs.split()}


# The main spelling has no vowels that the script does not write; the consonant skeleton bridges them.
_ARABIC = _table(
    "اa بb تt ثth جj حh خkh دd ذdh رr زz سs شsh صs ضd طt ظz عa غgh فf قq كk لl مm نn هh وw "
    "يy ىa ةh ء آa أa ؤw إi ئy پp چch ژzh گg کk یy ٹt ڈd ڑr ںn ھh ہh ۃh ےe ۓe ٱa ەe ێe ۆo "
    "ڤv ځz څs ښsh ږzh ړr ټt ډd ڼn"
)
# What Persian, Dari, Pashto and Urdu say for letters that Arabic tells apart.
_PERSIAN_OTHERS = _table("ثs ذz ضz ظz وv قgh ځz څs ښkh ږg ړr ټt ډd ڼn")
_MIN_WITH_ARTICLE = 4
_MAKES_ONE_WITH_H = frozenset("skgztdcp")
_GREEK_PAIRS = {"ου": "ou", "αυ": "av", "ευ": "ev", "μπ": "b", "ντ": "d", "γγ": "ng", "γκ": "g"}
_GREEK = _table("αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo")
_CYRILLIC = _table(
    "аa бb вv гg дd еe ёe жzh зz иi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh "
    "щshch ъ ыy ь эe юiu яia єie іi їi ўu ґg ѣie ѫu ђd ѓg ѕdz јj љlj њnj ћc ќk џdz әa ғg "
    "қk ңn өo ұu үu һh ҳh ҷj ӣi ӯu ҡk"
)
# Passports of other years and States spell the same letters otherwise (mrz.md §5.2).
_CYRILLIC_OTHERS = (
    {"ю": "yu", "я": "ya", "й": "y", "ё": "yo", "є": "ye", "ї": "yi", "щ": "shch"},
    {"г": "h", "и": "y", "х": "kh", "й": "i"},
    {"х": "h", "ц": "c", "ч": "c", "ш": "s", "ж": "z", "ю": "ju", "я": "ja", "й": "j"},
    {"ю": "iou", "у": "ou", "ж": "j", "ш": "ch", "ч": "tch", "я": "ia"},
)
_LATIN = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ł": "l",
    "ħ": "h",
    "ı": "i",
}
_LATIN |= {"ŋ": "n", "ŧ": "t", "ə": "a", "ĳ": "ij", "ŀ": "l", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ẞ": "ss"}
# Doc 9303 writes these letters as two, or as the letter and XX; national habit drops the mark.
_LATIN_OTHERS = (
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "ə": "e"},
    {"ü": "uxx", "ñ": "nxx", "ö": "oe", "ä": "ae"},
    {"ş": "sh", "ç": "ch", "ğ": "gh", "č": "ch", "š": "sh", "ž": "zh", "ć": "ch"},
)
_NOT_A_LETTER = re.compile(r"[^a-z]+")
_CAPITALISED = re.compile(r"[A-Z]?[^A-Z]+|[A-Z]")


def _spelled(word: str, table: dict[str, str]) -> str:
    return "".join(table.get(letter, letter) for letter in word)


def _plain(word: str) -> str:
    """Letters a to z of a word whose letters have been replaced where that matters; marks fall away."""
    decomposed = unicodedata.normalize("NFKD", word)
    return _NOT_A_LETTER.sub("", decomposed.lower())


def _latin(word: str) -> list[str]:
    tables = (_LATIN, *(_LATIN | other for other in _LATIN_OTHERS))
    return [_plain(_spelled(word, table)) for table in tables]


def _cyrillic(word: str) -> list[str]:
    tables = (_CYRILLIC, *(_CYRILLIC | other for other in _CYRILLIC_OTHERS))
    return [_plain(_spelled(word, table)) for table in tables]


def _greek(word: str) -> list[str]:
    bare = "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark))
    for pair, latin in _GREEK_PAIRS.items():
        bare = bare.replace(pair, latin)
    return [_plain(_spelled(bare, table)) for table in (_GREEK, _GREEK | {"η": "e", "υ": "u", "χ": "h"})]


def _arabic(word: str) -> list[str]:
    """The Arabic reading and the Persian one, each without the article first; Allah has none to take off."""
    bare = "".join(letter for letter in word if not unicodedata.combining(letter) and letter != "ـ")
    has_article = bare.startswith("ال") and len(bare) > _MIN_WITH_ARTICLE and not bare.startswith("الل")
    readings = [bare[2:], bare] if has_article else [bare]
    tables = (_ARABIC, _ARABIC | _PERSIAN_OTHERS)
    return [_plain(_with_h(reading, table)) for table in tables for reading in readings]


def _with_h(word: str, table: dict[str, str]) -> str:
    """Spell a word letter by letter; an h after a consonant with which it would be one sound gets a vowel."""
    spelled = ""
    for letter in word:
        latin = table.get(letter, letter)
        spelled += f"a{latin}" if latin == "h" and spelled[-1:] in _MAKES_ONE_WITH_H else latin
    return spelled


_FAMILIES = (("LATIN", _latin), ("ARABIC", _arabic), ("CYRILLIC", _cyrillic), ("GREEK", _greek))


def _family(word: str) -> str:
    """The script of the first letter, as Unicode names it: `LATIN`, `ARABIC`, `CJK` and so on."""
    return unicodedata.name(word[0], "UNNAMED").split(" ", 1)[0]


def _distinct(spellings: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(spelling for spelling in spellings if spelling))[:MAX_SPELLINGS]


@lru_cache(maxsize=200_000)
def spellings(word: str) -> tuple[tuple[str, ...], ...]:
    """The words into which a word falls, each with its Latin spellings, the likeliest first.

    Most scripts give one word; Han and Hangul give one for each syllable sign, because a passport writes
    some of them together and some apart. A word without any letter gives none.

    Args:
        word: One word, case folded, NFKC, without punctuation.

    Source:
        `spec/mrz.md` §5 (Doc 9303 transliteration and its alternatives).
    """
    family = _family(word)
    for name, romanise in _FAMILIES:
        if name == family:
            found = _distinct(romanise(word))
            return (found,) if found else ()
    syllables = (_plain(part) for part in _CAPITALISED.findall(anyascii(word)))
    return tuple((syllable,) for syllable in syllables if syllable)
