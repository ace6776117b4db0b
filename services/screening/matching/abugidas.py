"""Indic scripts, Thai and Ethiopic: letters that carry a vowel which is heard or not.

The Indic blocks of Unicode share one layout, so that one table reads nine scripts.

Source: the layout of the Unicode blocks; Indian, Nepali and Bangladeshi passports' customary spelling; the
Royal Thai general system; Amharic names as Ethiopian and Eritrean passports spell them.
"""

import re
from collections.abc import Callable

from anyascii import anyascii

from services.screening.matching.letters import in_order, spelled, table

_BLOCK_SIZE = 0x80
_FIRST_BLOCK = 0x900
_CONSONANTS = dict(
    enumerate(
        in_order("k kh g gh n ch chh j jh n t th d dh n t th d dh n n p ph b bh m y r r l l zh v sh sh s h"),
        start=0x15,
    )
)
_CONSONANTS |= dict(enumerate(in_order("q kh gh z r rh f Y"), start=0x58))
_VOWELS = dict(enumerate(in_order("a a i i u u ri l e e e ai o o o au"), start=0x05))
_SIGNS = dict(enumerate(in_order("a i i u u ri ri e e e ai o o o au"), start=0x3E))
_NASALS = {0x01: "n", 0x02: "n", 0x70: "n"}
_VIRAMA, _NUKTA = 0x4D, 0x3C
_WITH_NUKTA = {"k": "q", "g": "gh", "j": "z", "d": "r", "dh": "rh", "ph": "f", "y": "Y"}
_CHILLU = {"ൺ": "ന്", "ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്", "ൿ": "ക്", "ৎ": "ত্"}
# A capital Y is the letter that stays y where the plain one is a j.
_BENGALI = (("v", "b"), ("chh", "s"), ("y", "j"))
_TAMIL_VOICED = (("k", "g"), ("t", "d"), ("p", "b"), ("ch", "s"))
_SILENT = "*"
_ETHIOPIC_FIRST, _ETHIOPIC_ORDERS = 0x1200, 8
_ETHIOPIC_ROWS = in_order(
    "h l h m s r s sh q qw q qw b v t ch h hw n ny _ k kw kh kw w _ z zh y d d j g gw g t ch p ts ts f p"
)
_ETHIOPIC_VOWELS = ("e", "u", "i", "a", "e", "", "o", "wa")
_ETHIOPIC_BARE = ("a", "u", "i", "a", "e", "i", "o", "a")
_THAI = table(
    "กk ขkh ฃkh คkh ฅkh ฆkh งng จch ฉch ชch ซs ฌch ญy ฎd ฏt ฐth ฑth ฒth ณn ดd ตt ถth ทth ธth นn บb ปp ผph "
    "ฝf พph ฟf ภph มm ยy รr ฤrue ลl วw ศs ษs สs หh ฬl อo ฮh ะa ัa าa ำam ิi ีi ึue ืue ุu ูu เe แae โo ใai ไai "
    "ๅa"
)
_THAI_LEADING = re.compile("([เแโใไ])([ก-ฮ])")
_THAI_FINALS = table("dt bp rn ln st")
_SILENT_MARK = "์"
# Doubled, the letter r is the vowel a, with an n behind it unless the word has another end: Wan, Banchong.
_THAI_DOUBLED_R = (("รร(?=[ก-ฮ]์?$)", "ะ"), ("รร", "ัน"))


def _syllables(word: str) -> list[tuple[str, str]]:
    """Pairs of consonant and vowel; `*` is the vowel that is not written."""
    pairs: list[tuple[str, str]] = []
    for sign in "".join(_CHILLU.get(sign, sign) for sign in word):
        offset = (ord(sign) - _FIRST_BLOCK) % _BLOCK_SIZE
        consonant = _CONSONANTS.get(offset)
        if consonant:
            pairs.append((consonant, _SILENT))
        elif offset in _VOWELS:
            pairs.append(("", _VOWELS[offset]))
        elif offset in _NASALS:
            pairs.append((_NASALS[offset], ""))
        elif pairs:
            pairs[-1] = _with_sign(pairs[-1], offset)
    return pairs


def _with_sign(pair: tuple[str, str], offset: int) -> tuple[str, str]:
    """A consonant with the sign that was written below, above or beside it."""
    consonant, vowel = pair
    if offset == _NUKTA:
        return _WITH_NUKTA.get(consonant, consonant), vowel
    return consonant, "" if offset == _VIRAMA else _SIGNS.get(offset, vowel)


def _closes(pair: tuple[str, str]) -> bool:
    """Whether a consonant without vowel stands before the next one; a nasal does not count."""
    return pair[1] == "" and pair[0] != "n"


def _spoken(pairs: list[tuple[str, str]]) -> str:
    """The word as the north says it: an unwritten a is silent at the end, and between two open syllables."""
    written = ""
    for place, (consonant, vowel) in enumerate(pairs):
        heard = vowel
        if vowel == _SILENT:
            before = pairs[place - 1][1] if place else ""
            is_closed = place > 0 and _closes(pairs[place - 1])
            after = pairs[place + 1][1] if place + 1 < len(pairs) else ""
            is_last = place == len(pairs) - 1 and not is_closed
            is_between = before != "" and after not in {"", _SILENT}
            heard = "" if place and (is_last or is_between) else "a"
        written += consonant + heard
    return written


def indic(word: str) -> list[str]:
    """Readings of a word in an Indic script: the last a silent, as the north speaks, in full, by its land."""
    pairs = _syllables(word)
    full = "".join(consonant + vowel.replace(_SILENT, "a") for consonant, vowel in pairs)
    # After two consonants the last a is heard: Krishna, Chandra.
    is_silent = len(pairs) > 1 and pairs[-1][1] == _SILENT and not _closes(pairs[-2])
    short = full[:-1] if is_silent else full
    readings = [short, _spoken(pairs), full]
    if "\u0980" <= word[0] <= "\u09ff":
        bengali = _replaced(short, _BENGALI)
        return [bengali, bengali.replace("a", "o"), *readings]
    if "\u0b80" <= word[0] <= "\u0bff":
        return [*readings, short[:1] + _replaced(short[1:], _TAMIL_VOICED), short.replace("t", "th")]
    return [*readings, short.replace("v", "w"), short.replace("v", "b")]


def _replaced(word: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for old, new in pairs:
        word = word.replace(old, new)
    return word


def thai(word: str) -> list[str]:
    """A Thai word with its final as it sounds, letter by letter, by the general table, and with j for ch."""
    for doubled, vowel in _THAI_DOUBLED_R:
        word = re.sub(doubled, vowel, word)
    signs = _THAI_LEADING.sub(r"\2\1", word)
    after = [*signs[1:], ""]
    heard = [sign for sign, next_sign in zip(signs, after, strict=True) if next_sign != _SILENT_MARK]
    written = "".join(_THAI.get(sign, "") for sign in heard)
    heard_at_end = written[:-1] + spelled(written[-1:], _THAI_FINALS)
    return [heard_at_end, written, anyascii(word), heard_at_end.replace("ch", "j")]


def ethiopic(word: str) -> list[str]:
    """An Amharic or Tigrinya word: the sixth order silent, as e and as i; q also as k, g also as gh."""
    silent, *others = ("".join(_ethiopic(sign, sixth) for sign in word) for sixth in ("", "e", "i"))
    return [silent, *others, silent.replace("q", "k"), silent.replace("g", "gh")]


def _ethiopic(sign: str, sixth: str) -> str:
    row, order = divmod(ord(sign) - _ETHIOPIC_FIRST, _ETHIOPIC_ORDERS)
    if not 0 <= row < len(_ETHIOPIC_ROWS):
        return ""
    consonant = _ETHIOPIC_ROWS[row]
    return _ETHIOPIC_BARE[order] if not consonant else consonant + (_ETHIOPIC_VOWELS[order] or sixth)


_INDIC = ("DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM")
ABUGIDAS: dict[str, Callable[[str], list[str]]] = {
    **dict.fromkeys(_INDIC, indic),
    "THAI": thai,
    "ETHIOPIC": ethiopic,
}
