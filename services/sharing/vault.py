"""The protection vault (SG-35): who seeks or holds protection, in a schema and a role of its own.

It alone evaluates SG-35 and tells reasons only; what they rest on leaves it in no verdict, hash or log.
The application's role has no right on its tables: each statement here runs as `sharing_vault`.

Source: safeguards.md SG-35; design.md §2.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import VaultUnavailable
from services.sharing.shares.facts import ACTION
from services.sharing.shares.recipients import Candidate
from shared.clock import Clock
from shared.contracts import HitConfirmedV1
from shared.db.faults import DATABASE_FAULTS
from shared.db.roles import VAULT_ROLE
from shared.identifiers import HitId, Identifiers
from shared.personal import Personal
from shared.policy.verdict import Verdict

RULE: Final = "SG-35"


class Protection(StrEnum):
    """Protection status (safeguards.md §4a)."""

    NONE = "NONE"
    APPLICANT = "APPLICANT"
    REFUGEE = "REFUGEE"
    STATELESS = "STATELESS"
    UNKNOWN = "UNKNOWN"


class ClaimSign(StrEnum):
    """What a person recorded that points to a claim, beside the travel document itself."""

    NO_CONSULAR_CONTACT = "NO_CONSULAR_CONTACT"
    ASYLUM_ITINERARY = "ASYLUM_ITINERARY"


@dataclass(frozen=True, slots=True, repr=False)
class Finding(Personal):
    """What the asylum officer found for one hit; the newest one counts."""

    hit_id: HitId
    protection: Protection
    feared_states: tuple[str, ...] = ()
    nationality: tuple[str, ...] = ()
    former_residence: tuple[str, ...] = ()
    claim_signs: tuple[ClaimSign, ...] = ()


@dataclass(frozen=True, slots=True)
class VaultAnswer:
    """Reasons for one recipient, and the look-up by which the vault remembers what it read."""

    look_up_id: UUID
    verdict: Verdict = field(repr=False)


class Judge(Protocol):
    """The part of the policy engine that the vault asks."""

    def judge(self, rule_id: str, request: Mapping[str, Any]) -> Verdict:
        """What one safeguard alone says."""
        ...


_BECOME = text(f"SET LOCAL ROLE {VAULT_ROLE}")
_NEWEST = text("""
SELECT finding_id, subject_protection, feared_states, nationality, former_residence, claim_signs
FROM vault.finding WHERE hit_id = :hit_id ORDER BY recorded_at DESC, finding_id DESC LIMIT 1
""")
_ADD = text("""
INSERT INTO vault.finding (finding_id, hit_id, subject_protection, feared_states, nationality,
                           former_residence, claim_signs, recorded_by, recorded_at)
VALUES (:finding_id, :hit_id, :protection, :feared_states, :nationality, :former_residence,
        :claim_signs, :recorded_by, :recorded_at)
""")
_ADD_LOOK_UP = text("""
INSERT INTO vault.look_up (look_up_id, hit_id, finding_id, recipient_state, reasons, asked_at)
VALUES (:look_up_id, :hit_id, :finding_id, :recipient_state, :reasons, :asked_at)
""")
# Refugees' and stateless persons' documents: the kind PR, or the codes XXA to XXC in the place of a State
# (ICAO Doc 9303-3 §5 part D, Doc 9303-4 §4.2.2).
_CONVENTION_CODES: Final = frozenset({"XXA", "XXB", "XXC"})
_CONVENTION_KIND: Final = "PR"


class Vault:
    """The one way in and out of the vault.

    Args:
        engine: The vault's own database address, or the service's.
        judge: The policy engine; only SG-35 is asked.
        clock: Tells when.
        identifiers: Gives findings and look-ups their identifiers.
    """

    def __init__(self, engine: AsyncEngine, judge: Judge, clock: Clock, identifiers: Identifiers) -> None:
        self._engine = engine
        self._judge = judge
        self._clock = clock
        self._identifiers = identifiers

    async def record(self, finding: Finding, *, by: str) -> UUID:
        """Write a finding; those before it stay, and the newest one counts.

        Raises:
            VaultUnavailable: The vault cannot be reached.
        """
        finding_id = self._identifiers.new()
        values = {
            "finding_id": finding_id,
            "hit_id": finding.hit_id,
            "protection": finding.protection.value,
            "feared_states": list(finding.feared_states),
            "nationality": list(finding.nationality),
            "former_residence": list(finding.former_residence),
            "claim_signs": [sign.value for sign in finding.claim_signs],
            "recorded_by": by,
            "recorded_at": self._clock.now(),
        }
        async with self._as_vault() as connection:
            await connection.execute(_ADD, values)
        return finding_id

    async def ask(self, hit: HitConfirmedV1, candidate: Candidate, fields: Sequence[str]) -> VaultAnswer:
        """What SG-35 says of telling this recipient about this hit; see `ask_all`.

        Raises:
            VaultUnavailable: The vault cannot be reached; the caller sends nothing.
        """
        return (await self.ask_all(hit, [(candidate, fields)]))[0]

    async def ask_all(
        self,
        hit: HitConfirmedV1,
        recipients: Sequence[tuple[Candidate, Sequence[str]]],
        *,
        is_claimed: bool = False,
    ) -> list[VaultAnswer]:
        """What SG-35 says of telling each recipient certain fields about this hit, in their order.

        Without a finding the status is UNKNOWN; it counts as claimed only for a convention travel document,
        a recorded wish for no consular contact, an asylum itinerary, or where the asker saw a sign of it.

        Raises:
            VaultUnavailable: The vault cannot be reached; the caller sends nothing.
        """
        now = self._clock.now()
        async with self._as_vault() as connection:
            finding_id, finding = await _newest(connection, HitId(hit.hit_id))
            signs = is_claimed or bool(finding.claim_signs) or has_convention_document(hit)
            requests = [
                _request(candidate, fields, finding, now, has_signs=signs) for candidate, fields in recipients
            ]
            answers = [
                VaultAnswer(self._identifiers.new(), self._judge.judge(RULE, request)) for request in requests
            ]
            values = [
                {
                    "look_up_id": answer.look_up_id,
                    "hit_id": hit.hit_id,
                    "finding_id": finding_id,
                    "recipient_state": candidate.state,
                    "reasons": list(answer.verdict.reasons),
                    "asked_at": now,
                }
                for answer, (candidate, _) in zip(answers, recipients, strict=True)
            ]
            await connection.execute(_ADD_LOOK_UP, values)
        return answers

    async def judge_whole(
        self, hit: HitConfirmedV1, request: Mapping[str, Any], decide: Callable[[Mapping[str, Any]], Verdict]
    ) -> Verdict:
        """What all safeguards say where several read the status: it is added in here and told to nobody.

        Args:
            hit: About whom.
            request: The question without what the vault holds.
            decide: The safeguards; they keep no inputs.

        Raises:
            VaultUnavailable: The vault cannot be reached.
        """
        async with self._as_vault() as connection:
            _, finding = await _newest(connection, HitId(hit.hit_id))
        status = finding.protection.value
        held = {
            "protection": status,
            "claim_sign": bool(finding.claim_signs) or has_convention_document(hit),
            "feared_states": list(finding.feared_states),
            "nationality": list(finding.nationality),
            "former_residence": list(finding.former_residence),
        }
        return decide(
            {
                **request,
                "object": {**request["object"], "subject_protection": status},
                "context": {**request["context"], **held},
            }
        )

    @asynccontextmanager
    async def _as_vault(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in the vault's role, which ends with it."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(_BECOME)
                yield connection
        except DATABASE_FAULTS:
            raise VaultUnavailable from None


def has_convention_document(hit: HitConfirmedV1) -> bool:
    """Whether the traveller reported a refugee's or a stateless person's travel document."""
    documents = hit.traveller.get("documents") or []
    codes = {hit.traveller.get("nationality"), *(document.get("issuer") for document in documents)}
    kinds = {document.get("type") for document in documents}
    return bool(codes & _CONVENTION_CODES) or _CONVENTION_KIND in kinds


async def _newest(connection: AsyncConnection, hit_id: HitId) -> tuple[UUID | None, Finding]:
    row = (await connection.execute(_NEWEST, {"hit_id": hit_id})).one_or_none()
    if row is None:
        return None, Finding(hit_id, Protection.UNKNOWN)
    finding = Finding(
        hit_id,
        Protection(row.subject_protection),
        tuple(row.feared_states),
        tuple(row.nationality),
        tuple(row.former_residence),
        tuple(ClaimSign(sign) for sign in row.claim_signs),
    )
    return row.finding_id, finding


def _request(
    candidate: Candidate, fields: Sequence[str], finding: Finding, now: datetime, *, has_signs: bool
) -> dict[str, Any]:
    return {
        "action": ACTION,
        "object": {"subject_protection": finding.protection.value, "fields": list(fields)},
        "context": {
            "recipient_state": candidate.state,
            "recipient": {"scope": candidate.scope.value},
            "feared_states": list(finding.feared_states),
            "nationality": list(finding.nationality),
            "former_residence": list(finding.former_residence),
            "claim_sign": has_signs,
            # Each notice goes to one recipient over a channel of its own (sharing-protocol.md §5).
            "channel": "CLOSED",
        },
        "now": now.isoformat(),
    }
