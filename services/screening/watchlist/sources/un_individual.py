"""One INDIVIDUAL element of the UN list → one watchlist entry. Meaning only; the file is `un_xml.py`'s.

Titles are discarded (they may reveal religion). Comments are kept as grounds and never parsed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from lxml.etree import _Element as Element

from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    BirthPlace,
    EntryAddress,
    EntryDocument,
    EntryName,
    Listing,
    NameKind,
    NameQuality,
    WatchlistEntry,
)
from services.screening.watchlist.sources.errors import MalformedList, RowFault
from services.screening.watchlist.sources.un_states import state_code
from services.screening.watchlist.sources.xml_rows import line_of, text_of
from shared.travel import PartialDate, Sex

UN_1267_REGIME = "Al-Qaida"

_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_BIRTH_TEXTS = ("DATE", "YEAR", "FROM_YEAR", "TO_YEAR")
_KNOWN_ELEMENTS = frozenset(
    {"DATAID", "VERSIONNUM", *_NAME_PARTS, "UN_LIST_TYPE", "REFERENCE_NUMBER", "LISTED_ON", "GENDER"}
    | {"NAME_ORIGINAL_SCRIPT", "COMMENTS1", "TITLE", "DESIGNATION", "NATIONALITY", "LIST_TYPE"}
    | {"LAST_DAY_UPDATED", "INDIVIDUAL_ALIAS", "INDIVIDUAL_ADDRESS", "INDIVIDUAL_DATE_OF_BIRTH"}
    | {"INDIVIDUAL_PLACE_OF_BIRTH", "INDIVIDUAL_DOCUMENT", "SORT_KEY", "SORT_KEY_LAST_MOD"}
)
_SEXES = {"male": Sex.MALE, "female": Sex.FEMALE}
_ALIAS_KINDS = {
    "good": (NameKind.ALIAS, NameQuality.GOOD),
    "low": (NameKind.ALIAS, NameQuality.LOW),
    "a.k.a.": (NameKind.ALIAS, NameQuality.UNKNOWN),
    "f.k.a.": (NameKind.FORMER, NameQuality.UNKNOWN),
    "": (NameKind.ALIAS, NameQuality.UNKNOWN),
}
# The first pattern that the source's words for a document meet gives its letter.
_DOCUMENT_TYPES = (
    ("P", re.compile(r"passport|passeport|pasaporte", re.IGNORECASE)),
    ("L", re.compile(r"driv|licen[cs]e|permit", re.IGNORECASE)),
    ("I", re.compile(r"identi|\bid\b", re.IGNORECASE)),
)
# Without an element of the number the note may tell it: `Beltanian passport number L 190000 issued on …`.
_NUMBER_IN_NOTE = re.compile(r"\b(?:number|no\.)\s+([A-Z]{0,3}[ -]?\d{5,})\b", re.IGNORECASE)


@dataclass
class IndividualReader:
    """Reads one INDIVIDUAL; `faults` grows with what was not understood.

    Source: `spec/watchlist-governance.md` §6.1.
    """

    element: Element
    source: str
    faults: list[RowFault] = field(default_factory=list)

    @cached_property
    def reference(self) -> str:
        """The permanent reference number (`QDi.000`)."""
        return self._required("REFERENCE_NUMBER")

    @cached_property
    def regime(self) -> str:
        """The sanctions regime (`UN_LIST_TYPE`)."""
        return self._required("UN_LIST_TYPE")

    def read(self) -> WatchlistEntry:
        """The entry, with every identifier that the element gives.

        Raises:
            MalformedList: The reference, the regime or the first name is missing.
        """
        for child in self.element:
            if child.tag not in _KNOWN_ELEMENTS:
                self._fault("UNKNOWN_ELEMENT", child)
        nationalities, nationality_texts = self._nationalities()
        birth_dates, birth_date_words = self._birth_dates()
        documents, document_words = self._documents()
        return WatchlistEntry(
            id=f"{self.source}:{self.reference}",
            category="UN_1267_LISTED" if self.regime == UN_1267_REGIME else None,
            names=tuple(self._names()),
            birth_dates=birth_dates,
            birth_places=tuple(self._birth_places()),
            nationalities=nationalities,
            nationality_texts=nationality_texts,
            sex=self._sex(),
            documents=documents,
            listings=(self._listing(),),
            addresses=tuple(self._addresses()),
            grounds=(*self._grounds(), *birth_date_words, *document_words),
        )

    def _required(self, tag: str) -> str:
        text = text_of(self.element, tag)
        if not text:
            raise MalformedList(reason="MISSING_ELEMENT", element=tag, line=line_of(self.element))
        return text

    def _fault(self, code: str, element: Element) -> None:
        self.faults.append(RowFault(code, self.reference, str(element.tag), line_of(element)))

    def _names(self) -> Iterator[EntryName]:
        self._required("FIRST_NAME")
        parts = (text_of(self.element, tag) for tag in _NAME_PARTS)
        yield EntryName(" ".join(part for part in parts if part), NameKind.PRIMARY)
        original = text_of(self.element, "NAME_ORIGINAL_SCRIPT")
        if original:
            yield EntryName(original, NameKind.ORIGINAL_SCRIPT)
        for alias in self.element.iterchildren("INDIVIDUAL_ALIAS"):
            if text_of(alias, "ALIAS_NAME"):
                yield self._alias(alias)

    def _alias(self, alias: Element) -> EntryName:
        quality_word = text_of(alias, "QUALITY").lower()
        if quality_word not in _ALIAS_KINDS:
            self._fault("UNKNOWN_QUALITY", alias)
        kind, quality = _ALIAS_KINDS.get(quality_word, (NameKind.ALIAS, NameQuality.UNKNOWN))
        city, country = text_of(alias, "CITY_OF_BIRTH"), text_of(alias, "COUNTRY_OF_BIRTH")
        state, state_text = self._state(alias, country)
        born = self._calendar_date(alias, text_of(alias, "DATE_OF_BIRTH"))
        return EntryName(
            text=text_of(alias, "ALIAS_NAME"),
            kind=kind,
            quality=quality,
            note=text_of(alias, "NOTE") or None,
            birth_dates=() if born is None else (born,),
            birth_places=(BirthPlace(city or None, state, None, state_text),) if city or country else (),
        )

    def _calendar_date(self, element: Element, text: str) -> BirthDate | None:
        """A date that stands alone: a full one is EXACT, a year is a YEAR, anything else is flagged."""
        if not text:
            return None
        parsed = _partial_date(text)
        if parsed is None:
            self._fault("UNREADABLE_DATE", element)
            return None
        if parsed.month is None:
            return BirthDate(BirthDateKind.YEAR, year=parsed.year)
        return BirthDate(BirthDateKind.EXACT, date=parsed)

    def _birth_dates(self) -> tuple[tuple[BirthDate, ...], tuple[str, ...]]:
        dates, words = [], []
        for element in self.element.iterchildren("INDIVIDUAL_DATE_OF_BIRTH"):
            note = text_of(element, "NOTE") or None
            parsed = self._birth_date(element, note)
            if parsed is not None:
                dates.append(parsed)
            elif said := _joined(element, (*_BIRTH_TEXTS, "NOTE")):
                words.append(f"Birth date in the source's words: {said}")
        return tuple(dates), tuple(words)

    def _birth_date(self, element: Element, note: str | None) -> BirthDate | None:
        kind = text_of(element, "TYPE_OF_DATE").upper()
        if kind == "BETWEEN":
            return self._between(element, note)
        sent = text_of(element, "DATE") or text_of(element, "YEAR")
        parsed = self._calendar_date(element, sent)
        if parsed is None:
            if not sent and (kind or note):
                self._fault("BIRTH_DATE_WITHOUT_YEAR", element)
            return None
        if kind.startswith("APPROX"):
            year = parsed.year if parsed.date is None else parsed.date.year
            return BirthDate(BirthDateKind.APPROXIMATE, year=year, note=note)
        return BirthDate(parsed.kind, date=parsed.date, year=parsed.year, note=note)

    def _between(self, element: Element, note: str | None) -> BirthDate | None:
        years = [_partial_date(text_of(element, tag)) for tag in ("FROM_YEAR", "TO_YEAR")]
        first, last = years
        if first is None or last is None or first.year > last.year:
            self._fault("UNREADABLE_DATE", element)
            return None
        return BirthDate(BirthDateKind.BETWEEN, from_year=first.year, to_year=last.year, note=note)

    def _birth_places(self) -> Iterator[BirthPlace]:
        for element in self.element.iterchildren("INDIVIDUAL_PLACE_OF_BIRTH"):
            state, state_text = self._state(element, text_of(element, "COUNTRY"))
            street_and_note = (text_of(element, "STREET"), text_of(element, "NOTE"))
            place = BirthPlace(
                city=text_of(element, "CITY") or None,
                country=state,
                region=text_of(element, "STATE_PROVINCE") or None,
                country_text=state_text,
                note="; ".join(text for text in street_and_note if text) or None,
            )
            if place != BirthPlace():
                yield place

    def _addresses(self) -> Iterator[EntryAddress]:
        for element in self.element.iterchildren("INDIVIDUAL_ADDRESS"):
            state, state_text = self._state(element, text_of(element, "COUNTRY"))
            address = EntryAddress(
                street=text_of(element, "STREET") or None,
                city=text_of(element, "CITY") or None,
                region=text_of(element, "STATE_PROVINCE") or None,
                postal_code=text_of(element, "ZIP_CODE") or None,
                country=state,
                country_text=state_text,
                note=text_of(element, "NOTE") or None,
            )
            if address != EntryAddress():
                yield address

    def _state(self, element: Element, name: str) -> tuple[str | None, str | None]:
        """The code of a State's name, or its text and a flag where the table does not know it."""
        if not name:
            return None, None
        code = state_code(name)
        if code is None:
            self._fault("UNMAPPED_STATE", element)
        return (code, None) if code else (None, name)

    def _nationalities(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        codes: dict[str, None] = {}
        texts: dict[str, None] = {}
        for value in self.element.iterfind("NATIONALITY/VALUE"):
            code, text = self._state(value, " ".join((value.text or "").split()))
            codes |= {code: None} if code else {}
            texts |= {text: None} if text else {}
        return tuple(codes), tuple(texts)

    def _sex(self) -> Sex | None:
        word = text_of(self.element, "GENDER").lower()
        if word and word not in _SEXES:
            self._fault("UNKNOWN_SEX", self.element)
        return _SEXES.get(word)

    def _documents(self) -> tuple[tuple[EntryDocument, ...], tuple[str, ...]]:
        documents, words = [], []
        for element in self.element.iterchildren("INDIVIDUAL_DOCUMENT"):
            kind = _joined(element, ("TYPE_OF_DOCUMENT", "TYPE_OF_DOCUMENT2"))
            number = text_of(element, "NUMBER") or _number_in(text_of(element, "NOTE"))
            if number:
                documents.append(self._document(element, kind, number))
            elif kind or text_of(element, "NOTE"):
                self._fault("DOCUMENT_WITHOUT_NUMBER", element)
                words.append(f"Document in the source's words: {_joined(element, None)}")
        return tuple(documents), tuple(words)

    def _document(self, element: Element, kind: str, number: str) -> EntryDocument:
        issuer, issuer_text = self._state(element, text_of(element, "ISSUING_COUNTRY"))
        place, place_text = self._state(element, text_of(element, "COUNTRY_OF_ISSUE"))
        issued = _partial_date(text_of(element, "DATE_OF_ISSUE"))
        other = place if issuer and place != issuer else None
        return EntryDocument(
            number=number,
            type=_document_type(kind),
            issuer=issuer or place,
            other_issuer=other,
            issuer_text="; ".join(text for text in (issuer_text, place_text) if text) or None,
            note=text_of(element, "NOTE") or None,
            type_text=kind or None,
            issued=None if issued is None else issued.as_date(),
            issued_at=text_of(element, "CITY_OF_ISSUE") or None,
        )

    def _listing(self) -> Listing:
        updates = [_day(value.text or "") for value in self.element.iterfind("LAST_DAY_UPDATED/VALUE")]
        return Listing(
            source=self.source,
            reference=self.reference,
            programme=self.regime,
            terrorism=True,
            row=text_of(self.element, "DATAID") or None,
            listed_on=_day(text_of(self.element, "LISTED_ON")),
            updated_on=max((day for day in updates if day is not None), default=None),
        )

    def _grounds(self) -> Iterator[str]:
        comment = text_of(self.element, "COMMENTS1")
        if comment:
            yield comment
        for value in self.element.iterfind("DESIGNATION/VALUE"):
            function = " ".join((value.text or "").split())
            if function:
                yield function


def _number_in(note: str) -> str | None:
    """The number that a document's note calls its number, or nothing; the note itself is kept whole."""
    found = _NUMBER_IN_NOTE.search(note)
    return None if found is None else found[1]


def _partial_date(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    """The calendar day at the start of a text; the UN sometimes writes a time zone after it."""
    parsed = _partial_date(text.strip()[:10])
    return None if parsed is None else parsed.as_date()


def _joined(element: Element, tags: Iterable[str] | None) -> str:
    """The texts of some children, or of all, in the order of the file, joined."""
    names = [str(child.tag) for child in element] if tags is None else list(tags)
    return ", ".join(text for text in (text_of(element, name) for name in names) if text)


def _document_type(words: str) -> str | None:
    if not words:
        return None
    return next((letter for letter, pattern in _DOCUMENT_TYPES if pattern.search(words)), "O")
