"""Persons in the making: formats that spread one person over several rows, and what such formats write alike.

Dates are never made more precise than they are written; a State's name that nobody knows stays as text.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeVar

from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    BirthPlace,
    EntryAddress,
    EntryDocument,
    EntryName,
    Listing,
    WatchlistEntry,
)
from services.screening.watchlist.sources.errors import RowFault
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.tables import Table
from services.screening.watchlist.sources.un_states import state_code
from shared.travel import PartialDate, Sex
from shared.travel.states import normalise_state

_FIRST_YEAR, _LAST_YEAR = 1800, 2099
_FORMS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y")
_SEXES: Final = {"m": Sex.MALE, "male": Sex.MALE, "f": Sex.FEMALE, "female": Sex.FEMALE}
#: Before a birth date that is not understood, or of another calendar, among what is kept as text.
BIRTH_WORDS: Final = "Birth date in the source's words:"
_Value = TypeVar("_Value")


def day_of(text: str) -> date | None:
    """A date in one of the publishers' forms (day before month), or nothing."""
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone.
        except ValueError:
            continue
    return None


def birth_of(year: str, month: str = "", day: str = "", *, is_circa: bool = False) -> BirthDate | None:
    """A birth date from its parts; empty and zero parts are unknown."""
    if not year.isascii() or not year.isdigit() or not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    # Only zeros in front stand for nothing: October is written 10.
    month, day = month.strip().lstrip("0"), day.strip().lstrip("0")
    if is_circa:
        return BirthDate(BirthDateKind.APPROXIMATE, year=int(year))
    if not month:
        return BirthDate(BirthDateKind.YEAR, year=int(year))
    try:
        known = PartialDate(int(year), int(month), int(day) if day else None)
    except ValueError:
        return None
    return BirthDate(BirthDateKind.EXACT, date=known)


def state_of(text: str) -> str | None:
    """Three letters of a State by its two or three letters, or by a name that publishers use."""
    return normalise_state(text) or state_code(text)


def sex_of(text: str) -> Sex | None:
    """M or F, a letter or the English word; anything else is not known."""
    return _SEXES.get(text.strip().lower())


@dataclass(slots=True)
class Draft:
    """One person while the rows are read; values are kept once, in the order of the file."""

    reference: str
    line: int
    programmes: list[str] = field(default_factory=list)
    names: list[EntryName] = field(default_factory=list)
    birth_dates: list[BirthDate] = field(default_factory=list)
    birth_places: list[BirthPlace] = field(default_factory=list)
    nationalities: list[str] = field(default_factory=list)
    nationality_texts: list[str] = field(default_factory=list)
    documents: list[EntryDocument] = field(default_factory=list)
    addresses: list[EntryAddress] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)
    sex: Sex | None = None
    un_reference: str | None = None
    listed_on: date | None = None
    updated_on: date | None = None
    faults: list[RowFault] = field(default_factory=list)

    def add_nationality(self, text: str) -> None:
        """A State by code or name; a name that nobody knows stays as text and is flagged."""
        code = state_of(text)
        if code is not None:
            add_once(self.nationalities, code)
        elif text:
            add_once(self.nationality_texts, text)
            self.flag("UNMAPPED_STATE", "nationality")

    def add_birth(self, birth: BirthDate | None, text: str) -> None:
        """A birth date as it was read from a text; a text that cannot be read is flagged, and kept as one."""
        if birth is not None:
            add_once(self.birth_dates, birth)
        elif text.strip(" 0"):
            self.flag("UNREADABLE_DATE", "birth date")
            self.keep_birth_words(text)

    def keep_birth_words(self, text: str) -> None:
        """What a source says of a birth, for people to read: nothing is compared with it."""
        if words := " ".join(text.split()):
            add_once(self.grounds, f"{BIRTH_WORDS} {words}")

    def flag(self, code: str, element: str) -> None:
        """Note what could not be understood."""
        self.faults.append(RowFault(code, self.reference, element, self.line))

    def entry(self, file: ListToRead) -> WatchlistEntry:
        """The person as an entry with a listing for each programme, and one for the UN reference quoted."""
        listings = [
            Listing(
                file.source,
                reference=self.reference,
                programme=programme,
                terrorism=programme in file.regimes,
                listed_on=self.listed_on,
                updated_on=self.updated_on,
            )
            for programme in self.programmes
        ]
        if self.un_reference is not None:
            listings.append(Listing("UN", reference=self.un_reference))
        return WatchlistEntry(
            id=f"{file.source}:{self.reference}",
            names=tuple(self.names),
            birth_dates=tuple(self.birth_dates),
            birth_places=tuple(self.birth_places),
            nationalities=tuple(self.nationalities),
            nationality_texts=tuple(self.nationality_texts),
            sex=self.sex,
            documents=tuple(self.documents),
            listings=tuple(listings),
            addresses=tuple(self.addresses),
            grounds=tuple(self.grounds),
        )


def add_once(values: list[_Value], value: _Value) -> None:
    """Keep a value unless it is there already."""
    if value not in values:
        values.append(value)


def list_of(
    file: ListToRead, table: Table, drafts: Sequence[Draft], generated_at: datetime | None, left_out: int
) -> ReadList:
    """The counts of all persons, and the entries of those with a programme that the State allows.

    Raises:
        MalformedList: It holds nothing, nobody says of when it is, a person has no name or stands twice.
    """
    if not drafts and not left_out:
        raise table.refusal("NO_ROWS", 1)
    if generated_at is None:
        raise table.refusal("MISSING_GENERATION_DATE", 1)
    seen: set[str] = set()
    for draft in drafts:
        if not draft.names:
            raise table.refusal("NAME_MISSING", draft.line)
        if draft.reference in seen:
            raise table.refusal("REPEATED_REFERENCE", draft.line)
        seen.add(draft.reference)
    return read_of(file, drafts, generated_at, left_out)


def read_of(
    file: ListToRead,
    drafts: Sequence[Draft],
    generated_at: datetime,
    left_out: int,
    entry_of: Callable[[Draft, ListToRead], WatchlistEntry] = Draft.entry,
) -> ReadList:
    """Everybody counted, the entries of those under an allowed programme, and every fault."""
    by_regime = Counter(programme for draft in drafts for programme in draft.programmes)
    kept = [draft for draft in drafts if file.regimes.intersection(draft.programmes)]
    return ReadList(
        generated_at=generated_at,
        individuals=len(drafts),
        by_regime=dict(sorted(by_regime.items())),
        entities_left_out=left_out,
        entries=tuple(entry_of(draft, file) for draft in kept),
        faults=tuple(fault for draft in drafts for fault in draft.faults),
    )
