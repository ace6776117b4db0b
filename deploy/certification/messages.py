"""The test messages of the certification: fictional people, UNB 0035 = 1, references that never repeat."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FLIGHT_HOURS: Final = timedelta(hours=3)
TRAVELLERS: Final = 2


@dataclass(frozen=True, slots=True)
class TestFlight:
    """The flight that all messages are about, and the names in their envelopes.

    `departure` is local and naive; `run` is a few letters that no other run has.
    """

    # Not a test of pytest's, though its name begins like one.
    __test__ = False

    carrier: str
    number: str
    origin: str
    destination: str
    departure: datetime
    sender: str
    recipient: str
    run: str

    @property
    def designator(self) -> str:
        """Carrier and number as one word."""
        return f"{self.carrier}{self.number}"


def passenger_list(flight: TestFlight, step: str, *, second_birth_date: str = "900711") -> bytes:
    """PAXLST 745 of two passengers; another date of birth of the second one where the check wants a fault."""
    people = _person(flight, 1, "FL", "TESTPERSON", "ALPHA", "840229") + _person(
        flight, 2, "FL", "TESTPERSON", "BRAVO", second_birth_date
    )
    return _paxlst(flight, step, "745", [*_flight(flight), *people, f"CNT+42:{TRAVELLERS}"])


def without_flight(flight: TestFlight, step: str) -> bytes:
    """The same list without its TDT: a message that must be refused as a whole."""
    segments = [each for each in _flight(flight) if not each.startswith("TDT")]
    return _paxlst(
        flight, step, "745", [*segments, *_person(flight, 1, "FL", "TESTPERSON", "ALPHA", "840229")]
    )


def cut_off(flight: TestFlight, step: str) -> bytes:
    """A list whose end did not arrive."""
    return passenger_list(flight, step)[:-40]


def close_out(flight: TestFlight, step: str) -> bytes:
    """PAXLST 266 CLOB: who is on board."""
    people = [f"NAD+FL+++TESTPERSON:{name}" for name in ("ALPHA", "BRAVO")]
    references = [f"RFF+ABO:{flight.run}-{number}" for number in (1, 2)]
    persons = [segment for pair in zip(people, references, strict=True) for segment in pair]
    return _paxlst(flight, step, "266+CLOB", [*_flight(flight), *persons, f"CNT+42:{TRAVELLERS}"])


def crew_list(flight: TestFlight, step: str) -> bytes:
    """PAXLST 250 of one crew member."""
    person = _person(flight, 9, "FM", "TESTPILOT", "CHARLIE", "750102")
    return _paxlst(flight, step, "250+C", [*_flight(flight), *person, "CNT+41:1"])


def pnr_push(flight: TestFlight, step: str) -> bytes:
    """PNRGOV 13.1 of one booking with one traveller."""
    departure, arrival = flight.departure, flight.departure + FLIGHT_HOURS
    times = f"{departure:%d%m%y:%H%M}:{arrival:%d%m%y:%H%M}"
    places = f"{flight.origin}+{flight.destination}+{flight.carrier}+{flight.number}"
    body = [
        "MSG+:22",
        f"ORG+{flight.carrier}:{flight.origin}",
        f"TVL+{times}+{places}",
        "EQN+1",
        "SRC",
        f"RCI+{flight.carrier}:T{flight.run[:5]}",
        f"DAT+700:{departure - timedelta(days=9):%d%m%y:%H%M}",
        "TIF+TESTPERSON+ALPHAMS:A:1",
        f"SSR+DOCS:HK:1:{flight.carrier}:::::/P/XBB/TP1234567/XBB/29FEB84/F/18MAY45/TESTPERSON/ALPHA",
        f"TVL+{times}+{places}:K",
        "RPI+1+HK",
    ]
    access = f"{departure:%d%m%y/%H%M}/{flight.carrier}/{flight.number}"
    header = f"UNH+1+PNRGOV:13:1:IA+{access}+01:F"
    return _interchange(flight, step, [header, *body, f"UNT+{len(body) + 2}+1"], "IATA:1", "PNRGOV")


def _paxlst(flight: TestFlight, step: str, function: str, body: list[str]) -> bytes:
    reference = f"{flight.run}{step}"
    header = f"UNH+{step}+PAXLST:D:15B:UN:IATA+{flight.designator}/{flight.departure:%y%m%d/%H%M}+01:F"
    segments = [header, f"BGM+{function}", f"RFF+TN:{reference}:::1", *body]
    return _interchange(flight, step, [*segments, f"UNT+{len(segments) + 1}+{step}"], "UNOA:4", "APIS")


def _interchange(flight: TestFlight, step: str, message: list[str], syntax: str, purpose: str) -> bytes:
    reference = f"{flight.run}{step}"[:14]
    envelope = f"{flight.sender}+{flight.recipient}+{flight.departure:%y%m%d}:0001+{reference}"
    segments = [f"UNB+{syntax}+{envelope}++{purpose}++++1", *message, f"UNZ+1+{reference}"]
    return b"UNA:+.? '\n" + "".join(f"{segment}'\n" for segment in segments).encode("ascii")


def _flight(flight: TestFlight) -> list[str]:
    arrival = flight.departure + FLIGHT_HOURS
    return [
        f"TDT+20+{flight.designator}+++{flight.carrier}",
        f"LOC+125+{flight.origin}",
        f"DTM+189:{flight.departure:%y%m%d%H%M}:201",
        f"LOC+87+{flight.destination}",
        f"DTM+232:{arrival:%y%m%d%H%M}:201",
    ]


def _person(  # noqa: PLR0917 - a person's facts, in the order of the segments.
    flight: TestFlight, number: int, role: str, surname: str, given: str, born: str
) -> list[str]:
    return [
        f"NAD+{role}+++{surname}:{given}",
        "ATT+2++F",
        f"DTM+329:{born}",
        f"LOC+178+{flight.origin}",
        f"LOC+179+{flight.destination}",
        "NAT+2+XBB",
        f"RFF+ABO:{flight.run}-{number}",
        f"DOC+P:110:111+TP{number:07}",
        "DTM+36:450518",
        "LOC+91+XBB",
    ]
