"""What is written of a judged message, and the refusal that follows from a verdict without a permit."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.errors import RefusedByPolicy
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.shares.safeguards import logged_reasons
from shared.audit.log import AuditLog
from shared.policy.verdict import Verdict


async def record_verdict(
    audit: AuditLog,
    connection: AsyncConnection,
    message: ExchangeMessage,
    *,
    actor: str,
    action: str,
    verdict: Verdict,
    element: str | None = None,
) -> None:
    """Write who asked for what with a message and what the safeguards said; nothing of a person."""
    facts = {"type": message.type, "authority_id": message.authority_id}
    await audit.append(
        connection,
        actor=actor,
        action=action,
        object_kind="MESSAGE",
        object_id=str(message.message_id),
        outcome="PERMITTED" if verdict.permits else "REFUSED",
        purpose=str(message.outside["purpose"]),
        policy=verdict.policy_version,
        reasons=logged_reasons(verdict.reasons),
        facts=facts | ({"element": element} if element else {}) | {"inputs_hash": verdict.inputs_hash},
    )


def require_permit(verdict: Verdict) -> None:
    """Go on only with a permit.

    Raises:
        RefusedByPolicy: With the reasons that may be logged.
    """
    if not verdict.permits:
        raise RefusedByPolicy(reasons=" ".join(logged_reasons(verdict.reasons)))
