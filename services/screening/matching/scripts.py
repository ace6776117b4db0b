"""Romanisation: a word in any script → the Latin spellings under which it may travel, the likeliest first.

Latin, Arabic, Cyrillic and Greek are read here, other alphabets in `alphabets.py`, scripts with inherent
vowels in `abugidas.py`, Han and Hangul in `syllables.py`; the rest falls back to `anyascii`.
The results are lower case letters a to z and nothing else.
"""

import unicodedata
from collections.abc import Callable
from functools import lru_cache

from anyascii import anyascii

from services.screening.matching.abugidas import ABUGIDAS
from services.screening.matching.alphabets import ALPHABETS
from services.screening.matching.letters import distinct, plain, spelled, table, without_marks
from services.screening.matching.syllables import syllables
from services.screening.matching.tables import rows_of

MAX_SPELLINGS = 6

# The main spelling has no vowels that the script does not write; the consonant skeleton bridges them.
_ARABIC = table(
    "اa بb تt ثth جj حh خkh دd ذdh رr زz سs شsh صs ضd طt ظz عa غgh فf قq كk لl مm نn هh وw "
    "يy ىa ةh ء آa أa ؤw إi ئy پp چch ژzh گg کk یy ٹt ڈd ڑr ںn ھh ہh ۃh ےe ۓe ٱa ەe ێe ۆo "
    "ڤv ځz څs ښsh ږzh ړr ټt ډd ڼn ڕr ڵl ۍe ېe ۀa ګg ڭng ۇu ۈu ۋv ٺt ڀb ڻn"
)
# What Persian, Dari, Pashto and Urdu say for letters that Arabic tells apart.
_PERSIAN_OTHERS = table("ثs ذz ضz ظz وv قgh ځz څs ښkh ږg ړr ټt ډd ڼn")
_WITH_VOWELS = {word: readings.split() for word, readings in rows_of("arabic")}
_MIN_WITH_ARTICLE = 4
_MAKES_ONE_WITH_H = frozenset("skgztdcp")
_GREEK_PAIRS = {"ου": "ou", "αυ": "av", "ευ": "ev", "μπ": "b", "ντ": "d", "γγ": "ng", "γκ": "g"}
_GREEK_PAIRS_AS_WRITTEN = {"ου": "ou", "αυ": "af", "ευ": "ef", "μπ": "mp", "ντ": "nt", "γγ": "ng", "γκ": "gk"}
_GREEK = table("αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo")
_GREEK_OTHER = _GREEK | table("ηe υu χh φph ξks γy")
_CYRILLIC = table(
    "аa бb вv гg дd еe ёe жzh зz иi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh "
    "щshch ъ ыy ь эe юiu яia єie іi їi ўu ґg ѣie ѫu ђd ѓg ѕdz јj љlj њnj ћc ќk џdz әa ғg "
    "қk ңn өo ұu үu һh ҳh ҷj ӣi ӯu ҡk ӏ ҙz ҫs җj ӑa ӗe"
)
# Passports of other years and States spell the same letters otherwise (mrz.md §5.2).
_CYRILLIC_OTHERS = (
    {"ю": "yu", "я": "ya", "й": "y", "ё": "yo", "є": "ye", "ї": "yi", "щ": "shch"},
    {"г": "h", "и": "y", "х": "kh", "й": "i"},
    # Bulgaria, and the lands of Central Asia since they write Latin.
    {"щ": "sht", "ъ": "a", "х": "h", "ж": "j", "ў": "o", "қ": "q", "ғ": "gh", "ю": "yu", "я": "ya", "й": "y"},
    {"х": "h", "ц": "c", "ч": "c", "ш": "s", "ж": "z", "ю": "ju", "я": "ja", "й": "j"},
    {"ю": "iou", "у": "ou", "ж": "j", "ш": "ch", "ч": "tch", "я": "ia"},
)
_LATIN = table("ßss æae œoe øo đd ðd þth łl ħh ıi ŋn ŧt əa ĳij ŀl ɓb ɗd ƙk ƴy ĸk ɛe ɔo ǝe")
# Doc 9303 writes these letters as two, or as the letter and XX; national habit drops the mark.
_LATIN_OTHERS = (
    table("äae öoe üue åaa øoe əe"),
    table("üuxx ñnxx öoe äae"),
    table("şsh șsh çch ğgh čch šsh žzh ćch țts đdj ñny"),
)


def _latin(word: str) -> list[str]:
    tables = (_LATIN, *(_LATIN | other for other in _LATIN_OTHERS))
    return [spelled(word, letters) for letters in tables]


def _cyrillic(word: str) -> list[str]:
    main, *others = (
        spelled(word, letters) for letters in (_CYRILLIC, *(_CYRILLIC | o for o in _CYRILLIC_OTHERS))
    )
    return [main, f"y{others[0]}" if word[0] in "её" and others[0][0] == "e" else others[0], *others[1:]]


def _greek(word: str) -> list[str]:
    bare = without_marks(word)
    readings = ((_GREEK, _GREEK_PAIRS), (_GREEK_OTHER, _GREEK_PAIRS), (_GREEK, _GREEK_PAIRS_AS_WRITTEN))
    return [_greek_reading(bare, letters, pairs) for letters, pairs in readings]


def _greek_reading(word: str, letters: dict[str, str], pairs: dict[str, str]) -> str:
    for pair, latin in pairs.items():
        word = word.replace(pair, latin)
    return spelled(word, letters)


def _arabic(word: str) -> list[str]:
    """The Arabic reading and the Persian one, each without the article first; Allah has none to take off."""
    bare = "".join(letter for letter in word if not unicodedata.combining(letter) and letter != "ـ")
    has_article = bare.startswith("ال") and len(bare) > _MIN_WITH_ARTICLE and not bare.startswith("الل")
    readings = [bare[2:], bare] if has_article else [bare]
    tables = (_ARABIC, _ARABIC | _PERSIAN_OTHERS)
    known = _WITH_VOWELS.get(readings[0], [])
    return [*known, *(_with_h(reading, letters) for letters in tables for reading in readings)]


def _with_h(word: str, letters: dict[str, str]) -> str:
    """Spell a word letter by letter; an h after a consonant with which it would be one sound gets a vowel."""
    written = ""
    for letter in word:
        latin = letters.get(letter, letter)
        written += f"a{latin}" if latin == "h" and written[-1:] in _MAKES_ONE_WITH_H else latin
    return written


def _rare(word: str) -> list[str]:
    return [anyascii(word)]


_ROMANISERS: dict[str, Callable[[str], list[str]]] = {
    "LATIN": _latin,
    "ARABIC": _arabic,
    "CYRILLIC": _cyrillic,
    "GREEK": _greek,
    **ALPHABETS,
    **ABUGIDAS,
}
_ATTACHED = frozenset({"COMBINING", "IDEOGRAPHIC", "MODIFIER", "KATAKANA-HIRAGANA"})
"""Signs that belong to the script before them, by the first word of their Unicode name."""
_SYLLABLES = frozenset({"CJK", "HANGUL"})
_STANDS_ALONE = _SYLLABLES | {"HIRAGANA", "KATAKANA"}


def _runs(word: str) -> list[tuple[str, str]]:
    """The word cut where the script changes: (script as Unicode names it, signs)."""
    runs: list[tuple[str, str]] = []
    for sign in word:
        script = unicodedata.name(sign, "UNNAMED").split(" ", 1)[0]
        if runs and (script == runs[-1][0] or script in _ATTACHED):
            runs[-1] = (runs[-1][0], runs[-1][1] + sign)
        else:
            runs.append((script, sign))
    return runs


def _words_of(script: str, signs: str) -> tuple[tuple[str, ...], ...]:
    if script in _SYLLABLES:
        return syllables(signs)
    romanise = _ROMANISERS.get(script, _rare)
    found = tuple(distinct(plain(each) for each in romanise(signs))[:MAX_SPELLINGS])
    return (found,) if found else ()


@lru_cache(maxsize=200_000)
def spellings(word: str) -> tuple[tuple[str, ...], ...]:
    """The words into which a word falls, each with its Latin spellings, the likeliest first.

    Most scripts give one word; Han and Hangul give one for each syllable sign, because a passport writes
    some of them together and some apart. A word without any letter gives none. Letters of several alphabets
    in one word (a Cyrillic A among Latin letters) are read each in its own.

    Args:
        word: One word, case folded, NFKC, without punctuation.

    Source:
        `spec/mrz.md` §5 (Doc 9303 transliteration and its alternatives).
    """
    if word.isascii():
        letters = plain(word)
        return ((letters,),) if letters else ()
    runs = _runs(word)
    words = [found for script, signs in runs for found in _words_of(script, signs)]
    if len(runs) == 1 or any(script in _STANDS_ALONE for script, _ in runs):
        return tuple(words)
    return (("".join(spelled_alike[0] for spelled_alike in words),),) if words else ()
