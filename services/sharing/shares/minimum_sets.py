"""The least data that a notice carries: the set N-MIN, the payload built from it, and its digest. Pure.

Source: sharing-protocol.md §4 and §5; safeguards.md SG-31.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.sharing.custody.facts import InCustody
from services.sharing.protocol.canonical import canonical_json, digest_of
from services.sharing.shares.recipients import route
from services.sharing.shares.scripts import script_of
from shared.contracts import HitConfirmedV1
from shared.identifiers import AuthorityId
from shared.personal import Personal
from shared.travel import PartialDate

N_MIN: Final = frozenset(
    {
        "names",
        "date_of_birth",
        "document",
        "nationality",
        "flight",
        "event",
        "list_reference",
        "action_taken",
        "verification_level",
        "category",
        "tear_line",
        "contact",
    }
)
#: Beside N-MIN, of a person who is held (N-DET); the consular status stays in our own State.
N_DET: Final = N_MIN | {"place_type", "legal_basis_class", "consular_status"}
IN_CUSTODY: Final = "DETAINED"
_DOCUMENT_TYPES: Final = {"P": "PASSPORT", "I": "IDENTITY_CARD", "V": "VISA"}
MAX_NAMES: Final = 3


@dataclass(frozen=True, slots=True, repr=False)
class Payload(Personal):
    """What leaves for one recipient, with the names of its fields (SG-31) and the digest of its bytes."""

    content: dict[str, Any]
    fields: tuple[str, ...]

    @property
    def octets(self) -> bytes:
        """The canonical bytes: UTF-8 JSON, keys sorted, no spaces. These are what is encrypted."""
        return canonical_json(self.content)

    @property
    def digest(self) -> str:
        """`sha256:` and the hexadecimal SHA-256 of `octets`."""
        return digest_of(self.octets)


def event_of(hit: HitConfirmedV1, own_state: str) -> str:
    """DEPARTURE, ARRIVAL or TRANSIT, as our State sees the traveller's route.

    A route that only passes through, or that does not touch our State in what was sent, is a TRANSIT.
    """
    legs = route(hit)
    if legs and legs[-1].destination_state == own_state:
        return "ARRIVAL"
    if legs and legs[0].origin_state == own_state:
        return "DEPARTURE"
    return "TRANSIT"


def notify_payload(
    hit: HitConfirmedV1,
    *,
    event: str,
    action_taken: str,
    contact: AuthorityId,
    agreed_fields: Collection[str] | None = None,
    custody: InCustody | None = None,
    is_national: bool = False,
) -> Payload:
    """The payload of a NOTIFY for one recipient: N-MIN or N-DET, narrowed to what the agreement names.

    Args:
        hit: The confirmed hit.
        event: As `event_of`, or what screening reported.
        action_taken: The measure ordered here, or `NONE`.
        contact: Our own authority, whose duty desk answers.
        agreed_fields: The agreement's own list for NOTIFY; `None` narrows nothing.
        custody: What was confirmed of an arrest or an expulsion.
        is_national: Whether a body of our own State is told, which alone hears of the consulate.

    Returns:
        The content with absent facts left out; it depends on its arguments alone, so that the preview, the
        approval and what is sent have one digest.

    Source: sharing-protocol.md §4 N-MIN and §5, payload key → field.
    """
    parts = {
        **_person_parts(hit),
        "flight": ("flight", _flight(hit)),
        "event": ("event", event),
        "list_reference": ("list_ref", hit.entry.list_reference if _is_un_listed(hit) else None),
        "action_taken": ("action_here", action_taken),
        "category": ("category", hit.entry.category),
        "tear_line": ("tear_line", hit.entry.tear_line),
        "contact": ("contact", f"{contact} duty desk"),
        **(_detention_parts(custody, is_national=is_national) if event == IN_CUSTODY else {}),
    }
    allowed = N_DET if agreed_fields is None else N_DET & set(agreed_fields)
    chosen = {field: part for field, part in parts.items() if field in allowed and part[1]}
    person = {key: value for field, (key, value) in chosen.items() if field in _PERSON_FIELDS}
    content = {key: value for field, (key, value) in chosen.items() if field not in _PERSON_FIELDS}
    if person:
        content["person"] = person
    if "event" in chosen:
        observed = custody.at if custody else hit.confirmed_at
        content["observed_at"] = observed.isoformat().replace("+00:00", "Z")
    sent = set(chosen) | ({"verification_level"} & allowed)
    return Payload(content, tuple(sorted(sent)))


_PERSON_FIELDS: Final = frozenset({"names", "date_of_birth", "document", "nationality"})


def _detention_parts(custody: InCustody | None, *, is_national: bool) -> dict[str, tuple[str, Any]]:
    if custody is None:
        return {}
    return {
        "place_type": ("place_type", custody.place_type),
        "legal_basis_class": ("legal_basis_class", custody.legal_basis),
        "consular_status": ("consular_status", custody.consular_status if is_national else None),
    }


def _person_parts(hit: HitConfirmedV1) -> dict[str, tuple[str, Any]]:
    traveller = hit.traveller
    nationality = traveller.get("nationality")
    return {
        "names": ("names", _names(hit)),
        "date_of_birth": ("birth", _birth(traveller.get("birth_date"))),
        "document": ("documents", [_document(each) for each in traveller.get("documents") or []]),
        "nationality": ("nationalities", [nationality] if nationality else []),
    }


def _names(hit: HitConfirmedV1) -> list[dict[str, str]]:
    """The name as in the document; of a UN-listed person also the published name in its original script."""
    parts = (hit.traveller["surname"], hit.traveller.get("given_names"))
    full = " ".join(part for part in parts if part)
    names = [{"full": full, "script": script_of(full), "source": "DOCUMENT"}]
    if _is_un_listed(hit):
        originals = [name["text"] for name in hit.entry.names if not name["text"].isascii()]
        names += [{"full": text, "script": script_of(text), "source": "LIST"} for text in originals]
    return names[:MAX_NAMES]


def _birth(sent: str | None) -> dict[str, str] | None:
    if sent is None:
        return None
    known = PartialDate.parse(sent)
    kind = "EXACT" if known.is_full else "MONTH" if known.month else "YEAR"
    return {"kind": kind, "date": str(known)}


def _document(document: Mapping[str, Any]) -> dict[str, Any]:
    kind = _DOCUMENT_TYPES.get((document.get("type") or "O")[0], "OTHER")
    known = {"type": kind, "number": document["number"], "issuer": document.get("issuer")}
    return {key: value for key, value in known.items() if value is not None}


def _flight(hit: HitConfirmedV1) -> dict[str, Any]:
    legs = route(hit)
    flight = hit.flight
    content: dict[str, Any] = {"no": f"{flight.carrier or ''}{flight.number}{flight.suffix or ''}"}
    if not legs:
        return content
    first = legs[0].departure or legs[0].arrival
    if first is not None:
        content["date"] = first.date().isoformat()
    via = [leg.origin for leg in legs[1:]]
    return content | {"from": legs[0].origin, "via": via, "to": legs[-1].destination}


def _is_un_listed(hit: HitConfirmedV1) -> bool:
    return hit.entry.category == "UN_1267_LISTED"
