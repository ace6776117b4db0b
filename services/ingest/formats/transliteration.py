"""Letters of other alphabets as a machine-readable zone prints them: A to Z alone.

Source: ICAO Doc 9303 part 3 §6 (recommended transliterations); `spec/mrz.md` §5.
"""

import re
import unicodedata
from collections.abc import Mapping


def _table(pairs: str) -> dict[str, str]:
    """Letter → Latin, from pairs written together and parted by blanks; a letter alone falls away."""
    return {pair[0]: pair[1:] for pair in pairs.split()}


# Letters that are written as two or have no plain letter inside; the marks of all others fall away.
_LATIN = _table("ÄAE ÅAA ÆAE ÐD ĐD ĦH ĲIJ ıI ŁL ĿL ŊN ÖOE ØOE ŒOE ßSS ẞSS ŦT ÞTH ÜUE ƏE ĸK")
_CYRILLIC = _table(
    "АA БB ВV ГG ДD ЕE ЁE ЖZH ЗZ ИI ЙI КK ЛL МM НN ОO ПP РR СS ТT УU ФF ХKH ЦTS ЧCH ШSH ЩSHCH ЪIE ЫY Ь ЭE "
    "ЮIU ЯIA ЄIE ІI ЇI ЎU ҐG ѢIE ѪU ЂD ЃG ЅDZ ЈJ ЉLJ ЊNJ ЋC ЌK ЏDZ ӘA ҒG ҚK ҢN ӨO ҰU ҮU ҺH"
)
_ARABIC = _table(
    "اA بB تT ثXTH جJ حXH خXKH دD ذXDH رR زZ سS شXSH صXSS ضXDZ طXTT ظXZZ عE غG فF قQ كK لL مM نN هH وW يY "
    "ىXAY ةXTA ءXE آXAA أXAE ؤU إI ئXI پP چXC ژXJ گXGG کXKK یXYA ٹXXT ڈXXD ڑXXR ںXNN ھXDO ہXXG ےXYB ٱXXA "
    "\u064eA \u0650I \u064fU"
)
_GREEK = _table("ΑA ΒV ΓG ΔD ΕE ΖZ ΗI ΘTH ΙI ΚK ΛL ΜM ΝN ΞX ΟO ΠP ΡR ΣS ΤT ΥY ΦF ΧCH ΨPS ΩO")
_LETTERS = {**_LATIN, **_CYRILLIC, **_ARABIC, **_GREEK}

# Letters that a State's own passports write otherwise.
_SOUTH_SLAVIC = _table("ЖZ ХH ЦC ЧC ШS")
_BY_STATE: Mapping[str, Mapping[str, str]] = {
    "UKR": _table("ГH ИY"),
    "BLR": _table("ГH"),
    "BGR": _table("ЩSHT"),
    "SRB": _SOUTH_SLAVIC,
    "MNE": _SOUTH_SLAVIC,
    "MKD": _SOUTH_SLAVIC,
}
_GREEK_SOUNDS = {"ΟΥ": "OU", "ΓΓ": "NG"}
# ΑΥ and ΕΥ sound as V before a voiced letter, and as F before another or at the end.
_GREEK_SOUND = re.compile("ΟΥ|ΓΓ|ΜΠ|([ΑΕ])Υ(?=([ΑΒΓΔΕΖΗΙΛΜΝΟΡΥΩ])?)")
_GREEK_LETTER = re.compile("[Α-Ω]")


def as_latin(text: str, state: str | None = None) -> str:
    """A text in the letters A to Z, with everything that is no letter left in its place.

    Args:
        text: Latin, Cyrillic, Arabic or Greek letters in any case; signs of other scripts stay.
        state: The State, three letters, whose passports may write a letter otherwise.
    """
    if text.isascii():
        return text.upper()
    upper = unicodedata.normalize("NFC", text.replace("ı", "I")).upper()
    table = {**_LETTERS, **_BY_STATE.get(state or "", {})}
    return "".join(table[sign] if sign in table else _plain(sign, table) for sign in _greek(upper))


def _plain(sign: str, table: Mapping[str, str]) -> str:
    """A letter without its marks; a mark alone falls away."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(mark))
    return "".join(table.get(letter, letter) for letter in bare)


def _greek(upper: str) -> str:
    """Greek letters without accents, and those that sound together written in Latin letters."""
    if not _GREEK_LETTER.search(upper):
        return upper
    # An accent on the first of two vowels, or a diaeresis on the second, keeps them apart; few write it.
    bare = "".join(
        unicodedata.normalize("NFD", sign)[0] if "GREEK" in unicodedata.name(sign, "") else sign
        for sign in upper
    )
    return _GREEK_SOUND.sub(_sound, bare)


def _sound(found: re.Match[str]) -> str:
    letters = found[0]
    if letters in _GREEK_SOUNDS:
        return _GREEK_SOUNDS[letters]
    if letters == "ΜΠ":
        before = found.string[: found.start()]
        return "MP" if _GREEK_LETTER.fullmatch(before[-1:]) else "B"
    return _GREEK[found[1]] + ("F" if found[2] is None else "V")
