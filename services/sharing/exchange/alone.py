"""What one person may send alone: what protects, in words of the product's own.

No safeguard reads words, and no second person sees these: an officer's own would carry anything to any State.
What the officer gives as the reason stays in our ledger, beside the message.

Source: sharing-protocol.md §3; safeguards.md §4a (`exchange.control`); workflow.md §7.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.errors import MessageRefused
from services.sharing.exchange.drafts import Draft, Said
from services.sharing.protocol.message_types import WITHDRAWALS
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.payloads import Correct, Recall, Suspension
from services.sharing.registers.entries import Agreement
from services.sharing.shares.corrections import CORRECT_ONWARD, RESTRICT_ONWARD
from services.sharing.shares.withdrawals import NECESSITY, ONWARD
from services.sharing.store.registers import Register, RegisterStore

#: A receipt and a DONE say what was done, so they follow from doing it.
ALONE: Final = WITHDRAWALS | {"SUSPEND"}
_SUSPENDED: Final = "What is named does not hold until both sides have looked at it."
_ONWARD_OF: Final[Mapping[str, str]] = {"ERASE": ONWARD, "RESTRICT": RESTRICT_ONWARD}


def said_alone(draft: Draft) -> Said:
    """The outside of a message that one person sends."""
    necessity = _SUSPENDED if draft.type == "SUSPEND" else NECESSITY
    return Said(draft.type, draft.recipient, draft.purpose_code, necessity)


def in_standing_words(payload: Part) -> Part:
    """The payload with our instructions in the place of the officer's."""
    if isinstance(payload, Correct):
        return payload.model_copy(update={"onward_instructions": CORRECT_ONWARD})
    if isinstance(payload, Recall):
        return payload.model_copy(update={"onward_instructions": _ONWARD_OF[payload.kind]})
    return payload


async def require_known(
    connection: AsyncConnection,
    payload: Part,
    recipient: str,
    *,
    own_authority: str,
    own_keys: Collection[str],
) -> None:
    """Let a suspension name only what its recipient knows: an agreement of theirs, our authority, our key.

    Raises:
        MessageRefused: It names something else.
    """
    if isinstance(payload, Suspension) and not await _is_known(
        connection, payload, recipient, own_authority, own_keys
    ):
        raise MessageRefused(reason="it suspends neither an agreement with its recipient nor what is ours")


async def _is_known(
    connection: AsyncConnection,
    payload: Suspension,
    recipient: str,
    own_authority: str,
    own_keys: Collection[str],
) -> bool:
    named = payload.object_id
    if payload.object == "AUTHORITY":
        return named == own_authority
    if payload.object == "KEY":
        is_signing = re.fullmatch(rf"{re.escape(own_authority)}\.[A-Za-z0-9_-]{{16}}", named) is not None
        return is_signing or named in own_keys
    registers = RegisterStore(connection)
    body, authority = await registers.one(Register.AGREEMENT, named), await registers.authority(recipient)
    return (
        body is not None
        and authority is not None
        and authority.state in Agreement.model_validate(body).parties
    )
