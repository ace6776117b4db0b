"""PNRGOV messages for tests: a few segments in, one message or one reservation out."""

from datetime import UTC, datetime

from services.ingest.formats.registry import read_messages
from shared.travel.message import ParsedMessage
from shared.travel.reservation import Reservation, ReservationTraveller

RECEIVED_AT = datetime(2027, 11, 14, 5, 23, tzinfo=UTC)
STATES = {"DXB": "ARE", "ATH": "GRC", "BOM": "IND", "ZRH": "CHE", "AUH": "ARE"}
FLIGHT = "TVL+141127:0530:141127:0905+DXB+ATH+XA+418'"
LEG = "TVL+141127:0530:141127:0905+DXB+ATH+XA+418:K'RPI+1+HK'"
TIF = "TIF+OSEI+KOFIMR:A:1'"
RCI = "SRC'RCI+XA:Q7KD2M'"


def message(
    body: str,
    *,
    function: str = "MSG+:22'",
    flight: str = FLIGHT,
    count: str = "EQN+1'",
    kind: str = "PNRGOV:13:1:IA",
    part: str = "01:F",
) -> ParsedMessage:
    """The one message of an interchange with this body, from the first SRC on."""
    text = f"UNH+1+{kind}+271114/0522/XA/418+{part}'{function}ORG+XA:DXB'{flight}{count}{body}"
    segments = text.count("'") - text.count("?'") + 1
    whole = f"UNB+IATA:1+XA+GRGOVPNR+271114:0522+REF1'{text}UNT+{segments}+1'UNZ+1+REF1'"
    (read,) = read_messages(whole.encode(), "", RECEIVED_AT, state_of=STATES.get)
    return read


def reservation(*segments: str) -> Reservation:
    """The reservation of one PNR: its locator, then these segments (each may hold several)."""
    (read,) = message(RCI + "".join(segments)).reservations
    return read


def traveller(*segments: str, name: str = TIF) -> ReservationTraveller:
    """The only traveller of a PNR, with these segments under the name."""
    (read,) = reservation(name, *segments, LEG).travellers
    return read


def codes(read: ParsedMessage) -> list[str]:
    """The codes of a message's faults."""
    return [fault.code for fault in read.faults]
