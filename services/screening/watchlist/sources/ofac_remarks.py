"""The remarks of an OFAC row: text with a structure of its own, `; ` between its parts.

Only the known prefixes are parsed; anything else stays as text (grounds). `Linked To` names another row: a
link between two rows is no ground, and is not kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    BirthPlace,
    EntryDocument,
    EntryName,
    NameKind,
    NameQuality,
)
from services.screening.watchlist.sources.un_states import state_code
from shared.travel import PartialDate, Sex

_SEPARATOR: Final = re.compile(r";\s*")
_SEXES: Final = {"gender male": Sex.MALE, "gender female": Sex.FEMALE}
_NOT_KEPT: Final = ("linked to:", "additional sanctions information", "secondary sanctions risk")
_KINDS: Final = (
    ("P", re.compile(r"(?:stateless person |diplomatic )?passport\s+|travel document(?: number)?\s+",
                     re.IGNORECASE)),
    ("V", re.compile(r"visa ?number ?id\s+", re.IGNORECASE)),
    ("L", re.compile(r"driver'?s license (?:no\.)?\s*", re.IGNORECASE)),
    ("I", re.compile(r"(?:national id(?:entification)?(?: card)?|identification|cedula|personal id(?: card)?"
                     r"|identity card|d\.n\.i\.|electoral registry|tazkira(?: national id card)?|kenyan id"
                     r"|national foreign id|residency|refugee id card)"
                     r"\s*(?:numbers?|no\.)?\s*", re.IGNORECASE)),
)  # fmt: skip
# Origin, tribe and religion are never stored, and a title alone may reveal the last (SG-04, SG-06).
_SENSITIVE: Final = re.compile(
    r"\b(?:ethnic\w*|trib(?:e|al)|clan|relig\w+|sect|muslim|christian|jewish|kurdish|shi'?a|sunni)\b"
    r"|\A(?:haji|hajji|maulana|maulawi|mawlawi|mullah|shaykh|sheikh|sheik|ustad|imam|mufti|qari|hafiz)\Z",
    re.IGNORECASE,
)
# The number, the State in parentheses, and what follows them.
_DOCUMENT: Final = re.compile(
    r"(?P<number>[^()]{1,60}?)\s*(?:\((?P<state>[^()]*)\))?(?P<rest>(?: issued| expires).*)?"
)
_ISSUED: Final = re.compile(r" issued (\d{2} \w{3} \d{4})")
_DAY: Final = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}")
_MONTH: Final = re.compile(r"[A-Z][a-z]{2} \d{4}")
_YEAR: Final = re.compile(r"\d{4}")
_RANGE: Final = re.compile(r"(?:.*?)(\d{4})(?: to .*?|\s*-\s*)(\d{4})")
_WEAK_ALIAS: Final = re.compile(r"(?P<kind>[anf]\.k\.a\.) '(?P<name>.+)'")


@dataclass(slots=True)
class Remarks:
    """What the remarks of one row say; `unread` counts parts with a known prefix that could not be read."""

    birth_dates: list[BirthDate] = field(default_factory=list)
    birth_places: list[BirthPlace] = field(default_factory=list)
    nationalities: list[str] = field(default_factory=list)
    nationality_texts: list[str] = field(default_factory=list)
    documents: list[EntryDocument] = field(default_factory=list)
    names: list[EntryName] = field(default_factory=list)
    sex: Sex | None = None
    grounds: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def read_remarks(text: str) -> Remarks:
    """Read the remarks column, continuation included.

    Source: `spec/watchlist-governance.md` §6.2.
    """
    remarks = Remarks()
    for part in _parts(text):
        _read_part(remarks, part)
    return remarks


def _parts(text: str) -> Iterator[str]:
    for part in _SEPARATOR.split(text):
        plain = part.strip().removesuffix(".").strip()
        if plain and plain != "-":
            yield plain.removeprefix("alt. ")


def _read_part(remarks: Remarks, part: str) -> None:
    lower = part.lower()
    if lower.startswith(_NOT_KEPT):
        return
    if lower in _SEXES:
        remarks.sex = _SEXES[lower]
    elif lower.startswith("dob "):
        _read_birth_date(remarks, part[4:])
    elif lower.startswith("pob "):
        remarks.birth_places.append(birth_place(part[4:]))
    elif lower.startswith(("nationality ", "citizen ")):
        _read_nationality(remarks, part.split(" ", 1)[1])
    elif alias := _WEAK_ALIAS.fullmatch(part):
        kind = NameKind.FORMER if alias["kind"].startswith("f") else NameKind.ALIAS
        remarks.names.append(EntryName(alias["name"].strip("'\" "), kind, NameQuality.LOW))
    elif not _read_document(remarks, part) and not _SENSITIVE.search(part):
        remarks.grounds.append(part)


def _read_birth_date(remarks: Remarks, text: str) -> None:
    birth = birth_date(text)
    if birth is None:
        remarks.unread.append("DOB")
        remarks.grounds.append(f"DOB {text}")
    else:
        remarks.birth_dates.append(birth)


def birth_date(text: str) -> BirthDate | None:
    """A birth date as precise as it is written; never more precise."""
    circa = text.startswith("circa ")
    plain = text.removeprefix("circa ")
    span = _RANGE.fullmatch(plain)
    if span is not None:
        first, last = int(span[1]), int(span[2])
        # A span that ends before it begins would differ from every date that a traveller has.
        is_span = first <= last
        return BirthDate(BirthDateKind.BETWEEN, from_year=first, to_year=last, note=text) if is_span else None
    if circa:
        year = _YEAR.search(plain)
        return None if year is None else BirthDate(BirthDateKind.APPROXIMATE, year=int(year[0]))
    if _YEAR.fullmatch(plain):
        return BirthDate(BirthDateKind.YEAR, year=int(plain))
    known = _partial(plain)
    return None if known is None else BirthDate(BirthDateKind.EXACT, date=known)


def _partial(text: str) -> PartialDate | None:
    if _DAY.fullmatch(text):
        day = issue_day(text)
        return None if day is None else PartialDate.parse(day.isoformat())
    if _MONTH.fullmatch(text):
        day = issue_day(f"01 {text}")
        return None if day is None else PartialDate.parse(day.isoformat()[:7])
    return None


def birth_place(text: str) -> BirthPlace:
    """A place of birth: city, region and State parted by commas."""
    *before, last = [part.strip() for part in text.split(",")]
    country = state_code(last)
    if country is None:
        # The name of a State may hold a comma itself (`Korea, North`).
        country = state_code(text) or state_code(", ".join([*before[-1:], last]))
        return BirthPlace(city=None, country=country, country_text=text)
    city = before[0] if before else None
    region = ", ".join(before[1:]) or None
    return BirthPlace(city=city, country=country, region=region)


def _read_nationality(remarks: Remarks, name: str) -> None:
    code = state_code(name)
    if code is None:
        remarks.nationality_texts.append(name)
    elif code not in remarks.nationalities:
        remarks.nationalities.append(code)


def _read_document(remarks: Remarks, part: str) -> bool:
    for letter, prefix in _KINDS:
        start = prefix.match(part)
        if start is None:
            continue
        found = _DOCUMENT.fullmatch(part[start.end() :])
        if found is None or not any(character.isdigit() for character in found["number"]):
            return False
        remarks.documents.append(_document(letter, start[0].strip(), found))
        return True
    return False


def document_letter(words: str) -> str | None:
    """The letter of a kind of document by OFAC's words, `None` for what is no travel or identity paper."""
    return next((letter for letter, prefix in _KINDS if prefix.match(f"{words} ")), None)


def issue_day(text: str) -> date | None:
    """A calendar day as OFAC writes it (`01 Feb 2003`), or nothing."""
    try:
        return datetime.strptime(text, "%d %b %Y").date()  # noqa: DTZ007 - a date has no zone.
    except ValueError:
        return None


def _document(letter: str, words: str, found: re.Match[str]) -> EntryDocument:
    state = found["state"]
    rest = found["rest"] or ""
    issued = _ISSUED.search(rest)
    issuer = None if state is None else state_code(state)
    return EntryDocument(
        number=found["number"].strip(),
        type=letter,
        issuer=issuer,
        issuer_text=state if issuer is None else None,
        type_text=words,
        issued=None if issued is None else issue_day(issued[1]),
        note=rest.strip() or None,
    )
