"""PAXLST messages about fictional people, as a departure control system would send them.

Source: WCO/IATA/ICAO PAXLST implementation guide v6.0; `spec/paxlst.md` §10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from deploy.local.synthetic.people import FictionalPerson

_SHORT = "%y%m%d%H%M"


@dataclass(frozen=True, slots=True)
class SyntheticFlight:
    """One flight of the demonstration's world; times are local to the airports.

    `duration` is between the two airports' clocks, which is not the time in the air where their zones differ.
    """

    carrier: str
    number: str
    origin: str
    destination: str
    departure: datetime
    duration: timedelta = timedelta(hours=3)

    @property
    def arrival(self) -> datetime:
        """Scheduled arrival, local."""
        return self.departure + self.duration


def _person_segments(flight: SyntheticFlight, ordinal: int, person: FictionalPerson, crew: bool) -> list[str]:
    expiry = flight.departure + timedelta(days=900)
    reference = f"{flight.carrier}{flight.number}-{'C' if crew else ''}{ordinal:04}"
    return [
        f"NAD+{'FM' if crew else 'FL'}+++{person.surname}:{person.given_names}",
        f"ATT+2++{person.sex}",
        f"DTM+329:{person.birth_date:%y%m%d}",
        "GEI+4+173",
        f"LOC+22+{flight.destination}",
        f"LOC+178+{flight.origin}",
        f"LOC+179+{flight.destination}",
        *(["EMP+1+CR2:110:111"] if crew else []),
        f"NAT+2+{person.nationality}",
        f"RFF+AVF:Q{ordinal:05}",
        f"RFF+ABO:{reference}",
        f"DOC+P:110:111+{person.document_number}",
        f"DTM+36:{expiry:%y%m%d}",
        f"LOC+91+{person.nationality}",
    ]


def paxlst(
    flight: SyntheticFlight,
    people: Sequence[FictionalPerson],
    *,
    transaction: str,
    prepared_at: datetime,
    crew: bool = False,
    change: str | None = None,
) -> bytes:
    """One interchange with one passenger (or crew) list.

    Args:
        flight: The flight that the list is about.
        people: The travellers, in the order to send them; traveller n gets the reference `…-000n`.
        transaction: The transaction reference (RFF+TN) that the reply repeats.
        prepared_at: When the message was made, UTC.
        crew: Whether the people are crew.
        change: The BGM 1004 code (`CP`, `XR` …), or `None` for a first report.
    """
    designator = f"{flight.carrier}{flight.number}"
    kind = "250" if crew else "745"
    message = [
        f"UNH+1+PAXLST:D:15B:UN:IATA+{designator}/{flight.departure:%y%m%d/%H%M}+01:F",
        f"BGM+{kind}+{change}" if change else f"BGM+{kind}",
        f"RFF+TN:{transaction}:::1",
        f"NAD+MS+++{flight.carrier} HELP DESK",
        f"TDT+20+{designator}+++{flight.carrier}",
        f"LOC+125+{flight.origin}",
        f"DTM+189:{flight.departure:{_SHORT}}:201",
        f"LOC+87+{flight.destination}",
        f"DTM+232:{flight.arrival:{_SHORT}}:201",
    ]
    for ordinal, person in enumerate(people, start=1):
        message.extend(_person_segments(flight, ordinal, person, crew))
    message.append(f"CNT+{'41' if crew else '42'}:{len(people)}")
    message.append(f"UNT+{len(message) + 1}+1")
    reference = transaction[-14:]
    stamp = f"{prepared_at:%y%m%d:%H%M}"
    segments = [
        f"UNB+UNOA:4+{flight.carrier}DCS+XAAGOVAPI+{stamp}+{reference}++APIS",
        f"UNG+PAXLST+{flight.carrier}DCS+XAAGOVAPI+{stamp}+{reference}+UN+D:15B",
        *message,
        f"UNE+1+{reference}",
        f"UNZ+1+{reference}",
    ]
    return ("UNA:+.? '\n" + "".join(f"{segment}'\n" for segment in segments)).encode("ascii")
