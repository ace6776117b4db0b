"""The JSON manifest that a carrier without EDIFACT posts: `parsed-message.md` read instead of written."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.ingest.errors import ManifestMalformed
from services.ingest.formats import names
from services.ingest.formats.flights import StateOf, local_date_of, with_crossing_leg
from services.ingest.formats.manifest_shape import ManifestShape, TravellerShape
from services.ingest.formats.people import People
from shared.travel.flight import Flight, Leg
from shared.travel.message import Change, Counted, Fault, MessageKind, ParsedMessage, Severity
from shared.travel.states import normalise_state
from shared.travel.traveller import Address, Bags, Place, Traveller

_READ_APART = {"travellers", "counted", "dropped", "faults"}
_STATE_MEMBERS = ("nationality", "residence")
_MEMBER_CODES = {"surname": "NAME_MISSING", "birth_date": "BIRTH_DATE_IMPOSSIBLE"}


class _Repeated(ValueError):
    """A member stands twice in one object."""


def parse_manifest(
    body: bytes, received_at: datetime, *, state_of: StateOf, own_state: str | None = None
) -> ParsedMessage:
    """Read one posted manifest.

    A member that the schema does not know refuses the whole manifest, because it is the sender's program that
    is at fault; a value that cannot be true (a birth date in the future) rejects that traveller alone.
    `counted`, `dropped` and `faults` are ignored where they stand.

    Args:
        body: JSON in UTF-8.
        received_at: When the body arrived, aware.
        state_of: The State of an airport, to find the crossing leg where the sender marks none.
        own_state: The receiving State, three letters, for the same purpose.

    Returns:
        A message of kind `MANIFEST`; texts keep the spelling sent, States are three letters.

    Raises:
        ManifestMalformed: Not JSON, or not the manifest's shape; the fault names the member, never its value.

    Source:
        `spec/parsed-message.md`.
    """
    value = _load(body)
    try:
        shape = ManifestShape.model_validate(value)
    except ValidationError as errors:
        raise _malformed(errors.errors(include_input=False, include_url=False)[0]) from None
    members = shape.model_dump(mode="json", by_alias=True, exclude=_READ_APART)
    message = replace(ParsedMessage.from_json(members), kind=MessageKind.MANIFEST)
    assert message.flight is not None
    flight = with_crossing_leg(_tidied_flight(message.flight), state_of, own_state)
    today = local_date_of(flight) or received_at.date()
    people = People()
    faults: list[Fault] = []
    for ordinal, each in enumerate(shape.travellers, start=1):
        faults.extend(_read_traveller(each, ordinal, people, today))
    return replace(
        message,
        change=message.change or Change.NEW,
        flight=flight,
        travellers=tuple(people.travellers),
        counted=Counted(len(shape.travellers), len(people.travellers)),
        faults=tuple(faults),
    )


def _load(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body, object_pairs_hook=_object, parse_constant=_no_constant)
    except _Repeated:
        raise ManifestMalformed("MEMBER_REPEATED") from None
    except (ValueError, RecursionError):
        raise ManifestMalformed("JSON_UNREADABLE") from None
    if not isinstance(value, dict):
        raise ManifestMalformed("OBJECT_MISSING")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Repeated
    return members


def _no_constant(_: str) -> Any:
    raise ValueError("NaN and Infinity are no JSON")


def _malformed(error: ErrorDetails, ordinal: int | None = None) -> ManifestMalformed:
    """The fault of an error: the member's name where it is one of ours, its 1-based place in a list."""
    names_of_ours = [str(part) for part in error["loc"] if isinstance(part, str)]
    place = next((part + 1 for part in error["loc"] if isinstance(part, int)), ordinal)
    if error["type"] == "extra_forbidden":
        # The unknown member's name is the sender's own text, and is not repeated.
        parent = ".".join(names_of_ours[:-1]) or ("manifest" if ordinal is None else "travellers")
        return ManifestMalformed("MEMBER_UNKNOWN", parent, place)
    member = ".".join(names_of_ours) or ("manifest" if ordinal is None else "travellers")
    return ManifestMalformed(
        "MEMBER_MISSING" if error["type"] == "missing" else "MEMBER_INVALID", member, place
    )


def _read_traveller(value: Any, ordinal: int, people: People, today: date) -> list[Fault]:
    reference = _reference(value, "carrier_reference")
    locator = _reference(value, "record_locator")

    def fault(severity: Severity, code: str, member: str | None) -> Fault:
        return Fault(severity, code, member, ordinal, ordinal, reference, locator)

    try:
        members = TravellerShape.model_validate(value).model_dump(mode="json")
    except ValidationError as errors:
        details = errors.errors(include_input=False, include_url=False)
        for error in details:
            if error["type"] in {"extra_forbidden", "model_type"}:
                raise _malformed(error, ordinal) from None
        member = str(details[0]["loc"][0])
        return [fault(Severity.TRAVELLER_REJECTED, _MEMBER_CODES.get(member, "MEMBER_INVALID"), member)]
    unknown = normalise_states(members)
    faults = [fault(Severity.WARNING, "STATE_UNKNOWN", member) for member in unknown]
    traveller = tidied(Traveller.from_json(members))
    birth = traveller.birth_date
    if birth is not None and date(birth.year, birth.month or 1, birth.day or 1) > today:
        return [fault(Severity.TRAVELLER_REJECTED, "BIRTH_DATE_IMPOSSIBLE", "birth_date")]
    return [*faults, *people.add(traveller, ordinal)]


def _reference(value: Any, member: str) -> str | None:
    text = value.get(member) if isinstance(value, dict) else None
    return text if isinstance(text, str) else None


def normalise_states(members: dict[str, Any]) -> list[str]:
    """Put three letters for each State of a traveller, in place; the members that name none become `None`."""
    places: list[tuple[dict[str, Any], str, str]] = [(members, name, name) for name in _STATE_MEMBERS]
    nested = [name for name in ("birth_place", "address") if members[name] is not None]
    places.extend((members[name], "country", name) for name in nested)
    places.extend((document, "issuer", "documents") for document in members["documents"] or ())
    unknown: list[str] = []
    for holder, key, name in places:
        sent = holder[key]
        holder[key] = normalise_state(sent) if sent else None
        if sent and holder[key] is None:
            unknown.append(name)
    return unknown


def tidied(traveller: Traveller) -> Traveller:
    """Titles off the given names, which stay beside them as sent; no object without a fact."""
    given = names.without_titles(traveller.given_names or "")
    sent = ":".join(part for part in (traveller.surname, traveller.given_names) if part)
    return replace(
        traveller,
        given_names=given or None,
        name_sent=sent,
        embarkation=_upper(traveller.embarkation),
        debarkation=_upper(traveller.debarkation),
        clearance=_upper(traveller.clearance),
        birth_place=None if traveller.birth_place == Place() else traveller.birth_place,
        address=None if traveller.address == Address() else traveller.address,
        bags=None if traveller.bags == Bags() else traveller.bags,
    )


def _upper(text: str | None) -> str | None:
    return None if text is None else text.upper()


def _tidied_flight(flight: Flight) -> Flight:
    legs = tuple(
        Leg(leg.origin.upper(), leg.destination.upper(), leg.departure, leg.arrival, leg.crosses_border)
        for leg in flight.legs
    )
    number = flight.number.upper()
    return Flight(
        carrier=_upper(flight.carrier),
        number=(number.lstrip("0") or "0") if number.isdecimal() else number,
        suffix=_upper(flight.suffix),
        legs=legs,
    )
