"""An entry's values as people read and write them: births of every precision, places, documents, scripts."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from services.console.watchlist_words import CATEGORIES, NAME_KINDS, SEXES, told

DOCUMENT_TYPES: Final[Mapping[str, str]] = {
    "P": "Passport",
    "I": "Identity card",
    "V": "Visa",
    "L": "Licence",
    "O": "Other document",
}
_FULL: Final = re.compile(r"\d{4}(-\d{2}){0,2}")
_ABOUT: Final = re.compile(r"(?:about|circa|c\.)\s*(\d{4})", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"(\d{4})\s*(?:-|–|to)\s*(\d{4})", re.IGNORECASE)
# Scripts by the four letters of ISO 15924, as messages name them.
_SCRIPT_CODES: Final[Mapping[str, str]] = {
    "Latn": "Latin",
    "Arab": "Arabic",
    "Armn": "Armenian",
    "Beng": "Bengali",
    "Bopo": "Bopomofo",
    "Cyrl": "Cyrillic",
    "Deva": "Devanagari",
    "Ethi": "Ethiopic",
    "Geor": "Georgian",
    "Grek": "Greek",
    "Gujr": "Gujarati",
    "Guru": "Gurmukhi",
    "Hang": "Hangul",
    "Hani": "Han",
    "Hebr": "Hebrew",
    "Hira": "Hiragana",
    "Jpan": "Japanese",
    "Kana": "Katakana",
    "Khmr": "Khmer",
    "Knda": "Kannada",
    "Kore": "Korean",
    "Laoo": "Lao",
    "Mlym": "Malayalam",
    "Mong": "Mongolian",
    "Mymr": "Burmese",
    "Nkoo": "N'Ko",
    "Orya": "Odia",
    "Sinh": "Sinhala",
    "Syrc": "Syriac",
    "Taml": "Tamil",
    "Telu": "Telugu",
    "Tfng": "Tifinagh",
    "Thaa": "Thaana",
    "Thai": "Thai",
    "Tibt": "Tibetan",
    "Zyyy": "several, or not stated",
}
# The first words of Unicode's character names for scripts whose name a person knows.
_SCRIPTS: Final[Mapping[str, str]] = {
    "CJK": "Han",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "LATIN": "Latin",
}


def birth_in_words(birth: Mapping[str, Any]) -> str:
    """A birth date no more precise than its source: `1971 (the year alone)`, `about 1971`."""
    kind = birth.get("kind")
    if kind == "YEAR":
        text = f"{birth.get('year')} (the year alone)"
    elif kind == "APPROXIMATE":
        text = f"about {birth.get('year')}"
    elif kind == "BETWEEN":
        text = f"between {birth.get('from_year')} and {birth.get('to_year')}"
    else:
        text = str(birth.get("date") or "not given")
    return _with_note(text, birth)


def birth_of(text: str) -> dict[str, Any] | None:
    """A birth date as a person writes it; `None` where it is none of the ways that the page names.

    `1980-01-02`, `1980-01` are exact; `1980` is a year, `about 1980`, `1978-1981` a range.
    """
    if (between := _BETWEEN.fullmatch(text)) is not None:
        first, last = (int(year) for year in between.groups())
        return {"kind": "BETWEEN", "from_year": first, "to_year": last} if first < last else None
    if (about := _ABOUT.fullmatch(text)) is not None:
        return {"kind": "APPROXIMATE", "year": int(about[1])}
    if _FULL.fullmatch(text) is None:
        return None
    if len(text) == len("1980"):
        return {"kind": "YEAR", "year": int(text)}
    return {"kind": "EXACT", "date": text}


def birth_as_written(birth: Mapping[str, Any]) -> str:
    """The same as `birth_of` reads it, for a form that shows a draft again."""
    kind = birth.get("kind")
    if kind == "BETWEEN":
        return f"{birth.get('from_year')}-{birth.get('to_year')}"
    if kind == "APPROXIMATE":
        return f"about {birth.get('year')}"
    return str(birth.get("year") if kind == "YEAR" else birth.get("date") or "")


def place_in_words(place: Mapping[str, Any]) -> str:
    """A place from the small to the large."""
    members = ("street", "postal_code", "city", "region", "country", "country_text")
    return _with_note(", ".join(str(place[each]) for each in members if place.get(each)), place)


def document_in_words(document: Mapping[str, Any]) -> str:
    """A document: what it is, its number, who issued it."""
    kind = DOCUMENT_TYPES.get(str(document.get("type")), "Document")
    issuer = document.get("issuer") or document.get("issuer_text")
    text = f"{kind} {document.get('number')}"
    return _with_note(f"{text} of {issuer}" if issuer else text, document)


def name_in_words(name: Mapping[str, Any]) -> str:
    """A name's kind, quality, script and note beside the name itself."""
    kind, quality = name.get("kind"), name.get("quality")
    parts = [NAME_KINDS.get(str(kind), ""), script_of(str(name.get("text") or ""))]
    if quality in {"GOOD", "LOW"}:
        parts.append("good quality" if quality == "GOOD" else "low quality")
    parts += [f"born {birth_in_words(each)}" for each in name.get("birth_dates") or ()]
    parts += [f"in {place_in_words(each)}" for each in name.get("birth_places") or ()]
    parts.append(str(name.get("note") or ""))
    return ", ".join(part for part in parts if part)


def script_in_words(code: str) -> str:
    """The name of a script such as `Cyrl`; a code without a name stays as it is."""
    return _SCRIPT_CODES.get(code, code)


def script_of(text: str) -> str:
    """The script of a text's first letter, such as `Cyrillic`; empty where it has none."""
    letter = next((each for each in text if each.isalpha()), None)
    if letter is None:
        return ""
    first = unicodedata.name(letter, "").partition(" ")[0]
    return _SCRIPTS.get(first, first.capitalize())


def value_in_words(field: str, value: Any) -> str:
    """A value of an entry in words; a name is shown as it is written."""
    if isinstance(value, Mapping):
        if field == "names":
            return str(value.get("text") or "")
        if field == "birth_dates":
            return birth_in_words(value)
        if field == "documents":
            return document_in_words(value)
        return place_in_words(value)
    words = {"sex": SEXES, "category": CATEGORIES}.get(field)
    return str(value) if words is None else told(words, str(value))


def _with_note(text: str, value: Mapping[str, Any]) -> str:
    note = value.get("note")
    return f"{text} ({note})" if note else text
