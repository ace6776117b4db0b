"""One person of OFAC's Advanced Sanctions Data Model: names by parts, features, papers, places. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from lxml.etree import _Element as Element

from services.screening.watchlist.entry import (
    BirthPlace,
    EntryAddress,
    EntryDocument,
    EntryName,
    NameKind,
    NameQuality,
)
from services.screening.watchlist.sources.drafts import Draft, add_once, sex_of
from services.screening.watchlist.sources.errors import RowFault
from services.screening.watchlist.sources.ofac_advanced_values import (
    ALIAS_TYPES,
    COUNTRIES,
    DETAILS,
    FEATURES,
    NAME_PARTS,
    PLACE_PARTS,
    SCRIPTS,
    References,
    birth_in,
    is_gregorian,
)
from services.screening.watchlist.sources.ofac_remarks import birth_place, document_letter, read_remarks
from services.screening.watchlist.sources.un_states import state_code
from services.screening.watchlist.sources.xml_rows import line_of, refusal, text_of

_SURNAMES: Final = frozenset({"last name", "matronymic"})
_ALIAS_KINDS: Final = {"f.k.a.": NameKind.FORMER}
_LATIN: Final = "Latn"
_STREET: Final = ("address1", "address2", "address3")


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the file: its parts by their kind in small letters, and its State's name."""

    parts: Mapping[str, str]
    state: str

    @classmethod
    def of(cls, row: Element, references: References) -> Self:
        """From a `Location`."""
        parts = {
            references.word(PLACE_PARTS, part.get("LocPartTypeID"), part).lower(): text_of(
                part, "LocationPartValue", "Value"
            )
            for part in row.iterfind("LocationPart")
        }
        country = row.find("LocationCountry")
        known = "" if country is None else references.word(COUNTRIES, country.get("CountryID"), country)
        return cls(parts, known)

    @property
    def words(self) -> str:
        """City, region and State, or whatever it says instead; parted by commas, the State last."""
        known = (self.parts.get("city"), self.parts.get("state/province"), self.state)
        return ", ".join(part for part in known if part) or ", ".join(self.parts.values())

    def address(self) -> EntryAddress:
        """The place as an address."""
        code = state_code(self.state) if self.state else None
        return EntryAddress(
            street=", ".join(self.parts[part] for part in _STREET if self.parts.get(part)) or None,
            city=self.parts.get("city") or None,
            region=self.parts.get("state/province") or self.parts.get("region") or None,
            postal_code=self.parts.get("postal code") or None,
            country=code,
            country_text=self.state if self.state and code is None else None,
        )


@dataclass(frozen=True, slots=True)
class Paper:
    """A registered paper; `fault` is what the file says is wrong with it, in small letters."""

    kind: str
    number: str
    state: str
    issued: date | None
    issued_at: str | None
    expires: date | None
    fault: str | None
    line: int


Around = tuple[References, Mapping[str, Place], Mapping[str, list[Paper]]]
"""What stands beside the persons in the file: the sets, the places, and the papers by identity."""


def read_profile(draft: Draft, profile: Element, around: Around) -> None:
    """Read a person's identities, features and papers into a draft.

    Raises:
        MalformedList: A number that nothing in the file explains.
    """
    references, _, papers = around
    for identity in profile.iterfind("Identity"):
        for name in _names(identity, references):
            # The primary name stands first, wherever its alias stood.
            if all(name.text != known.text for known in draft.names):
                draft.names.insert(0 if name.kind is NameKind.PRIMARY else len(draft.names), name)
        for paper in papers.get(identity.get("ID", ""), ()):
            _add_paper(draft, paper)
    for feature in profile.iterfind("Feature"):
        kind = references.word(FEATURES, feature.get("FeatureTypeID"), feature)
        read = _FEATURES.get(kind.lower())
        if read is not None:
            for version in feature.iterfind("FeatureVersion"):
                read(draft, version, around)


def _names(identity: Element, references: References) -> Iterator[EntryName]:
    types = {
        group.get("ID"): references.word(NAME_PARTS, group.get("NamePartTypeID"), group).lower()
        for group in identity.iterfind("NamePartGroups/MasterNamePartGroup/NamePartGroup")
    }
    # A second identity, or one that the file calls false, has a primary name too: an alias of the person.
    is_own = identity.get("Primary") != "false" and identity.get("False") != "true"
    for alias in identity.iterfind("Alias"):
        kind = NameKind.PRIMARY
        quality = NameQuality.UNKNOWN
        if not is_own or alias.get("Primary") != "true":
            words = references.word(ALIAS_TYPES, alias.get("AliasTypeID"), alias)
            kind = _ALIAS_KINDS.get(words.lower(), NameKind.ALIAS)
            quality = NameQuality.LOW if alias.get("LowQuality") == "true" else NameQuality.GOOD
        for written in alias.iterfind("DocumentedName"):
            name = _name(written, types, (kind, quality), references)
            if name is not None:
                yield name


def _name(
    written: Element,
    types: Mapping[str | None, str],
    what: tuple[NameKind, NameQuality],
    references: References,
) -> EntryName | None:
    surname: list[str] = []
    given: list[str] = []
    is_latin = True
    for part in written.iterfind("DocumentedNamePart/NamePartValue"):
        if part.get("NamePartGroupID") not in types:
            raise refusal("UNKNOWN_REFERENCE", part)
        script = part.get("ScriptID")
        is_latin = is_latin and (script is None or references.word(SCRIPTS, script, part) == _LATIN)
        text = " ".join((part.text or "").split())
        (surname if types[part.get("NamePartGroupID")] in _SURNAMES else given).append(text)
    whole = " ".join(part for part in (*given, *surname) if part)
    if not whole:
        return None
    is_told_apart = bool(surname and given)
    return EntryName(
        whole,
        what[0] if is_latin else NameKind.ORIGINAL_SCRIPT,
        what[1],
        surname=" ".join(surname) if is_told_apart else None,
        given_names=" ".join(given) if is_told_apart else None,
    )


def _add_paper(draft: Draft, paper: Paper) -> None:
    """A travel or identity paper becomes a document; other numbers stay text, read like a remark."""
    letter = document_letter(paper.kind)
    if letter is None:
        for ground in read_remarks(f"{paper.kind} {paper.number}".strip()).grounds:
            add_once(draft.grounds, ground)
        return
    if not paper.number:
        draft.faults.append(RowFault("DOCUMENT_WITHOUT_NUMBER", draft.reference, "IDRegDocument", paper.line))
        return
    issuer = state_code(paper.state) if paper.state else None
    if paper.state and issuer is None:
        draft.faults.append(RowFault("UNMAPPED_STATE", draft.reference, "IDRegDocument", paper.line))
    told = (paper.fault, None if paper.expires is None else f"expires {paper.expires:%d %b %Y}")
    document = EntryDocument(
        number=paper.number,
        type=letter,
        issuer=issuer,
        issuer_text=paper.state if paper.state and issuer is None else None,
        type_text=paper.kind,
        issued=paper.issued,
        issued_at=paper.issued_at,
        note="; ".join(words for words in told if words) or None,
    )
    add_once(draft.documents, document)


def _read_birth(draft: Draft, version: Element, around: Around) -> None:
    for period in version.iterfind("DatePeriod"):
        if not is_gregorian(period, around[0]):
            _flag(draft, "OTHER_CALENDAR", period)
            draft.keep_birth_words(" ".join(map(str, period.itertext())))
            continue
        birth = birth_in(period)
        if birth is None:
            _flag(draft, "UNREADABLE_DATE", period)
            draft.keep_birth_words(" ".join(map(str, period.itertext())))
        else:
            add_once(draft.birth_dates, birth)


def _read_birth_place(draft: Draft, version: Element, around: Around) -> None:
    """A place by words, or one of the file's places."""
    written = [text_of(version, "VersionDetail"), *(place.words for place in _places(version, around))]
    for words in written:
        if words:
            place: BirthPlace = birth_place(words)
            if place.country is None:
                _flag(draft, "UNMAPPED_STATE", version)
            add_once(draft.birth_places, place)


def _read_nationality(draft: Draft, version: Element, around: Around) -> None:
    for place in _places(version, around):
        draft.add_nationality(place.state or place.words)


def _read_sex(draft: Draft, version: Element, around: Around) -> None:
    for detail in version.iterfind("VersionDetail"):
        number = detail.get("DetailReferenceID")
        word = around[0].word(DETAILS, number, detail) if number else " ".join((detail.text or "").split())
        sex = sex_of(word)
        if sex is None:
            _flag(draft, "UNKNOWN_SEX", detail)
        draft.sex = draft.sex or sex


def _read_address(draft: Draft, version: Element, around: Around) -> None:
    for place in _places(version, around):
        address = place.address()
        if address != EntryAddress():
            add_once(draft.addresses, address)


def _places(version: Element, around: Around) -> Iterator[Place]:
    for each in version.iterfind("VersionLocation"):
        place = around[1].get(each.get("LocationID", ""))
        if place is None:
            raise refusal("UNKNOWN_REFERENCE", each)
        yield place


def _flag(draft: Draft, code: str, element: Element) -> None:
    draft.faults.append(RowFault(code, draft.reference, str(element.tag), line_of(element)))


_FEATURES: Final = {
    "birthdate": _read_birth,
    "place of birth": _read_birth_place,
    "nationality country": _read_nationality,
    "citizenship country": _read_nationality,
    "gender": _read_sex,
    "location": _read_address,
}
