"""OFAC's list of Specially Designated Nationals, XML (`sdnList`): the CSV's data, typed, in one file.

What the CSV hides in remarks stands in elements of its own here; it is read by the same rules, so that one
person is one entry in either form.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from lxml.etree import _Element as Element

from services.screening.watchlist.entry import (
    EntryAddress,
    EntryDocument,
    EntryName,
    NameKind,
    NameQuality,
    WatchlistEntry,
)
from services.screening.watchlist.sources.drafts import add_once
from services.screening.watchlist.sources.errors import MalformedList, RowFault
from services.screening.watchlist.sources.ofac_entry import ofac_entry
from services.screening.watchlist.sources.ofac_programmes import second_look
from services.screening.watchlist.sources.ofac_remarks import (
    Remarks,
    birth_date,
    birth_place,
    document_letter,
    issue_day,
    read_remarks,
)
from services.screening.watchlist.sources.read_list import ListSoFar, ListToRead, ReadList
from services.screening.watchlist.sources.un_states import state_code
from services.screening.watchlist.sources.xml_rows import XmlLayout, XmlRows, line_of, refusal, text_of

_PUBLISHED: Final = "publshInformation"
_LAYOUT: Final = XmlLayout(
    root="sdnList", rows={"sdnEntry": "sdnList"}, other_sections=frozenset({_PUBLISHED})
)
_ALIAS_KINDS: Final = {"f.k.a.": NameKind.FORMER}
_QUALITIES: Final = {"strong": NameQuality.GOOD, "weak": NameQuality.LOW}
_STREET: Final = ("address1", "address2", "address3")


def read_ofac_xml(file: ListToRead) -> ReadList:
    """Read the list; entries are called `<source>:<uid>`, which is the CSV's `ent_num`.

    Every individual is read, whatever its programme; an entry has a listing for each of its programmes.

    Raises:
        MalformedList: Not this list, cut off, beyond the limits, a number twice, a person without a name, or
            no date of publication where the importer states none either.

    Source:
        `spec/watchlist-governance.md` §6.2; SG-01, SG-13 and SG-18.
    """
    so_far = ListSoFar(file)
    seen: set[str] = set()
    published: datetime | None = None
    for row in XmlRows(file.content, _LAYOUT, file.limits):
        if row.tag == _PUBLISHED:
            published = _published(row)
            continue
        number = text_of(row, "uid")
        if number in seen or not number:
            raise refusal("REPEATED_REFERENCE" if number else "MISSING_ELEMENT", row)
        seen.add(number)
        if text_of(row, "sdnType").lower() != "individual":
            so_far.left_out += 1
            continue
        reader = _PersonReader(row, file)
        so_far.add(reader.read(), reader.programmes, reader.faults)
    dated_at = published or file.dated_at
    if dated_at is None:
        raise MalformedList(reason="MISSING_GENERATION_DATE", element=_PUBLISHED, line=1)
    return so_far.finished(dated_at)


def _published(section: Element) -> datetime | None:
    """The day of publication, month first as the publisher writes it, at midnight UTC."""
    try:
        return datetime.strptime(text_of(section, "Publish_Date"), "%m/%d/%Y").replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(slots=True)
class _PersonReader:
    """Reads one `sdnEntry` of an individual; `faults` grows with what was not understood."""

    row: Element
    file: ListToRead
    faults: list[RowFault] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The publisher's number of the person."""
        return text_of(self.row, "uid")

    @property
    def programmes(self) -> tuple[str, ...]:
        """The sanctions programmes, each once."""
        found = (" ".join((each.text or "").split()) for each in self.row.iterfind("programList/program"))
        return tuple(dict.fromkeys(each for each in found if each))

    def read(self) -> WatchlistEntry:
        """The entry.

        Raises:
            MalformedList: The person has no name.
        """
        told = self._told()
        if second_look(self.programmes):
            self._fault("STATE_LINKED_PROGRAMME", self.row)
        return ofac_entry(
            self.file, self.number, self.programmes, told, names=self._names(), addresses=self._addresses()
        )

    def _fault(self, code: str, element: Element) -> None:
        self.faults.append(RowFault(code, self.number, str(element.tag), line_of(element)))

    def _told(self) -> Remarks:
        """What the CSV has in its remarks: from elements here, and from what is left of the remarks."""
        told = read_remarks(text_of(self.row, "remarks").strip("()"))
        for each in self.row.iterfind("dateOfBirthList/dateOfBirthItem"):
            self._read_birth(told, each)
        for each in self.row.iterfind("placeOfBirthList/placeOfBirthItem"):
            place = birth_place(text_of(each, "placeOfBirth"))
            if place.country is None:
                self._fault("UNMAPPED_STATE", each)
            add_once(told.birth_places, place)
        for path in ("nationalityList/nationality", "citizenshipList/citizenship"):
            for each in self.row.iterfind(path):
                self._read_nationality(told, each)
        for each in self.row.iterfind("idList/id"):
            self._read_id(told, each)
        return told

    def _read_birth(self, told: Remarks, item: Element) -> None:
        written = text_of(item, "dateOfBirth")
        birth = birth_date(written)
        if birth is not None:
            add_once(told.birth_dates, birth)
        elif written:
            self._fault("UNREADABLE_DATE", item)
            add_once(told.grounds, f"DOB {written}")

    def _read_nationality(self, told: Remarks, item: Element) -> None:
        name = text_of(item, "country")
        code = state_code(name)
        if code is not None:
            add_once(told.nationalities, code)
        elif name:
            self._fault("UNMAPPED_STATE", item)
            add_once(told.nationality_texts, name)

    def _read_id(self, told: Remarks, item: Element) -> None:
        """A document; a sex; or words, which are read as the CSV's remarks are."""
        kind, number = text_of(item, "idType"), text_of(item, "idNumber")
        letter = document_letter(kind)
        if letter is None or not any(sign.isdigit() for sign in number):
            said = read_remarks(f"{kind} {number}".strip())
            told.sex = told.sex or said.sex
            told.grounds += [ground for ground in said.grounds if ground not in told.grounds]
            return
        state = text_of(item, "idCountry")
        issuer = state_code(state)
        if state and issuer is None:
            self._fault("UNMAPPED_STATE", item)
        expires = text_of(item, "expirationDate")
        document = EntryDocument(
            number=number,
            type=letter,
            issuer=issuer,
            issuer_text=state if state and issuer is None else None,
            type_text=kind,
            issued=issue_day(text_of(item, "issueDate")),
            note=f"expires {expires}" if expires else None,
        )
        add_once(told.documents, document)

    def _names(self) -> Iterator[EntryName]:
        primary = _name(self.row, NameKind.PRIMARY, NameQuality.UNKNOWN)
        if primary is None:
            raise refusal("NAME_MISSING", self.row)
        yield primary
        for alias in self.row.iterfind("akaList/aka"):
            kind = _ALIAS_KINDS.get(text_of(alias, "type").lower(), NameKind.ALIAS)
            quality = _QUALITIES.get(text_of(alias, "category").lower())
            if quality is None:
                self._fault("UNKNOWN_QUALITY", alias)
            name = _name(alias, kind, quality or NameQuality.UNKNOWN)
            if name is not None:
                yield name

    def _addresses(self) -> Iterator[EntryAddress]:
        for item in self.row.iterfind("addressList/address"):
            state = text_of(item, "country")
            code = state_code(state) if state else None
            address = EntryAddress(
                street=", ".join(text for tag in _STREET if (text := text_of(item, tag))) or None,
                city=text_of(item, "city") or None,
                region=text_of(item, "stateOrProvince") or None,
                postal_code=text_of(item, "postalCode") or None,
                country=code,
                country_text=state if state and code is None else None,
            )
            if address != EntryAddress():
                yield address


def _name(element: Element, kind: NameKind, quality: NameQuality) -> EntryName | None:
    surname, given = text_of(element, "lastName"), text_of(element, "firstName")
    whole = " ".join(part for part in (given, surname) if part)
    if not whole:
        return None
    is_told_apart = bool(surname and given)
    return EntryName(
        whole,
        kind,
        quality,
        surname=surname if is_told_apart else None,
        given_names=given if is_told_apart else None,
    )
