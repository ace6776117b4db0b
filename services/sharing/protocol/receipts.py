"""What a recipient's answer proves: only an acknowledgement under its own current key is a receipt.

Source: sharing-protocol.md §6 (sender), §9.6.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.sharing.errors import EnvelopeRefused
from services.sharing.protocol.envelope import verify_acknowledgement
from services.sharing.protocol.transmit import Answer
from services.sharing.registers.entries import Authority

NOT_IN_SCOPE: Final = "NOT_IN_SCOPE"


def verified(
    answer: Answer, authority: Authority, *, message_id: UUID, envelope: str | None, now: datetime
) -> Answer:
    """The answer with what its acknowledgement says; one without an acknowledgement stays as it is.

    Args:
        answer: How the transmission ended.
        authority: The recipient; a key of another, or one not current, proves nothing.
        message_id: What was sent.
        envelope: The bytes that were sent.
        now: The present instant.

    Returns:
        No fault once received; `NOT_IN_SCOPE`, final, where the recipient does not take such things;
        `ACKNOWLEDGEMENT_WRONG` where it proves nothing.
    """
    if answer.acknowledgement is None:
        return answer
    assert envelope is not None, "what was sent was sealed"
    keys = {key.kid: key.jwk for key in authority.keys if key.use == "sig" and key.is_current(now)}
    try:
        receipt = verify_acknowledgement(
            answer.acknowledgement,
            message_id=message_id,
            notice=envelope,
            recipient=authority.id,
            key_of=keys.get,
        )
    except EnvelopeRefused:
        return replace(answer, fault="ACKNOWLEDGEMENT_WRONG")
    is_final = receipt.outcome == NOT_IN_SCOPE
    return replace(answer, fault=NOT_IN_SCOPE if is_final else None, is_final=is_final)
