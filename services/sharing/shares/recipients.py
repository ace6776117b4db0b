"""Who has to be told of a confirmed hit, and by which paragraph of the resolution. Pure.

Our own port and competent authority come first; then the States that the flight touches and the person
belongs to. A State is a candidate by a paragraph; whether it is told is for the safeguards.

Source: S/RES/2396 (2017) paras 3, 5, 6, 7, 11; workflow.md §5.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from services.sharing.registers.entries import Authority, Kind, Scope
from shared.contracts import FlightV1, HitConfirmedV1, LegV1


class Connection(StrEnum):
    """What makes a State or body concerned."""

    OWN_PORT = "OWN_PORT"
    OWN_COMPETENT = "OWN_COMPETENT"
    ORIGIN = "ORIGIN"
    TRANSIT = "TRANSIT"
    DESTINATION = "DESTINATION"
    NATIONALITY = "NATIONALITY"
    RESIDENCE = "RESIDENCE"


class Outcome(StrEnum):
    """What the safeguards make of a candidate."""

    SEND = "SEND"
    HOLD = "HOLD"
    BLOCK = "BLOCK"


PARAGRAPHS: Final[Mapping[Connection, tuple[str, ...]]] = MappingProxyType(
    {
        Connection.OWN_PORT: ("7",),
        Connection.OWN_COMPETENT: ("7",),
        Connection.ORIGIN: ("5",),
        Connection.TRANSIT: ("5", "11"),
        Connection.DESTINATION: ("5", "11"),
        Connection.NATIONALITY: ("5", "6", "11"),
        Connection.RESIDENCE: ("5", "11"),
    }
)
# Paragraph 3 names origin, destination, any transit State and all States of citizenship, not residence.
_OF_PARAGRAPH_3: Final = frozenset(
    {Connection.ORIGIN, Connection.TRANSIT, Connection.DESTINATION, Connection.NATIONALITY}
)
OWED: Final = frozenset({"3", "5", "6", "11"})
CUSTODY_EVENTS: Final = frozenset({"DETAINED", "EXPELLED"})
_COMPETENT_KINDS: Final = (Kind.POLICE, Kind.PROSECUTOR, Kind.CUSTOMS)
_PORT_KINDS: Final = (Kind.BORDER,)
_KIND_ORDER: Final = (Kind.PIU, Kind.NCB, Kind.POLICE, Kind.BORDER, Kind.CUSTOMS, Kind.PROSECUTOR, Kind.COURT)
_OPEN_FALLBACK_REASONS: Final = frozenset(
    {"SG-30.NO_AGREEMENT_IN_FORCE", "SG-30.NOT_COVERED", "SG-30.FALLBACK_INCOMPLETE"}
)
# Travel documents of refugees and stateless persons carry no State's nationality (ICAO Doc 9303-3 §5).
NO_STATE_CODES: Final = frozenset({"XXA", "XXB", "XXC", "XXX", "UNO", "UNA", "UNK", "XPO"})

StateOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A State concerned and the authority that would be told; `authority_id` is `None` where it has none.

    `paragraphs` are those of resolution 2396, in ascending order.
    """

    state: str
    scope: Scope
    connections: tuple[Connection, ...]
    paragraphs: tuple[str, ...]
    authority_id: str | None

    @property
    def key(self) -> str:
        """What names the candidate within its share: the authority, or the State that has none."""
        return self.authority_id or f"{self.state}-NONE"

    @property
    def is_owed(self) -> bool:
        """Whether paragraphs 3, 5, 6 or 11 owe this notification (SG-30's fallback)."""
        return self.scope is Scope.FOREIGN and bool(OWED & set(self.paragraphs))


def candidates(
    hit: HitConfirmedV1,
    authorities: Iterable[Authority],
    *,
    own_state: str,
    event: str,
    state_of: StateOf,
) -> tuple[Candidate, ...]:
    """All who may have to be told: national bodies first, then each State abroad once.

    Args:
        hit: The confirmed hit, with the legs' States.
        authorities: The register, whatever the status of its entries.
        own_state: Our own State, three letters; never a candidate abroad.
        event: DEPARTURE, TRANSIT, ARRIVAL, ATTEMPT, DETAINED or EXPELLED.
        state_of: The State of an airport that no leg names (the journey's first or last one).

    Returns:
        National candidates (port, then competent), then foreign ones in the order of first connection.

    Source: workflow.md §5, algorithm `recipients(hit)`.
    """
    known = sorted(authorities, key=lambda authority: authority.id)
    abroad = _states_abroad(hit, own_state, state_of)
    foreign = tuple(
        Candidate(
            state,
            Scope.FOREIGN,
            connections,
            _paragraphs(connections, in_custody=event in CUSTODY_EVENTS),
            _desk_of(state, known),
        )
        for state, connections in abroad.items()
    )
    return _national(hit.flight, known, own_state) + foreign


def outcome_of(reasons: Sequence[str], *, fallback_open: bool) -> Outcome:
    """SEND without a reason against; HOLD when people can still lift every reason; else BLOCK.

    Args:
        reasons: All reason codes of the verdict.
        fallback_open: Whether SG-30's minimum notification could still be used for this candidate.

    Source: workflow.md §5, the line on HOLD.
    """
    if not reasons:
        return Outcome.SEND
    liftable = all(
        reason.endswith(".HOLD_REVIEW") or (fallback_open and reason in _OPEN_FALLBACK_REASONS)
        for reason in reasons
    )
    return Outcome.HOLD if liftable else Outcome.BLOCK


def nationalities(hit: HitConfirmedV1) -> tuple[str, ...]:
    """Every nationality, the travel document's first, then the entry's; without codes that are no State."""
    found = [hit.traveller.get("nationality")]
    if found[0] is None:
        found += [document.get("issuer") for document in _passports(hit)]
    found += hit.entry.nationalities
    return _distinct(found)


def route(hit: HitConfirmedV1) -> tuple[LegV1, ...]:
    """The legs that the traveller is on: from embarkation to debarkation where the message names them."""
    legs = hit.flight.legs
    first = _index_of(hit.traveller.get("embarkation"), [leg.origin for leg in legs], 0)
    last = _index_of(hit.traveller.get("debarkation"), [leg.destination for leg in legs], len(legs) - 1)
    return tuple(legs[first : last + 1]) if first <= last else tuple(legs)


def _states_abroad(
    hit: HitConfirmedV1, own_state: str, state_of: StateOf
) -> dict[str, tuple[Connection, ...]]:
    connected = _connected_by_flight(hit, state_of)
    connected += [(state, Connection.NATIONALITY) for state in nationalities(hit)]
    connected += [(state, Connection.RESIDENCE) for state in _distinct([hit.traveller.get("residence")])]
    result: dict[str, tuple[Connection, ...]] = {}
    for state, connection in connected:
        if state is None or state == own_state or connection in result.get(state, ()):
            continue
        result[state] = (*result.get(state, ()), connection)
    return result


def _connected_by_flight(hit: HitConfirmedV1, state_of: StateOf) -> list[tuple[str | None, Connection]]:
    """The States along the journey: the first is its origin, the last its destination, the others transit."""
    legs = route(hit)
    if not legs:
        return []
    states = [leg.origin_state for leg in legs] + [legs[-1].destination_state]
    airports = {airport for leg in hit.flight.legs for airport in (leg.origin, leg.destination)}
    before, after = hit.traveller.get("embarkation"), hit.traveller.get("debarkation")
    if before and before not in airports:
        states.insert(0, state_of(before))
    if after and after not in airports:
        states.append(state_of(after))
    between = [Connection.TRANSIT] * (len(states) - 2)
    return list(zip(states, [Connection.ORIGIN, *between, Connection.DESTINATION], strict=True))


def _paragraphs(connections: Sequence[Connection], *, in_custody: bool) -> tuple[str, ...]:
    found = {paragraph for connection in connections for paragraph in PARAGRAPHS[connection]}
    if in_custody and _OF_PARAGRAPH_3 & set(connections):
        found.add("3")
    return tuple(sorted(found, key=int))


def _desk_of(state: str, known: Sequence[Authority]) -> str | None:
    """The one desk of a State: an active one before others, the passenger information unit before others."""
    desks = [each for each in known if each.state == state and each.scope is Scope.FOREIGN]
    ranked = sorted(desks, key=lambda desk: (desk.status != "ACTIVE", _rank(desk.kind), desk.id))
    return ranked[0].id if ranked else None


def _rank(kind: Kind) -> int:
    return _KIND_ORDER.index(kind) if kind in _KIND_ORDER else len(_KIND_ORDER)


def _national(flight: FlightV1, known: Sequence[Authority], own_state: str) -> tuple[Candidate, ...]:
    own = [each for each in known if each.scope is Scope.NATIONAL and each.state == own_state]
    airports = _own_airports(flight, own_state)
    ports = [
        each for each in own if each.kind in _PORT_KINDS and (not each.ports or airports & set(each.ports))
    ]
    competent = [each for each in own if each.kind in _COMPETENT_KINDS]
    pairs = [(each, Connection.OWN_PORT) for each in ports]
    pairs += [(each, Connection.OWN_COMPETENT) for each in competent]
    return tuple(
        Candidate(own_state, Scope.NATIONAL, (connection,), PARAGRAPHS[connection], each.id)
        for each, connection in pairs
    )


def _own_airports(flight: FlightV1, own_state: str) -> set[str]:
    origins = {leg.origin for leg in flight.legs if leg.origin_state == own_state}
    return origins | {leg.destination for leg in flight.legs if leg.destination_state == own_state}


def _passports(hit: HitConfirmedV1) -> list[Mapping[str, str | None]]:
    documents = hit.traveller.get("documents") or []
    return [each for each in documents if (each.get("type") or "").startswith("P") and each["type"] != "PR"]


def _index_of(airport: str | None, airports: Sequence[str], otherwise: int) -> int:
    return airports.index(airport) if airport in airports else otherwise


def _distinct(states: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(state for state in states if state is not None and state not in NO_STATE_CODES)
    )
