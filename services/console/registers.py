"""The registers of the three services in one form: what is in force, and what waits for a second person.

Each service keeps its own registers and its own rules about who proposes and who approves; nothing is
judged here.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import Field, ValidationError

from services.console.clients.service import ServiceClient
from services.console.errors import ServiceFault
from services.console.seen.base import Seen

INGEST: Final = "ingest"
SCREENING: Final = "screening"
SHARING: Final = "sharing"
# Screening's proposals name their register by a kind of its own.
_KINDS: Final = {
    "legal-rows": "LEGAL_ROW",
    "list-sources": "LIST_SOURCE",
    "country-risk": "COUNTRY_RISK",
}
_LAW: Final = {
    "authority": "Authority",
    "action": "May do",
    "data_class": "With",
    "purpose_code": "For",
    "instrument_ref": "Law",
    "valid_to": "Until",
}


@dataclass(frozen=True, slots=True)
class Register:
    """One register: where it lives, what it is called, and which members of a row a person needs to see."""

    service: str
    name: str
    title: str
    what: str
    columns: Mapping[str, str]

    @property
    def path(self) -> str:
        """Where its service answers for it; sharing has a route for each register."""
        return f"/v1/registers/{self.name}" if self.service == SHARING else "/v1/registers"


REGISTERS: Final = (
    Register(
        INGEST,
        "carriers",
        "Carriers",
        "Airlines that may report travellers.",
        {"designator": "Carrier", "reports_for": "Reports for", "notice_confirmed": "Passengers are told"},
    ),
    Register(
        INGEST,
        "senders",
        "Senders",
        "Accounts that send for carriers, and the names they use in their messages.",
        {"client": "Account", "identifiers": "Names in UNB and UNG", "carriers": "Sends for"},
    ),
    Register(
        INGEST,
        "routes",
        "Routes",
        "Flights whose travellers may be collected.",
        {"origin": "From", "destination": "To", "valid_from": "In force from", "valid_to": "Until"},
    ),
    Register(
        INGEST,
        "collection-profiles",
        "What may be collected",
        "Whatever is not named here is dropped before anything is stored.",
        {
            "data_class": "Data",
            "instrument_ref": "Law",
            "assessment_ref": "Assessment",
            "allowed_elements": "Elements",
        },
    ),
    Register(INGEST, "legal-rows", "Laws: collecting", "Without one, nothing is taken in.", _LAW),
    Register(
        SCREENING, "legal-rows", "Laws: screening", "Without one, nobody is screened or looked at.", _LAW
    ),
    Register(
        SCREENING,
        "list-sources",
        "List sources",
        "Publishers whose lists may be imported, and the regimes taken from them.",
        {"source_id": "Source", "kind": "Kind", "allow_list": "Regimes"},
    ),
    Register(
        SCREENING,
        "country-risk",
        "Country risk: boarding",
        "What a person who may not board has to fear where they are.",
        {
            "state": "State",
            "level": "Risk",
            "death_penalty": "Death penalty",
            "assessed_at": "Assessed",
            "sources": "Sources",
        },
    ),
    Register(
        SHARING,
        "authorities",
        "Authorities",
        "Who may be told, at home and abroad.",
        {
            "id": "Authority",
            "name": "Name",
            "state": "State",
            "status": "Status",
            "handling_max": "Highest handling",
            "verified_at": "Verified",
        },
    ),
    Register(
        SHARING,
        "agreements",
        "Agreements",
        "What another State promised before it is told anything.",
        {
            "id": "Agreement",
            "parties": "Between",
            "instrument": "Instrument",
            "valid_to": "Until",
            "review_due": "Review due",
            "suspended": "Suspended",
        },
    ),
    Register(
        SHARING,
        "country-risk",
        "Country risk: telling others",
        "What a person has to fear there.",
        {
            "state": "State",
            "level": "Risk",
            "death_penalty": "Death penalty",
            "indicators": "Found",
            "assessed_at": "Assessed",
        },
    ),
    Register(
        SHARING,
        "legal-rows",
        "Laws: telling others",
        "Without one, nothing leaves.",
        {
            "id": "Row",
            "authority": "Authority",
            "actions": "May do",
            "purpose_codes": "For",
            "instrument_ref": "Law",
            "valid_to": "Until",
        },
    ),
    Register(
        SHARING,
        "consular-treaties",
        "Consular treaties",
        "Whose posts are told of their detained nationals, whatever those want.",
        {"state": "State", "instrument": "Treaty", "valid_from": "In force from", "valid_to": "Until"},
    ),
)


class Proposal(Seen):
    """A row that one person proposed and another has to approve."""

    approval_id: UUID
    subject: str = ""
    proposer: str = ""
    proposed_at: datetime | None = None
    version: int = 1
    row: dict[str, Any] = Field(default_factory=dict)
    is_removal: bool = False


@dataclass(frozen=True, slots=True)
class RegisterView:
    """One register as it stands; `fault` says why it could not be read."""

    register: Register
    rows: tuple[dict[str, Any], ...] = ()
    pending: tuple[Proposal, ...] = ()
    fault: str | None = None


async def read_registers(services: Mapping[str, ServiceClient]) -> list[RegisterView]:
    """All registers; a service that does not answer hides only its own."""
    places = sorted({(register.service, register.path) for register in REGISTERS})
    answers = await asyncio.gather(*(_asked(services[service], path) for service, path in places))
    answer_at = dict(zip(places, answers, strict=True))
    return [_view(register, answer_at[register.service, register.path]) for register in REGISTERS]


async def propose(service: ServiceClient, register: str, row: Mapping[str, Any]) -> None:
    """Propose a row; nothing is in force before a second person agrees.

    Raises:
        ServiceFault: The service refuses: wrong role, or a row that breaks the register's schema.
    """
    if service.service == SHARING:
        await service.ask("POST", f"/v1/registers/{register}", body=row)
    else:
        await service.ask("POST", "/v1/registers", body={"register": register, "row": row})


async def decide(service: ServiceClient, approval_id: UUID, *, version: int, is_approved: bool) -> None:
    """Approve or reject a proposal as the second person.

    Raises:
        ServiceFault: The service refuses: same person, wrong role, or another version by now.
    """
    path, body = {
        INGEST: (f"/v1/registers/{approval_id}/approval", {"version": version, "reject": not is_approved}),
        SCREENING: (f"/v1/registers/{approval_id}/approval", {"version": version, "approve": is_approved}),
        SHARING: (f"/v1/registers/approvals/{approval_id}", {"approve": is_approved}),
    }[service.service]
    await service.ask("POST", path, body=body)


async def _asked(service: ServiceClient, path: str) -> Any:
    try:
        return await service.ask("GET", path)
    except ServiceFault as fault:
        return fault


def _view(register: Register, answer: Any) -> RegisterView:
    if isinstance(answer, ServiceFault):
        return RegisterView(register, fault=answer.detail)
    try:
        rows, proposals = _READERS[register.service](register.name, answer)
        pending = tuple(Proposal.model_validate(proposal) for proposal in proposals)
    except (KeyError, TypeError, AttributeError, ValidationError):
        return RegisterView(
            register, fault=f"The answer of the {register.service} service could not be read."
        )
    return RegisterView(register, tuple(rows), pending)


_Parts = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def _of_ingest(name: str, answer: dict[str, Any]) -> _Parts:
    rows = [row["row"] for row in answer["registers"][name]]
    proposals = [
        each | {"row": each["payload"]["row"], "is_removal": each["payload"]["remove"]}
        for each in answer["pending"]
        if each["payload"]["register"] == name
    ]
    return rows, proposals


def _of_screening(name: str, answer: dict[str, Any]) -> _Parts:
    proposals = [
        each | {"row": each["payload"]} for each in answer["proposals"] if each["kind"] == _KINDS[name]
    ]
    return answer[name.replace("-", "_")], proposals


def _of_sharing(_: str, answer: dict[str, Any]) -> _Parts:
    proposals = [each | {"row": each["entry"], "subject": each["entry_id"]} for each in answer["pending"]]
    return [row["entry"] for row in answer["entries"]], proposals


_READERS: Final[Mapping[str, Callable[[str, dict[str, Any]], _Parts]]] = {
    INGEST: _of_ingest,
    SCREENING: _of_screening,
    SHARING: _of_sharing,
}
