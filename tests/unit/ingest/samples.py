"""Messages for tests: the worked examples, and a writer of PAXLST whose output must read back equal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from services.ingest.formats.registry import read_messages
from services.ingest.replies.segments import Element, write_segment
from shared.travel.flight import Flight, Leg
from shared.travel.message import ParsedMessage
from shared.travel.traveller import Address, TravelDocument, Traveller, TravellerRole

MESSAGES = Path(__file__).parents[2] / "data" / "messages"
RECEIVED_AT = datetime(2027, 11, 14, 4, 58, 7, tzinfo=UTC)
EXAMPLE_A = (MESSAGES / "paxlst-a.edi").read_bytes()
EXAMPLE_B = (MESSAGES / "paxlst-b.edi").read_bytes()


class Way(StrEnum):
    """How the legs of a flight are sent: a TDT group each, pairs of airports in one, or a chain."""

    A_GROUP_A_LEG = "a group a leg"
    PAIRS = "pairs"
    CHAIN = "chain"


_QUALIFIERS = {
    TravellerRole.PASSENGER: "FL",
    TravellerRole.CREW: "FM",
    TravellerRole.TRANSIT_PASSENGER: "DDU",
    TravellerRole.TRANSIT_CREW: "DDT",
}
_DUTIES = {"COCKPIT": "CR1", "CABIN": "CR2", "MANAGEMENT": "CR3", "CARGO": "CR4", "DEADHEAD": "CR5"}


def read_one(body: bytes | str) -> ParsedMessage:
    """The one message of a body."""
    raw = body.encode() if isinstance(body, str) else body
    (message,) = read_messages(raw, "application/edifact", RECEIVED_AT)
    return message


def codes(message: ParsedMessage) -> list[str]:
    """The codes of a message's faults."""
    return [fault.code for fault in message.faults]


@dataclass(frozen=True)
class Written:
    """The parts of an interchange that a test may change."""

    header: str = "UNB+UNOA:4+XADCS+XAAGOV+271114:0410+REF1++APIS'"
    function: str = "BGM+745'"
    flight: str = "TDT+20+XA418+++XA'LOC+125+DXB'DTM+189:2711140530:201'LOC+87+ATH'DTM+232:2711140905:201'"
    people: str = ""
    end: str = ""
    head: str = ""

    def __str__(self) -> str:
        body = f"{self.function}{self.head}{self.flight}{self.people}{self.end}"
        count = body.count("'") - body.count("?'") + 2
        return f"{self.header}UNH+1+PAXLST:D:15B:UN:IATA'{body}UNT+{count}+1'UNZ+1+REF1'"


def person(*segments: str, name: str = "OSEI:KOFI") -> str:
    """The segments of one passenger."""
    return "".join(f"{segment}'" for segment in (f"NAD+FL+++{name}", *segments))


def read_person(*segments: str, name: str = "OSEI:KOFI") -> tuple[Traveller, list[str]]:
    """One passenger as read, and the codes of the faults met."""
    message = read_one(str(Written(people=person(*segments, name=name))))
    return message.travellers[0], codes(message)


def write_travellers(travellers: Sequence[Traveller]) -> str:
    """Segment groups 4 and 5 of these travellers, in directory order, released where data needs it."""
    return "".join(_write_traveller(traveller) for traveller in travellers)


def _write_traveller(traveller: Traveller) -> str:
    segments = [
        write_segment(
            "NAD",
            _QUALIFIERS[traveller.role],
            "",
            "",
            (traveller.surname, traveller.given_names),
            *_address(traveller.address),
        ),
        *_facts(traveller),
        *_places(traveller),
        *_contacts(traveller),
        *_references(traveller),
    ]
    for document in traveller.documents:
        segments.extend(_document(document))
    return "".join(segments)


def _address(address: Address | None) -> tuple[Element, ...]:
    if address is None:
        return ()
    region = (None, None, None, address.region)
    return address.street, address.city, region, address.postal_code, address.country


def write_flight(flight: Flight, way: Way) -> str:
    """The flight in one of the three ways in which airlines send its legs."""
    tdt = write_segment("TDT", "20", f"{flight.carrier}{flight.number}", "", "", flight.carrier)
    if way is Way.CHAIN:
        first, last = flight.legs[0], flight.legs[-1]
        stops = [_stop("92", first.origin, departure=first.departure)]
        for before, after in pairwise(flight.legs):
            stops.append(_stop("92", after.origin, arrival=before.arrival, departure=after.departure))
        return tdt + "".join(stops) + _stop("130", last.destination, arrival=last.arrival)
    pairs = [_pair(leg) for leg in flight.legs]
    return "".join(tdt + pair for pair in pairs) if way is Way.A_GROUP_A_LEG else tdt + "".join(pairs)


def _pair(leg: Leg) -> str:
    first, last = ("125", "87") if leg.crosses_border else ("92", "92")
    return _stop(first, leg.origin, departure=leg.departure) + _stop(
        last, leg.destination, arrival=leg.arrival
    )


def _stop(
    qualifier: str, airport: str, *, arrival: datetime | None = None, departure: datetime | None = None
) -> str:
    times = ((code, when) for code, when in (("232", arrival), ("189", departure)) if when is not None)
    segments = [write_segment("DTM", (code, f"{when:%y%m%d%H%M}", "201")) for code, when in times]
    return write_segment("LOC", qualifier, airport) + "".join(segments)


def _facts(traveller: Traveller) -> Iterator[str]:
    if traveller.sex is not None:
        yield write_segment("ATT", "2", "", traveller.sex.value)
    if traveller.birth_date_sent is not None:
        yield write_segment("DTM", ("329", traveller.birth_date_sent))
    if traveller.bags is not None:
        yield write_segment("MEA", "CT", "", (None, str(traveller.bags.count)))
        yield write_segment("MEA", "WT", "", ("KGM", str(traveller.bags.weight_kg)))
        for tag in traveller.bags.tags:
            yield write_segment("FTX", "BAG", "", "", tag)
    if traveller.verified is not None:
        yield write_segment("GEI", "4", "173" if traveller.verified else "174")


def _places(traveller: Traveller) -> Iterator[str]:
    places = {
        "22": traveller.clearance,
        "174": traveller.residence,
        "178": traveller.embarkation,
        "179": traveller.debarkation,
    }
    for qualifier, code in places.items():
        if code:
            yield write_segment("LOC", qualifier, code)
    if traveller.birth_place is not None:
        place = traveller.birth_place
        yield write_segment("LOC", "180", (place.country, None, None, place.city))


def _contacts(traveller: Traveller) -> Iterator[str]:
    for phone in traveller.phones:
        yield write_segment("COM", (phone, "TE"))
    for email in traveller.emails:
        yield write_segment("COM", (email, "EM"))
    if traveller.crew_duty is not None:
        yield write_segment("EMP", "1", (_DUTIES[traveller.crew_duty.value], "110", "111"))
    if traveller.nationality is not None:
        yield write_segment("NAT", "2", traveller.nationality)


def _references(traveller: Traveller) -> Iterator[str]:
    references = {
        "AVF": traveller.record_locator,
        "ABO": traveller.carrier_reference,
        "SEA": traveller.seat,
        "AEA": traveller.redress_number,
    }
    for qualifier, text in references.items():
        if text:
            yield write_segment("RFF", (qualifier, text))


def _document(document: TravelDocument) -> Iterator[str]:
    yield write_segment("DOC", (document.type, "110", "111"), document.number)
    if document.expiry is not None:
        yield write_segment("DTM", ("36", document.expiry.strftime("%Y%m%d")))
    if document.issued is not None:
        yield write_segment("DTM", ("182", document.issued.strftime("%Y%m%d")))
    if document.issuer is not None:
        yield write_segment("LOC", "91", document.issuer)
