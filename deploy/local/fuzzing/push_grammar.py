"""Pushes of reservations by their grammar and out of their sense, in EDIFACT and in XML."""

from random import Random
from typing import Final

_TAGS: Final = (
    *("SRC", "RCI", "SSR", "DAT", "IFT", "ORG", "ADD", "EBD", "TIF", "FTI", "REF", "FAR", "TKT", "MON"),
    *("PTK", "TXD", "FOP", "TVL", "TRA", "RPI", "APD", "TRI", "SSD", "TBD", "EQN", "MSG", "ABI", "SAC"),
    *("LTS", "UNH", "UNT", "XYZ"),
)
_WORDS: Final = (
    *("", "1", "2", "99999999", "XA", "Q7KD2M", "C", "141127", "0530", "311299", "HK", "DOCS", "DOCO"),
    *("DOCA", "CTCE", "CTCM", "FQTV", "SEAT", "INFT", "TKNE", "UMNR", "KSML", "/P/GRC/AT3312087/GRC/29FEB84"),
    *("/D/GRC/STREET", "/ELENI..P//MAIL", "12A", "A", "IN", "G", "OSEI", "KOFIMR", "700", "710", "4", "28"),
    *("CTCT DXB 971 4 555", "F/FP CCVI4111111111111111/0929", "SIN-168", "VI", "4111111111111111", "?'"),
    *("0/O/28/OSI YY CTCE A//B.C", "AED", "1450.00", "IT", "8", "OPEN", "ARNK", "A" * 300),
)
_HEAD: Final = (
    "UNB+IATA:1+XA+XAAGOV+271114:0522+R'UNH+1+PNRGOV:13:1:IA+X+01:F'MSG+:22'ORG+XA:DXB'"
    "TVL+141127:0530:141127:0905+DXB+ATH+XA+418'EQN+2'SRC'"
)
_END: Final = "UNT+9+1'UNZ+1+R'"
MAX_SEGMENTS: Final = 60

_ELEMENTS: Final = (
    *("Passenger", "PNR", "Flight", "SSR", "DOC_SSR", "DOCS", "DOCO", "DOCA", "Text", "Airline", "POS"),
    *("Source", "RequestorID", "ContactInfo", "BookingRefID", "CompanyName", "TicketDocument", "Taxes"),
    *("Tax", "PaymentInfo", "CheckInInfo", "BoardingNumber", "SeatNumber", "ExcessBaggage", "Surname"),
    *("GivenName", "FareInfo", "OSI", "Remark", "DepartureAirport", "MarketingAirline", "OperatingAirline"),
)
_ATTRIBUTES: Final = (
    *("ID", "Code", "RPH", "SSRCode", "SSR_Code", "Status", "Surname", "FirstGivenName", "DateOfBirth"),
    *("ExpiryDate", "Gender", "TravelDocNbr", "DepartureDateTime", "FlightNumber", "Number", "Amount"),
    *("SerialNumber", "SequenceCount", "PhoneNumber", "EmailAddress", "AccountNbr", "PNR_TransDate"),
    *("LocationCode", "UnitOfMeasureCode", "PaymentUse", "TicketDocumentNbr", "Time", "BoardingStatus"),
)
_VALUES: Final = (
    *("", "-", "1", "1 2", "2027-11-14T05:30:00", "2027-11-14", "14NOV27", "0001-01-01"),
    *(
        "9999-12-31T23:59:59Z",
        "2027-11-14T05:30:00+14:00",
        "DOCS",
        "E+A@B.EXAMPLE",
        "4111111111111111",
        "XA",
        "0418A",
        "A/B//C",
    ),
    *("'+:?", "&amp;&lt;", "\x85", "٣٤", "true", "KG", "99999999999999999999"),
)
_XML_HEAD: Final = (
    '<IATA_PNRGOV_NotifRQ><Originator AirlineCode="XA"/><FlightLeg CarrierCode="XA" FlightNumber="418" '
    'DepartureDateTime="2027-11-14T05:30:00"><DepartureAirport LocationCode="DXB"/>'
    '<ArrivalAirport LocationCode="ATH"/></FlightLeg><PNRs NumberOfPnrs="1"><PNR>'
)
_XML_END: Final = "</PNR></PNRs></IATA_PNRGOV_NotifRQ>"
MAX_ELEMENTS: Final = 30


def made_push(random: Random) -> bytes:
    """A message with a good head and made segments."""
    body = "".join(_segment(random) for _ in range(random.randint(0, MAX_SEGMENTS)))
    return f"{_HEAD}{body}{_END}".encode(random.choice(("utf-8", "latin-1")), "replace")


def _segment(random: Random) -> str:
    elements = ["+" + _element(random) for _ in range(random.choice((0, 1, 2, 3, 6, 9)))]
    return random.choice(_TAGS) + "".join(elements) + "'"


def _element(random: Random) -> str:
    return ":".join(random.choice(_WORDS) for _ in range(random.choice((1, 1, 2, 4, 9))))


def made_xml_push(random: Random) -> bytes:
    """A well-formed message with a good head and made elements."""
    body = "".join(_made_element(random, 3) for _ in range(random.randint(0, MAX_ELEMENTS)))
    return f"{_XML_HEAD}{body}{_XML_END}".encode()


def _made_element(random: Random, depth: int) -> str:
    name = random.choice(_ELEMENTS)
    chosen = dict.fromkeys(random.choices(_ATTRIBUTES, k=random.randint(0, 4)))
    attributes = "".join(f' {each}="{random.choice(_VALUES)}"' for each in chosen)
    inner = "".join(_made_element(random, depth - 1) for _ in range(random.randint(0, depth)))
    return f"<{name}{attributes}>{random.choice(_VALUES)}{inner}</{name}>"
