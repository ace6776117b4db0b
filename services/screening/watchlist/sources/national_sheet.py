"""A State's own nominations as CSV or xlsx: a row a person, read into drafts and nothing more.

A row with a fault is left out and told with its column; the others are drafted all the same. No fault quotes
what stands in a cell.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    BirthPlace,
    EntryDocument,
    EntryName,
    NameKind,
    NameQuality,
)
from services.screening.watchlist.sources.drafts import birth_of, day_of, sex_of, state_of
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.national_columns import COLUMNS, GROUNDS
from shared.personal import Personal
from shared.sheets.cells import (
    CELL_ERROR,
    CELL_TOO_LONG,
    FORMULA,
    SheetLimits,
    SheetRow,
    SheetUnreadable,
    read_rows,
)

LIMITS: Final = SheetLimits(rows=1_001, columns=100, cell_characters=2_000)
_NAME: Final = "sheet"
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_DATE: Final = re.compile(r"(?P<circa>c\.\s*)?(?P<year>\d{4})(?:-(?P<month>\d{2}))?(?:-(?P<day>\d{2}))?")
_YEARS: Final = re.compile(r"(\d{4})\s*-\s*(\d{4})")
_DOCUMENT: Final = re.compile(r"(?P<kind>[PIVLO])\s+(?P<number>.*\S)\s+(?P<state>[A-Z]{3})")
_WEAK: Final = re.compile(r"\s*\(weak\)\Z", re.IGNORECASE)
_YES_OR_NO: Final = {"yes": True, "no": False, "": False}

SENTENCES: Final[Mapping[str, str]] = {
    "REFERENCE_MISSING": "give your own file number: letters, digits, points, hyphens, at most 40",
    "REFERENCE_REPEATED": "another row of this file has the same reference",
    "REFERENCE_IN_USE": "an entry with this reference was listed before; give a new one",
    "NOMINATION_WAITS": "the nomination with this reference waits for a second person",
    "NOMINATION_OF_ANOTHER": "the draft with this reference is another person's",
    "NAME_MISSING": "give a family name, or the full name",
    "DATE_UNREADABLE": "write 1980-01-02, 1980-01, 1980, c. 1980 or 1978-1982",
    "DAY_UNREADABLE": "write a day as YYYY-MM-DD",
    "SEX_UNKNOWN": "write F or M",
    "STATE_UNKNOWN": "this is no State that we know: write its three letters",
    "DOCUMENT_UNREADABLE": "write kind, number and State, such as P XC77 XCC",
    "YES_OR_NO": "write yes or no",
    "NO_GROUNDS": "give at least one ground: kind and words",
    "VALUE_MISSING": "this must be filled in",
    "VALUE_NOT_ALLOWED": "this is none of the values that the template names",
    "VALUE_TOO_LONG": "this is too long",
    FORMULA: "paste the value in place of the formula",
    CELL_ERROR: "the cell shows an error",
    CELL_TOO_LONG: "a cell holds at most 2,000 characters",
}


@dataclass(frozen=True, slots=True)
class SheetFault:
    """Why a row was left out: its number in the file, the column's title, a stable word. No content."""

    row: int
    column: str
    code: str

    @property
    def sentence(self) -> str:
        """The fault as a full sentence."""
        return f"Row {self.row}, {self.column}: {SENTENCES[self.code]}."


@dataclass(frozen=True, slots=True, repr=False)
class NationalRow(Personal):
    """One person: identifiers in the form of an entry without `id`, and the terms of a nomination."""

    number: int
    reference: str
    entry: dict[str, Any]
    terms: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NationalSheet:
    """What a sheet holds: the rows that can be drafted, and the faults of the others."""

    rows: tuple[NationalRow, ...]
    faults: tuple[SheetFault, ...]


def read_national_sheet(body: bytes) -> NationalSheet:
    """Read a sheet of nominations, CSV or xlsx, by the titles of `national_columns.py`.

    Raises:
        MalformedList: No table, no titles, a title twice, or no row below them; `line` is the sheet's.

    Source:
        `spec/watchlist-governance.md` §6.7 (spreadsheets are taken into DRAFT alone) and §2.
    """
    try:
        rows = read_rows(body, LIMITS)
    except SheetUnreadable as fault:
        raise MalformedList(reason=fault.fault, element=_NAME, line=fault.row) from None
    if not rows:
        raise MalformedList(reason="NO_ROWS", element=_NAME, line=None)
    places = _places(rows[0])
    found: list[NationalRow] = []
    faults: list[SheetFault] = []
    seen: set[str] = set()
    for row in rows[1:]:
        reader = _RowReader(row, places)
        read = reader.read()
        if read.reference in seen:
            reader.fault("Reference", "REFERENCE_REPEATED")
        seen.add(read.reference)
        faults.extend(reader.faults)
        if not reader.faults:
            found.append(read)
    if not found and not faults:
        raise MalformedList(reason="NO_ROWS", element=_NAME, line=rows[0].number)
    return NationalSheet(tuple(found), tuple(faults))


def _places(titles: SheetRow) -> dict[str, int]:
    """Where each column stands; unknown titles are refused, so that nothing is lost unseen."""
    known = {_plain(column.title): column.title for column in COLUMNS}
    places: dict[str, int] = {}
    for place, text in enumerate(titles.cells):
        if not text:
            continue
        title = known.get(_plain(text))
        if title is None or title in places:
            reason = "COLUMN_UNKNOWN" if title is None else "COLUMN_REPEATED"
            raise MalformedList(reason=reason, element=f"column {place + 1}", line=titles.number)
        places[title] = place
    if "Reference" not in places:
        raise MalformedList(reason="NOT_THIS_FORMAT", element="Reference", line=titles.number)
    return places


def _plain(title: str) -> str:
    return "".join(sign for sign in title.casefold() if sign.isalnum())


@dataclass(slots=True)
class _RowReader:
    """Reads one row; `faults` grows with what cannot be taken."""

    row: SheetRow
    places: Mapping[str, int]
    faults: list[SheetFault] = field(default_factory=list)

    def read(self) -> NationalRow:
        """The row; of no use where there are faults."""
        for title, place in self.places.items():
            mark = self.row.marks.get(place)
            if mark in {FORMULA, CELL_ERROR, CELL_TOO_LONG}:
                self.fault(title, mark)
        reference = self._text("Reference")
        if not _REFERENCE.fullmatch(reference):
            self.fault("Reference", "REFERENCE_MISSING")
        return NationalRow(self.row.number, reference, self._entry(), self._terms())

    def fault(self, title: str, code: str) -> None:
        """Note why the row cannot be taken."""
        self.faults.append(SheetFault(self.row.number, title, code))

    def _text(self, title: str) -> str:
        place = self.places.get(title)
        return "" if place is None else " ".join(self.row.text(place).split())

    def _several(self, title: str) -> list[str]:
        return [part.strip() for part in self._text(title).split(";") if part.strip()]

    def _entry(self) -> dict[str, Any]:
        sex = sex_of(self._text("Sex"))
        if self._text("Sex") and sex is None:
            self.fault("Sex", "SEX_UNKNOWN")
        return {
            "names": [name.as_json() for name in self._names()],
            "birth_dates": [birth.as_json() for birth in self._births()],
            "birth_places": [place.as_json() for place in self._birth_places()],
            "nationalities": [state for text in self._several("Nationalities")
                              if (state := self._state("Nationalities", text))],
            "sex": None if sex is None else sex.value,
            "documents": [document.as_json() for document in self._documents()],
        }  # fmt: skip

    def _names(self) -> Iterator[EntryName]:
        family, given = self._text("Family name"), self._text("Given names")
        full = self._text("Full name") or " ".join(part for part in (given, family) if part)
        if not full or (given and not family and not self._text("Full name")):
            self.fault("Family name", "NAME_MISSING")
            return
        is_told_apart = bool(family and given)
        yield EntryName(
            full,
            surname=family if is_told_apart else None,
            given_names=given if is_told_apart else None,
        )
        if original := self._text("Original script"):
            yield EntryName(original, NameKind.ORIGINAL_SCRIPT)
        for alias in self._several("Aliases"):
            is_weak = _WEAK.search(alias) is not None
            quality = NameQuality.LOW if is_weak else NameQuality.UNKNOWN
            yield EntryName(_WEAK.sub("", alias), NameKind.ALIAS, quality)

    def _births(self) -> Iterator[BirthDate]:
        for text in self._several("Date of birth"):
            birth = _birth(text)
            if birth is None:
                self.fault("Date of birth", "DATE_UNREADABLE")
            else:
                yield birth

    def _birth_places(self) -> Iterator[BirthPlace]:
        city, state = self._text("Birth city"), self._text("Birth State")
        country = self._state("Birth State", state) if state else None
        if city or country:
            yield BirthPlace(city or None, country)

    def _state(self, title: str, text: str) -> str | None:
        code = state_of(text)
        if code is None:
            self.fault(title, "STATE_UNKNOWN")
        return code

    def _documents(self) -> Iterator[EntryDocument]:
        for text in self._several("Documents"):
            found = _DOCUMENT.fullmatch(text)
            if found is None:
                self.fault("Documents", "DOCUMENT_UNREADABLE")
                continue
            issuer = self._state("Documents", found["state"])
            yield EntryDocument(found["number"], found["kind"], issuer)

    def _terms(self) -> dict[str, Any]:
        grounds = [ground for number in range(1, GROUNDS + 1) if (ground := self._ground(number))]
        if not grounds:
            self.fault("Ground 1 kind", "NO_GROUNDS")
        return {
            "category": self._text("Category"),
            "grounds": grounds,
            "offence_link": self._text("Offence") or None,
            "summary": self._text("Summary"),
            "tear_line": self._text("Tear-line"),
            "recommendation": self._text("Recommendation"),
            "review_due": self._day("Review due"),
            "expires": self._day("Expires"),
            "best_interests_id": self._text("Best interests") or None,
            "child_specialist": self._text("Child specialist") or None,
        }

    def _ground(self, number: int) -> dict[str, Any] | None:
        told = {name: f"Ground {number} {name}"
                for name in ("kind", "words", "source", "grade", "as of", "fact")}  # fmt: skip
        if not any(self._text(title) for title in told.values()):
            return None
        is_fact = _YES_OR_NO.get(self._text(told["fact"]).casefold())
        if is_fact is None:
            self.fault(told["fact"], "YES_OR_NO")
        return {
            "kind": self._text(told["kind"]),
            "text": self._text(told["words"]),
            "source": self._text(told["source"]) or None,
            "grade": self._text(told["grade"]) or None,
            "is_fact": bool(is_fact),
            "as_of": self._day(told["as of"]) if self._text(told["as of"]) else None,
        }

    def _day(self, title: str) -> str | None:
        day = day_of(self._text(title))
        if day is None:
            self.fault(title, "DAY_UNREADABLE" if self._text(title) else "VALUE_MISSING")
        return None if day is None else day.isoformat()


def _birth(text: str) -> BirthDate | None:
    """A birth date as precise as it is written, never more precise."""
    span = _YEARS.fullmatch(text)
    if span is not None:
        first, last = birth_of(span[1]), birth_of(span[2])
        if first is None or last is None or span[1] > span[2]:
            return None
        return BirthDate(BirthDateKind.BETWEEN, from_year=first.year, to_year=last.year)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    return birth_of(
        found["year"], found["month"] or "", found["day"] or "", is_circa=found["circa"] is not None
    )


def title_of_term(path: Sequence[int | str]) -> str:
    """The column whose value stands at a place of the terms, `("grounds", 0, "grade")` for instance."""
    first, *rest = path
    if first != "grounds":
        return _TITLES[str(first)]
    number, name = (*rest, "kind", "kind")[:2] if rest else (0, "kind")
    return f"Ground {int(number) + 1} {_TITLES_OF_GROUND[str(name)]}"


_TITLES: Final[Mapping[str, str]] = {
    "category": "Category",
    "offence_link": "Offence",
    "summary": "Summary",
    "tear_line": "Tear-line",
    "recommendation": "Recommendation",
    "review_due": "Review due",
    "expires": "Expires",
    "best_interests_id": "Best interests",
    "child_specialist": "Child specialist",
}
_TITLES_OF_GROUND: Final[Mapping[str, str]] = {
    "kind": "kind",
    "text": "words",
    "source": "source",
    "grade": "grade",
    "as_of": "as of",
    "is_fact": "fact",
}
