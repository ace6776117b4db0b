"""OFAC's list of Specially Designated Nationals in the Advanced Sanctions Data Model (`sdn_advanced.xml`).

One normalised file: words are numbers that sets at its beginning explain, places and papers stand apart from
the persons, and the programmes come last. It is read as a stream in that order, by the same rules as the
other two forms, so that one person is one entry in each.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final

from lxml.etree import _Element as Element

from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.sources.drafts import Draft, read_of
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.ofac_advanced_party import Paper, Place, read_profile
from services.screening.watchlist.sources.ofac_advanced_values import (
    COUNTRIES,
    DOCUMENT_DATES,
    DOCUMENT_TYPES,
    MEASURES,
    PARTY_TYPES,
    SETS,
    SUBTYPES,
    VALIDITIES,
    References,
    day_in,
)
from services.screening.watchlist.sources.ofac_programmes import second_look
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.xml_rows import XmlLayout, XmlRows, line_of, refusal, text_of

ROOT: Final = "Sanctions"
_ISSUED: Final = "DateOfIssue"
_LAYOUT: Final = XmlLayout(
    root=ROOT,
    rows=dict.fromkeys(SETS, "ReferenceValueSets")
    | {
        "Location": "Locations",
        "IDRegDocument": "IDRegDocuments",
        "DistinctParty": "DistinctParties",
        # Links between persons are no ground and not kept; they are rows, so that their number is bounded.
        "ProfileRelationship": "ProfileRelationships",
        "SanctionsEntry": "SanctionsEntries",
        "SanctionsEntryLink": "SanctionsEntryLinks",
    },
    other_sections=frozenset({_ISSUED}),
    deeper=4,
)
_INDIVIDUAL: Final = "individual"
_PROGRAMME: Final = "program"
_SOUND: Final = frozenset({"", "valid", "unknown"})


def read_ofac_advanced(file: ListToRead) -> ReadList:
    """Read the list; entries are called `<source>:<FixedRef>`: `uid` and `ent_num` in the other forms.

    Of a person names, birth dates and places, nationalities, sex, papers and addresses are read; titles,
    links, numbers of telephones and wallets, and what else the model has, are not kept.

    Raises:
        MalformedList: Not this list, cut off, beyond the limits, a number twice, a number that no set
            explains, a person without a name, or no date of issue where the importer states none either.

    Source:
        OFAC, Advanced Sanctions List Standard (sdn_advanced_notes.pdf and its schema);
        `spec/watchlist-governance.md` §6.2; SG-01, SG-13 and SG-18.
    """
    reading = _Reading(file)
    for row in XmlRows(file.content, _LAYOUT, file.limits):
        reading.take(row)
    return reading.finished()


@dataclass(slots=True)
class _Reading:
    """What was read so far; each kind of row has a method."""

    file: ListToRead
    references: References = field(default_factory=References)
    places: dict[str, Place] = field(default_factory=dict)
    papers: dict[str, list[Paper]] = field(default_factory=dict)
    persons: dict[str, Draft] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    issued: datetime | None = None

    def take(self, row: Element) -> None:
        """Read one row; the sections come in the order in which they need each other."""
        name = str(row.tag)
        if name in SETS:
            self.references.add(row)
        elif name == _ISSUED:
            day = day_in(row)
            self.issued = None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
        elif name == "Location":
            self.places[row.get("ID", "")] = Place.of(row, self.references)
        elif name == "IDRegDocument":
            self.papers.setdefault(row.get("IdentityID", ""), []).append(self._paper(row))
        elif name == "DistinctParty":
            self._take_party(row)
        elif name == "SanctionsEntry":
            self._take_entry(row)

    def _take_party(self, row: Element) -> None:
        number = row.get("FixedRef", "")
        if number in self.seen or not number:
            raise refusal("REPEATED_REFERENCE" if number else "MISSING_ELEMENT", row)
        self.seen.add(number)
        for profile in row.iterfind("Profile"):
            party_type = self.references.word(SUBTYPES, profile.get("PartySubTypeID"), profile)
            if self.references.word(PARTY_TYPES, party_type, profile).lower() != _INDIVIDUAL:
                self.others.add(profile.get("ID", ""))
                continue
            draft = Draft(number, line_of(row))
            read_profile(draft, profile, (self.references, self.places, self.papers))
            if not draft.names:
                raise refusal("NAME_MISSING", profile)
            self.persons[profile.get("ID", "")] = draft

    def _take_entry(self, row: Element) -> None:
        """The programmes under which a person is listed, and since when."""
        profile = row.get("ProfileID", "")
        draft = self.persons.get(profile)
        if draft is None:
            if profile not in self.others:
                raise refusal("UNKNOWN_REFERENCE", row)
            return
        for measure in row.iterfind("SanctionsMeasure"):
            kind = self.references.word(MEASURES, measure.get("SanctionsTypeID"), measure)
            programme = text_of(measure, "Comment")
            if kind.lower() == _PROGRAMME and programme and programme not in draft.programmes:
                draft.programmes.append(programme)
        days = [day for each in row.iterfind("EntryEvent/Date") if (day := day_in(each)) is not None]
        draft.listed_on = min([*days, *([draft.listed_on] if draft.listed_on else [])], default=None)

    def _paper(self, row: Element) -> Paper:
        words = self.references.word
        country = row.get("IssuedBy-CountryID")
        validity = row.get("ValidityID")
        days: dict[str, date] = {}
        for each in row.iterfind("DocumentDate"):
            day = day_in(each.find("DatePeriod/Start/From"))
            if day is not None:
                days[words(DOCUMENT_DATES, each.get("IDRegDocDateTypeID"), each).lower()] = day
        sound = words(VALIDITIES, validity, row).lower() if validity else ""
        return Paper(
            kind=words(DOCUMENT_TYPES, row.get("IDRegDocTypeID"), row),
            number=text_of(row, "IDRegistrationNo"),
            state=words(COUNTRIES, country, row) if country else "",
            issued=days.get("issue date"),
            issued_at=self._place_of_issue(row),
            expires=days.get("expiration date"),
            fault=None if sound in _SOUND else sound,
            line=line_of(row),
        )

    def _place_of_issue(self, row: Element) -> str | None:
        number = row.get("IssuedIn-LocationID")
        if number is None:
            return None
        if number not in self.places:
            raise refusal("UNKNOWN_REFERENCE", row)
        return self.places[number].words or None

    def finished(self) -> ReadList:
        """The counts of all persons, and the entries of those under a programme that the State allows.

        Raises:
            MalformedList: It holds nobody, or nothing says of when it is.
        """
        if not self.seen:
            raise MalformedList(reason="NO_ROWS", element="DistinctParties", line=1)
        dated_at = self.issued or self.file.dated_at
        if dated_at is None:
            raise MalformedList(reason="MISSING_GENERATION_DATE", element=_ISSUED, line=1)
        persons = list(self.persons.values())
        for draft in persons:
            if second_look(draft.programmes):
                draft.flag("STATE_LINKED_PROGRAMME", "SanctionsMeasure")
        return read_of(self.file, persons, dated_at, len(self.others), _entry_of)


def _entry_of(draft: Draft, file: ListToRead) -> WatchlistEntry:
    """The person; the publisher's number is a row's, not an official reference."""
    entry = draft.entry(file)
    listings = (replace(each, reference=None, row=each.reference) for each in entry.listings)
    return replace(entry, listings=tuple(listings))
