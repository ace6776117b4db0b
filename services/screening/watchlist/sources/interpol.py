"""INTERPOL notices, JSON: an array of notices, or an object that holds them, as their interface answers.

Of the person only what identifies is read: no eyes, hair, weight, marks or languages. A notice becomes an
entry only where one of its charges names terrorism; its validity is checked again before anything is done
(SG-18).
"""

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from services.screening.watchlist.entry import BirthPlace, EntryName
from services.screening.watchlist.sources.content import can_be_kept
from services.screening.watchlist.sources.drafts import Draft, add_once, birth_of, list_of, sex_of, state_of
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.tables import Table, read_tables

_FILE: Final = "notices.json"
_TERRORISM: Final = re.compile(r"\bterror", re.IGNORECASE)
TERRORISM_CHARGE: Final = "TERRORISM_CHARGE"
OTHER_CHARGE: Final = "OTHER_CHARGE"
_PART: Final = 64 * 1024
#: The longest notice that is read; a published one has some thousand signs.
_MAX_NOTICE: Final = 1024 * 1024
_OPENS: Final = re.compile(r'\s*(?:\[|\{(?:.*?[{,])?\s*"notices"\s*:\s*\[)', re.DOTALL)
_SPACE: Final = " \t\r\n"
_DECODER: Final = json.JSONDecoder()
_DATE: Final = re.compile(r"(\d{4})(?:/(\d{1,2}))?(?:/(\d{1,2}))?")


def read_interpol(file: ListToRead) -> ReadList:
    """Read notices; entries are called `<source>:<entity_id>`, regimes are whether a charge names terrorism.

    Raises:
        MalformedList: No such JSON, beyond the limits, without a date, or a notice without id or name.

    Source:
        `spec/watchlist-governance.md` §6.6; SG-18 (notices).
    """
    (table,) = read_tables(file.content, _FILE, file.limits).by_name.values()
    drafts = [_person(notice, number, table) for number, notice in notices(table)]
    return list_of(file, table, drafts, file.dated_at, 0)


def notices(table: Table) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The notices with their numbers, each read when it is asked for.

    Raises:
        MalformedList: No JSON, none that holds notices, or too many.
    """
    with io.TextIOWrapper(table.open(), "utf-8-sig") as text:
        try:
            for number, notice in enumerate(_Array(table, text), start=1):
                if number > table.limits.rows:
                    raise table.refusal("TOO_MANY_ROWS", number)
                if not isinstance(notice, dict):
                    raise table.refusal("NOT_THIS_FORMAT", number)
                if not can_be_kept(notice):
                    raise table.refusal("VALUE_NOT_TEXT", number)
                yield number, notice
        except UnicodeDecodeError:
            raise table.refusal("NOT_WELL_FORMED", None) from None


class _Array:
    """The members of the one array, a part of which stands in memory; what is around it comes last."""

    def __init__(self, table: Table, text: IO[str]) -> None:
        self._table = table
        self._text = text
        self._waiting = text.read(_PART)

    def __iter__(self) -> Iterator[Any]:
        """The members.

        Raises:
            MalformedList: No JSON, or none that holds notices.
        """
        opening = _OPENS.match(self._waiting)
        frame = self._waiting if opening is None else opening[0]
        if opening is not None:
            self._waiting = self._waiting[opening.end() :]
            is_more = self._sign() != "]"
            while is_more:
                yield self._member()
                is_more = self._sign() == ","
                self._waiting = self._waiting[is_more:]
            if self._sign() != "]":
                raise self._table.refusal("NOT_WELL_FORMED", None)
            frame += self._waiting
        self._check(frame + self._text.read(_MAX_NOTICE))

    def _sign(self) -> str:
        """The next sign that is no white space; empty at the end of the file."""
        self._waiting = self._waiting.lstrip(_SPACE)
        while not self._waiting and (more := self._text.read(_PART)):
            self._waiting = more.lstrip(_SPACE)
        return self._waiting[:1]

    def _member(self) -> Any:
        """The next member, with as much more of the file as it takes."""
        while True:
            try:
                member, end = _DECODER.raw_decode(self._waiting.lstrip(_SPACE))
            except (ValueError, RecursionError):
                more = self._text.read(_PART)
                if not more or len(self._waiting) > _MAX_NOTICE:
                    raise self._table.refusal("NOT_WELL_FORMED", None) from None
                self._waiting += more
            else:
                self._waiting = self._waiting.lstrip(_SPACE)[end:]
                return member

    def _check(self, frame: str) -> None:
        """What stands around the members is one of the two forms, with the array in its place."""
        try:
            document = json.loads(frame)
        except (ValueError, RecursionError):
            raise self._table.refusal("NOT_WELL_FORMED", None) from None
        if isinstance(document, dict):
            held = document.get("_embedded", document)
            document = held.get("notices") if isinstance(held, dict) else None
        if document != []:
            raise self._table.refusal("NOT_THIS_FORMAT", None)


def _person(notice: Mapping[str, Any], number: int, table: Table) -> Draft:
    reference = _text(notice, "entity_id")
    if not reference:
        raise table.refusal("NOT_THIS_FORMAT", number)
    draft = Draft(reference.replace("/", "-"), number)
    surname, given = _text(notice, "name"), _text(notice, "forename")
    whole = " ".join(part for part in (given, surname) if part)
    if whole:
        is_told_apart = bool(surname and given)
        draft.names.append(
            EntryName(
                whole,
                surname=surname if is_told_apart else None,
                given_names=given if is_told_apart else None,
            )
        )
    draft.programmes.append(TERRORISM_CHARGE if _names_terrorism(notice) else OTHER_CHARGE)
    born = _text(notice, "date_of_birth")
    found = _DATE.fullmatch(born)
    draft.add_birth(None if found is None else birth_of(*(part or "" for part in found.groups())), born)
    draft.sex = sex_of(_text(notice, "sex_id"))
    nationalities = notice.get("nationalities")
    for code in nationalities if isinstance(nationalities, list) else []:
        draft.add_nationality(str(code))
    city, country = _text(notice, "place_of_birth"), _text(notice, "country_of_birth_id")
    if city or country:
        add_once(draft.birth_places, BirthPlace(city or None, state_of(country)))
    return draft


def _names_terrorism(notice: Mapping[str, Any]) -> bool:
    warrants = notice.get("arrest_warrants")
    charges = (
        f"{_text(warrant, 'charge')} {_text(warrant, 'charge_translation')}"
        for warrant in (warrants if isinstance(warrants, list) else [])
        if isinstance(warrant, dict)
    )
    return any(_TERRORISM.search(charge) for charge in charges)


def _text(notice: Mapping[str, Any], key: str) -> str:
    value = notice.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""
