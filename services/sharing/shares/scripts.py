"""In which script a name is written, as the letters themselves tell. Pure.

Source: ISO 15924; Unicode Character Database (a letter's name begins with its script).
"""

import unicodedata
from collections.abc import Mapping
from typing import Final

#: No letter tells a script, or letters of several that are not written together.
UNDETERMINED: Final = "Zyyy"
SCRIPTS: Final[Mapping[str, str]] = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "BOPOMOFO": "Bopo",
    "CJK": "Hani",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "HIRAGANA": "Hira",
    "KANNADA": "Knda",
    "KATAKANA": "Kana",
    "KHMER": "Khmr",
    "LAO": "Laoo",
    "LATIN": "Latn",
    "MALAYALAM": "Mlym",
    "MONGOLIAN": "Mong",
    "MYANMAR": "Mymr",
    "NKO": "Nkoo",
    "ORIYA": "Orya",
    "SINHALA": "Sinh",
    "SYRIAC": "Syrc",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "THAANA": "Thaa",
    "THAI": "Thai",
    "TIBETAN": "Tibt",
    "TIFINAGH": "Tfng",
}
"""Codes by the first word of a letter's Unicode name."""
#: Scripts that are written together have a code of their own.
TOGETHER: Final = (
    (frozenset({"Hani", "Hira", "Kana"}), "Jpan"),
    (frozenset({"Hang", "Hani"}), "Kore"),
)


def script_of(name: str) -> str:
    """The ISO 15924 code of the script that all letters of a name are of, or `UNDETERMINED`.

    Digits, signs and marks belong to every script; a modifier letter, such as the ayn of a transliteration,
    tells none.
    """
    letters = {each for each in unicodedata.normalize("NFKC", name) if _is_letter(each)}
    found = {SCRIPTS.get(unicodedata.name(each, "").split(" ", 1)[0], UNDETERMINED) for each in letters}
    if len(found) == 1:
        return found.pop()
    return next((code for scripts, code in TOGETHER if found and found <= scripts), UNDETERMINED)


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign) in {"Lu", "Ll", "Lt", "Lo"}
