"""What a travel document cannot say: warnings for the carrier's data quality, never a traveller's rejection.

A document that does not hold together is the carrier's fault as a rule, and a refugee's or a child's papers
are often unlike everybody else's: nothing here may cost anybody the flight, and nothing is a suspicion.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from services.ingest.formats.edifact import MAX_WARNINGS
from services.ingest.formats.mrz import SPECIMEN_STATE, check_digit
from services.ingest.formats.pnrgov.drafts import GROUP
from shared.travel.message import Fault, MessageKind, ParsedMessage, Severity
from shared.travel.partial_date import PartialDate
from shared.travel.reservation import ReservationTraveller
from shared.travel.states import BRITISH_NATIONALITIES, is_state
from shared.travel.traveller import TravelDocument, Traveller

MAX_AGE_YEARS = 120
MAX_YEARS_TO_EXPIRY = 20
MRZ_NUMBER_CHARACTERS = 9
MAX_NUMBER_CHARACTERS = 24
MIN_PLACEHOLDER_CHARACTERS = 4
#: Who a person is and no State issues: refugees, stateless persons, and nationals of the British kinds.
NATIONALITIES_ONLY = frozenset(["XXA", "XXB", "XXC", "XXX"]) | BRITISH_NATIONALITIES

#: Every code that is found here, and not by a reader.
CODES = frozenset(
    [
        "BIRTH_DATE_IMPLAUSIBLE",
        "BIRTH_DATE_IN_FUTURE",
        "DOCUMENT_CHECK_DIGIT",
        "DOCUMENT_EXPIRED",
        "DOCUMENT_EXPIRY_IMPLAUSIBLE",
        "DOCUMENT_ISSUED_AFTER_EXPIRY",
        "DOCUMENT_ISSUED_AFTER_TRAVEL",
        "DOCUMENT_ISSUER_IMPOSSIBLE",
        "DOCUMENT_NUMBER_CHARACTERS",
        "DOCUMENT_NUMBER_IS_ZONE",
        "DOCUMENT_NUMBER_LENGTH",
        "DOCUMENT_NUMBER_PLACEHOLDER",
        "DOCUMENT_NUMBER_WITH_CHECK_DIGIT",
        "NAME_CHARACTERS",
        "NATIONALITY_ISSUER_MISMATCH",
        "STATE_SPECIMEN",
    ]
)

_PRINTED_NAME = re.compile(r"[A-Za-z][A-Za-z '.,-]*")
_NUMBER = re.compile(r"[A-Za-z0-9]+(?:[ -][A-Za-z0-9]+)*")
# The second line of a passport or visa, as far as the expiry's check digit, where a number should stand.
_SECOND_LINE = re.compile(r"([A-Z0-9<]{9})(\d)[A-Z<]{3}([0-9<]{6})(\d)[FMX<]([0-9<]{6})(\d)[A-Z0-9<]*")

# The first letters of Doc 9303: passports, visas, and identity cards I, A and C.
_MACHINE_READABLE = frozenset("PVIAC")

_Found = tuple[str, str]
_NAMED, _BORN, _NATIONAL, _DOCUMENT = "name", "birth", "nationality", "document"
_SEGMENTS = {
    MessageKind.PAXLST: {_NAMED: "NAD", _BORN: "DTM", _NATIONAL: "NAT", _DOCUMENT: "DOC"},
    MessageKind.PNRGOV: {_NAMED: "TIF", _BORN: "SSR", _NATIONAL: "SSR", _DOCUMENT: "SSR"},
    MessageKind.PNRGOV_XML: {_NAMED: "Surname", _BORN: "DOCS", _NATIONAL: "DOCS", _DOCUMENT: "DOCS"},
    MessageKind.MANIFEST: {
        _NAMED: "surname",
        _BORN: "birth_date",
        _NATIONAL: "nationality",
        _DOCUMENT: "documents",
    },
}


def check_message(message: ParsedMessage, received_on: date) -> ParsedMessage:
    """The message with a warning for each thing that its travellers' documents cannot say.

    Args:
        message: As its reader gave it; one that was refused comes back as it is.
        received_on: The day of receipt, where the flight has no date.

    Source:
        ICAO Doc 9303; `spec/mrz.md` §2 to §8; `spec/parsed-message.md` (faults).
    """
    if message.is_rejected or not (message.travellers or message.reservations):
        return message
    travel_date = _travel_date(message) or received_on
    found: list[Fault] = []
    for ordinal, traveller in zip(message.ordinals, message.travellers, strict=True):
        found.extend(check_traveller(traveller, travel_date, ordinal, kind=message.kind))
    for reservation in message.reservations:
        for ordinal, named in enumerate(reservation.travellers, start=1):
            if named.kind == GROUP:
                # A group is named for its agency or its tour, and holds no document.
                continue
            faults = check_traveller(named, travel_date, ordinal, kind=message.kind)
            if faults:
                found.extend(replace(fault, locator=reservation.locator) for fault in faults)
    room = max(0, MAX_WARNINGS - len(message.faults))
    return replace(message, faults=(*message.faults, *found[:room])) if found else message


def check_traveller(
    traveller: Traveller | ReservationTraveller,
    travel_date: date,
    ordinal: int,
    *,
    kind: MessageKind = MessageKind.PAXLST,
) -> tuple[Fault, ...]:
    """A warning for each thing that this traveller's name, dates, States and documents cannot say.

    Args:
        traveller: States normalised as far as they are known; dates as read.
        travel_date: The day of the flight, local to its departure.
        ordinal: The traveller's place in the message, or in its reservation, from 1.
        kind: The format, which names the segment or member that a fault stands in.

    Returns:
        Faults without a segment's position, which only the reader knows; each at most once a document.
    """
    found: list[_Found] = []
    given, birth, nationality = traveller.given_names, traveller.birth_date, traveller.nationality
    if not _PRINTED_NAME.fullmatch(traveller.surname) or (given and not _PRINTED_NAME.fullmatch(given)):
        found.append((_NAMED, "NAME_CHARACTERS"))
    if birth is not None:
        found.extend((_BORN, code) for code in _birth_faults(birth, travel_date))
    if nationality is not None:
        found.extend((_NATIONAL, code) for code in _nationality_faults(nationality, traveller.documents))
    for document in traveller.documents:
        found.extend((_DOCUMENT, code) for code in _document_faults(document, travel_date))
    if not found:
        return ()
    names = _SEGMENTS[kind]
    position = ordinal if kind is MessageKind.MANIFEST else None
    return tuple(
        Fault(
            Severity.WARNING,
            code,
            names[place],
            position,
            ordinal,
            carrier_reference=getattr(traveller, "carrier_reference", None),
            locator=getattr(traveller, "record_locator", None),
        )
        for place, code in dict.fromkeys(found)
    )


def _travel_date(message: ParsedMessage) -> date | None:
    leg = None if message.flight is None else message.flight.crossing_leg
    moment = None if leg is None else leg.departure or leg.arrival
    return None if moment is None else moment.date()


def _birth_faults(birth: PartialDate, travel_date: date) -> Iterator[str]:
    earliest = date(birth.year, birth.month or 1, birth.day or 1)
    if earliest > travel_date:
        yield "BIRTH_DATE_IN_FUTURE"
    elif travel_date.year - birth.year > MAX_AGE_YEARS:
        yield "BIRTH_DATE_IMPLAUSIBLE"


def _nationality_faults(nationality: str, documents: Iterable[TravelDocument]) -> Iterator[str]:
    if not is_state(nationality):
        yield _state_fault(nationality)
    elif nationality in BRITISH_NATIONALITIES and any(
        _is_passport(document) and document.issuer not in {None, "GBR"} for document in documents
    ):
        yield "NATIONALITY_ISSUER_MISMATCH"


def _document_faults(document: TravelDocument, travel_date: date) -> Iterator[str]:
    yield from _number_faults(document)
    issuer, expiry, issued = document.issuer, document.expiry, document.issued
    if issuer is not None and not is_state(issuer):
        yield _state_fault(issuer)
    elif issuer in NATIONALITIES_ONLY:
        yield "DOCUMENT_ISSUER_IMPOSSIBLE"
    if expiry is not None:
        if expiry < travel_date:
            yield "DOCUMENT_EXPIRED"
        elif expiry.year - travel_date.year > MAX_YEARS_TO_EXPIRY:
            yield "DOCUMENT_EXPIRY_IMPLAUSIBLE"
    if issued is not None:
        if expiry is not None and issued > expiry:
            yield "DOCUMENT_ISSUED_AFTER_EXPIRY"
        if issued > travel_date:
            yield "DOCUMENT_ISSUED_AFTER_TRAVEL"


def _number_faults(document: TravelDocument) -> Iterator[str]:
    """What no machine-readable document has for a number; other papers are their issuer's own affair."""
    number = document.number
    if document.type is None or document.type[:1] not in _MACHINE_READABLE:
        return
    if _SECOND_LINE.fullmatch(number):
        yield from _zone_faults(number)
        return
    sent = number.rstrip("<")
    if not _NUMBER.fullmatch(sent):
        yield "DOCUMENT_NUMBER_CHARACTERS"
        return
    bare = sent.replace(" ", "").replace("-", "").upper()
    if len(bare) > MAX_NUMBER_CHARACTERS:
        yield "DOCUMENT_NUMBER_LENGTH"
    elif len(bare) >= MIN_PLACEHOLDER_CHARACTERS and len(set(bare)) == 1:
        yield "DOCUMENT_NUMBER_PLACEHOLDER"
    elif _is_passport(document) and len(bare) > MRZ_NUMBER_CHARACTERS:
        yield _long_number_fault(bare)


def _long_number_fault(number: str) -> str:
    """A passport's zone has nine places: a tenth is its check digit, read along with the number."""
    first, check = number[:MRZ_NUMBER_CHARACTERS], number[MRZ_NUMBER_CHARACTERS:]
    if check == str(check_digit(first)):
        return "DOCUMENT_NUMBER_WITH_CHECK_DIGIT"
    return "DOCUMENT_CHECK_DIGIT" if len(check) == 1 and check.isdecimal() else "DOCUMENT_NUMBER_LENGTH"


def _zone_faults(line: str) -> Iterator[str]:
    """A whole line of the machine-readable zone was sent as the number."""
    yield "DOCUMENT_NUMBER_IS_ZONE"
    fields = (line[:9], line[9]), (line[13:19], line[19]), (line[21:27], line[27])
    if any(str(check_digit(text)) != sent for text, sent in fields):
        yield "DOCUMENT_CHECK_DIGIT"


def _state_fault(code: str) -> str:
    return "STATE_SPECIMEN" if code == SPECIMEN_STATE else "STATE_UNKNOWN"


def _is_passport(document: TravelDocument) -> bool:
    return document.type is not None and document.type.startswith("P")
