"""One traveller of a PAXLST while its segments are read: NAD, what follows, a DOC for each document."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, NamedTuple

from services.ingest.formats import names
from services.ingest.formats.dates import read_birth_date, read_document_date
from services.ingest.formats.document_kinds import document_letter
from services.ingest.formats.people import MAX_DOCUMENTS
from services.ingest.formats.separators import Segment
from shared.travel.message import Fault, Severity
from shared.travel.states import normalise_state
from shared.travel.traveller import (
    Address,
    Bags,
    CrewDuty,
    Place,
    Sex,
    TravelDocument,
    Traveller,
    TravellerRole,
)

# Many times what a person carries, and few enough that a long message stays within memory.
MAX_BAG_TAGS = 50
POUNDS_TO_KILOGRAMS = 0.45359237

_AIRPORT_FACTS = {"22": "clearance", "178": "embarkation", "179": "debarkation"}
_REFERENCES = {
    "AVF": "record_locator",
    "ABO": "carrier_reference",
    "SEA": "seat",
    "AEA": "redress_number",
}
_NULL = frozenset(["NULL", "null", "Null"])
_SEXES = {"F": Sex.FEMALE, "M": Sex.MALE, "X": Sex.UNSPECIFIED, "U": Sex.UNKNOWN, "<": Sex.UNKNOWN}
_DUTIES = {
    "CR1": CrewDuty.COCKPIT,
    "CR2": CrewDuty.CABIN,
    "CR3": CrewDuty.MANAGEMENT,
    "CR4": CrewDuty.CARGO,
    "CR5": CrewDuty.DEADHEAD,
}
_VERIFIED = {"173": True, "ZZZ": True, "174": False}
_AMOUNT = re.compile(r"(\d{1,6})(?:[.,]\d*)?")
_HAS_DIGIT = re.compile(r"\d")
_BAG_TAG = re.compile(r"(?=[A-Z ]*\d)[A-Z0-9 ]{1,20}", re.IGNORECASE)
_NAME_ELEMENTS = (3, 2, 4)
# What is said first of these stands: a second nationality or issuer is another's, or a slip.
_ISSUER, _NATIONALITY = "issuer", "nationality"


def value(segment: Segment, element: int, component: int = 0) -> str:
    """A component without blanks around it; empty where it was left out or says `NULL`."""
    elements = segment.elements
    if element >= len(elements) or component >= len(elements[element]):
        return ""
    text = elements[element][component].strip()
    return "" if text in _NULL else text


def is_free_text(segment: Segment) -> bool:
    """Whether an FTX is a remark: of any other kind than bag tags, or a text in a tag's place."""
    tag = value(segment, 3)
    return segment.get(0).upper() != "BAG" or (tag != "" and _BAG_TAG.fullmatch(tag) is None)


class Fact(NamedTuple):
    """What a segment says of whomever it stands under: the name of a `Traveller`'s member, and its value.

    The same segment says the same of the next traveller, so that it need not be read again. `issuer` is of
    the document that is open.
    """

    name: str
    value: Any


@dataclass(slots=True)
class _Document:
    type: str | None
    number: str
    issuer: str | None = None
    expiry: date | None = None
    issued: date | None = None


class TravellerDraft:
    """What was read of one traveller so far, and the faults met."""

    def __init__(self, ordinal: int, role: TravellerRole, header: Segment, today: date) -> None:
        self.ordinal = ordinal
        self._today = today
        self._rejection: tuple[str, str, int, int | None] | None = None
        self._warnings: list[tuple[str, str, int, int | None]] = []
        self._facts: dict[str, Any] = {"role": role}
        self._documents: list[_Document] = []
        # A DOC without type and number is filler: it is open, so that its LOC and DTM are filler too.
        self._open_document: _Document | None = None
        self._phones: list[str] = []
        self._emails: list[str] = []
        self._bag_count: int | None = None
        self._bag_weight: int | None = None
        self._bag_tags: list[str] = []
        self._read_name_and_address(header)

    def reject(self, code: str, tag: str, position: int, element: int | None = None) -> None:
        """Say that this traveller cannot be taken; the first reason stands. Elements count from 1."""
        if self._rejection is None:
            self._rejection = (code, tag, position, element)

    def warn(self, code: str, tag: str, position: int, element: int | None = None) -> None:
        """Note a fault that costs nobody anything."""
        self._warnings.append((code, tag, position, element))

    def take(self, segment: Segment) -> Fact | None:
        """Read one segment of the group; unknown tags and qualifiers are passed over.

        Returns:
            What it says, where it would say the same of another traveller: `learn` takes it.
        """
        handler = self._HANDLERS.get(segment.tag)
        return None if handler is None else handler(self, segment)

    def learn(self, fact: Fact) -> None:
        """Take what a segment says that was read before."""
        name, value = fact
        if name == _ISSUER:
            document = self._open_document
            if document is not None and document.issuer is None:
                document.issuer = value
        elif name != _NATIONALITY or self._facts.get(_NATIONALITY) is None:
            self._facts[name] = value

    def faults(self) -> list[Fault]:
        """Every fault of this traveller, with the carrier's own references."""
        if self._rejection is None and not self._warnings:
            return []
        found = [(Severity.WARNING, *warning) for warning in self._warnings]
        if self._rejection is not None:
            found.insert(0, (Severity.TRAVELLER_REJECTED, *self._rejection))
        reference, locator = self._facts.get("carrier_reference"), self._facts.get("record_locator")
        return [
            Fault(severity, code, tag, position, self.ordinal, reference, locator, element)
            for severity, code, tag, position, element in found
        ]

    def build(self) -> Traveller | None:
        """The traveller, or `None` where it was rejected."""
        if self._rejection is not None:
            return None
        facts = self._facts
        if self._bag_tags or self._bag_count is not None or self._bag_weight is not None:
            facts["bags"] = Bags(self._bag_count, self._bag_weight, tuple(self._bag_tags))
        facts["documents"] = tuple(
            [
                TravelDocument(each.type, each.number, each.issuer, each.expiry, each.issued)
                for each in self._documents
            ]
        )
        if self._phones:
            facts["phones"] = tuple(self._phones)
        if self._emails:
            facts["emails"] = tuple(self._emails)
        return Traveller.saying(facts)

    def _read_name_and_address(self, header: Segment) -> None:
        elements = header.elements
        at = _name_element(header)
        name = elements[at] if at < len(elements) else [""]
        surname, given = name[0].strip(), names.joined(name[1:])
        if names.is_no_name(surname) and not (surname.upper() == "NULL" and given):
            # Null is a real surname; beside a given name it is taken for one.
            surname = ""
        if not given and "/" in surname:
            # As reservation systems write it; no name has a slash in it.
            surname, _, given = (part.strip() for part in surname.partition("/"))
            self.warn("NAME_NOT_DIVIDED", header.tag, header.position, at + 1)
        facts = self._facts
        facts["name_sent"] = ":".join(name).rstrip(":") or None
        if not surname and given:
            self.warn("SURNAME_MISSING", header.tag, header.position, at + 1)
            surname, given = given, ""
        if not surname:
            self.reject("NAME_MISSING", header.tag, header.position, at + 1)
        elif at != _NAME_ELEMENTS[0]:
            self.warn("NAME_MISPLACED", header.tag, header.position, at + 1)
        facts["surname"] = surname
        facts["given_names"] = names.without_titles(given) or None
        if len(elements) > at + 1:
            facts["address"] = self._read_address(header, at + 1)

    def _read_address(self, header: Segment, at: int) -> Address | None:
        street = " ".join(part.strip() for part in header.elements[at] if part.strip())
        city = value(header, at + 1)
        region = value(header, at + 2, 3) or value(header, at + 2)
        postal_code, country, place = value(header, at + 3), value(header, at + 4), at + 5
        if not country and normalise_state(postal_code) is not None:
            # One element too few: without a sub-division, postcode and country stand one place to the left.
            region, postal_code, country, place = "", value(header, at + 2), postal_code, at + 4
        state = self._state(country, header, place) if country else None
        if not (street or city or region or postal_code or state):
            return None
        return Address(street or None, city or None, region or None, postal_code or None, state)

    def _state(self, text: str, segment: Segment, element: int = 2) -> str | None:
        state = normalise_state(text)
        if state is None and text:
            self.warn("STATE_UNKNOWN", segment.tag, segment.position, element)
        return state

    def _say(self, name: str, said: Any) -> Fact | None:
        """Write a fact down; where nothing is said there is nothing to remember, but perhaps a warning."""
        fact = Fact(name, said)
        self.learn(fact)
        return None if said is None else fact

    def _take_att(self, segment: Segment) -> Fact | None:
        if segment.get(0) != "2":
            return None
        proper = value(segment, 2).upper()
        sent = proper or value(segment, 1).upper()
        sex = _SEXES.get(sent)
        if sent and sex is None:
            self.warn("SEX_UNKNOWN", segment.tag, segment.position, 3 if proper else 2)
        return self._say("sex", sex)

    def _take_dtm(self, segment: Segment) -> None:
        qualifier = segment.get(0)
        text = value(segment, 0, 1) or value(segment, 1)
        if qualifier == "329":
            self._take_birth_date(segment, text)
        elif qualifier in {"36", "182"} and text:
            self._take_document_date(segment, qualifier, text)

    def _take_birth_date(self, segment: Segment, text: str) -> None:
        self._facts["birth_date_sent"] = text or None
        if not text:
            return
        try:
            self._facts["birth_date"] = read_birth_date(text, self._today)
        except ValueError:
            self.reject("BIRTH_DATE_IMPOSSIBLE", segment.tag, segment.position, 1)

    def _take_document_date(self, segment: Segment, qualifier: str, text: str) -> None:
        document = self._open_document
        if document is None:
            self.warn("DOCUMENT_MISSING", segment.tag, segment.position)
            return
        try:
            day = read_document_date(text)
        except ValueError:
            self.warn("DOCUMENT_DATE_IMPOSSIBLE", segment.tag, segment.position, 1)
            return
        if qualifier == "36":
            document.expiry = day
        else:
            document.issued = day

    def _take_mea(self, segment: Segment) -> None:
        kind = segment.get(0).upper()
        amount = _AMOUNT.fullmatch(value(segment, 2, 1) or value(segment, 2))
        if amount is None:
            return
        if kind == "CT":
            self._bag_count = int(amount[1])
        elif kind == "WT":
            in_pounds = segment.get(2).upper() == "LBR"
            self._bag_weight = round(int(amount[1]) * (POUNDS_TO_KILOGRAMS if in_pounds else 1))

    def _take_gei(self, segment: Segment) -> Fact | None:
        code = segment.get(1).upper()
        if segment.get(0) != "4" or code not in _VERIFIED:
            return None
        return self._say("verified", _VERIFIED[code])

    def _take_bag_tags(self, segment: Segment) -> None:
        first, count = value(segment, 3), value(segment, 3, 1)
        weight = _AMOUNT.fullmatch(value(segment, 1))
        if weight is not None and self._bag_weight is None:
            self._bag_weight = int(weight[1])
        if not first:
            return
        self._bag_tags.append(first)
        prefix = first.rstrip("0123456789")
        number = first[len(prefix) :]
        if not number or not count.isdecimal():
            return
        more = int(count[:9]) - 1
        if len(self._bag_tags) + more > MAX_BAG_TAGS:
            self.warn("MAX_BAG_TAGS", segment.tag, segment.position, 4)
            return
        for step in range(1, more + 1):
            self._bag_tags.append(f"{prefix}{int(number) + step:0{len(number)}}")

    def _take_loc(self, segment: Segment) -> Fact | None:
        qualifier = segment.get(0)
        if qualifier in _AIRPORT_FACTS:
            return self._say(_AIRPORT_FACTS[qualifier], value(segment, 1).upper() or None)
        if qualifier == "91":
            document = self._open_document
            if document is not None and document.issuer is None:
                return self._say(_ISSUER, self._state(value(segment, 1), segment))
        elif qualifier == "180":
            self._take_birth_place(segment)
        elif qualifier == "174":
            return self._say("residence", self._state(value(segment, 1), segment))
        return None

    def _take_birth_place(self, segment: Segment) -> None:
        sent, city = value(segment, 1), value(segment, 1, 3)
        state = normalise_state(sent) if sent else None
        if sent and state is None:
            city = city or sent
        if state is None and city:
            words = city.split()
            state = normalise_state(words[-1]) if len(words[-1]) == len("GBR") else None
            city = " ".join(words[:-1]) if state else city
        self._facts["birth_place"] = Place(city or None, state) if city or state else None

    def _take_com(self, segment: Segment) -> None:
        for number in range(len(segment.elements)):
            address, kind = value(segment, number), segment.get(number, 1).upper()
            if address and kind == "TE":
                self._phones.append(address)
            elif address and kind == "EM":
                self._emails.append(address)

    def _take_emp(self, segment: Segment) -> Fact | None:
        duty = _DUTIES.get(segment.get(1).upper())
        return None if duty is None else self._say("crew_duty", duty)

    def _take_nat(self, segment: Segment) -> Fact | None:
        if segment.get(0) != "2" or self._facts.get(_NATIONALITY) is not None:
            return None
        return self._say(_NATIONALITY, self._state(value(segment, 1), segment))

    def _take_rff(self, segment: Segment) -> None:
        member = _REFERENCES.get(segment.get(0).upper())
        if member is not None:
            self._facts[member] = value(segment, 0, 1) or None

    def _take_doc(self, segment: Segment) -> None:
        kind, number = document_letter(value(segment, 0)), value(segment, 1)
        self._open_document = _Document(kind, number)
        if len(self._documents) >= MAX_DOCUMENTS:
            self.warn("MAX_DOCUMENTS", segment.tag, segment.position)
        elif number:
            self._documents.append(self._open_document)
        elif kind:
            self.warn("DOCUMENT_NUMBER_MISSING", segment.tag, segment.position, 2)

    _HANDLERS: ClassVar[dict[str, Callable[["TravellerDraft", Segment], Fact | None]]] = {
        "ATT": _take_att,
        "DTM": _take_dtm,
        "MEA": _take_mea,
        "GEI": _take_gei,
        "FTX": _take_bag_tags,
        "LOC": _take_loc,
        "COM": _take_com,
        "EMP": _take_emp,
        "NAT": _take_nat,
        "RFF": _take_rff,
        "DOC": _take_doc,
    }


def _name_element(header: Segment) -> int:
    """Where the name stands: its own element, or the one beside it where a sender slipped by one plus."""
    proper, before, after = _NAME_ELEMENTS
    if header.get(proper) or header.get(proper, 1):
        is_street = bool(header.get(before)) and bool(_HAS_DIGIT.search(header.get(proper)))
        return before if is_street else proper
    for element in (before, after):
        if header.get(element) or header.get(element, 1):
            return element
    return proper
