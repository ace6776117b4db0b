"""What a draft answers, passes on or withdraws: read from the ledger before it is composed.

Source: sharing-protocol.md §3 (which type answers which), §6; safeguards.md SG-33, SG-37, §4a.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.errors import MessageRefused
from services.sharing.exchange.content import SealingKeys, opened
from services.sharing.exchange.drafts import Background, Draft
from services.sharing.exchange.records import WITHDRAWN, Direction, ExchangeMessage
from services.sharing.protocol.message_fields import notice_fields, target_of
from services.sharing.protocol.message_types import TYPES, WITHDRAWALS
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.payloads import Correct
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.notices import NoticeStore

#: Where an answer names the message that it answers once more.
_NAMED_AGAIN: Final[Mapping[str, str]] = {
    "FEEDBACK": "message_ref",
    "CONSENT": "request_id",
    "REVIEW_RESULT": "emergency_message_id",
    "WL_DECISION": "target_message_id",
}
#: What of a message its recipient has to erase.
_ERASING: Final = WITHDRAWALS - {"CORRECT"}


async def background_of(connection: AsyncConnection, draft: Draft, keys: SealingKeys) -> Background:
    """The messages behind a draft, and what the one that it answers asks.

    Raises:
        MessageRefused: It answers or passes on what is not there, or what it cannot.
    """
    answered = await _answered(connection, draft)
    passed_on = await _passed_on(connection, draft)
    is_theirs = answered is not None and answered.direction is Direction.IN
    has_content = answered is not None and is_theirs and answered.envelope is not None
    asked = opened(answered, keys) if answered is not None and has_content else None
    return Background(answered, asked, passed_on)


def require_one_answered(draft: Draft, payload: Part) -> None:
    """Let an answer name inside its seal the message that it answers, and no other.

    The safeguards look at whom the answered one is about; the recipient reads the one inside.

    Raises:
        MessageRefused: It names two.
    """
    member = _NAMED_AGAIN.get(draft.type)
    if member is not None and getattr(payload, member) != draft.in_reply_to:
        raise MessageRefused(reason="it names another message than the one that it answers")


async def require_was_sent(connection: AsyncConnection, draft: Draft, payload: Part) -> None:
    """Let a withdrawal go only to whoever got what it concerns; a correction holds no field beyond that.

    One person sends it and no country rule stops it, so it may not tell anybody anything new (§4a).

    Raises:
        MessageRefused: The recipient never got the message, or not these fields, or has to forget them.
    """
    if draft.type not in WITHDRAWALS:
        return
    sent = await _fields_sent(connection, target_of(payload), draft.recipient)
    if sent is None:
        raise MessageRefused(reason="its recipient has no such message of ours")
    if not isinstance(payload, Correct):
        return
    if await _has_to_forget(connection, target_of(payload)):
        raise MessageRefused(reason="its recipient has to forget what it would correct")
    if not notice_fields(payload.corrected) <= sent:
        raise MessageRefused(reason="it holds more than the message that it corrects")


async def _fields_sent(
    connection: AsyncConnection, message_id: UUID | None, recipient: str
) -> frozenset[str] | None:
    """The fields that a recipient has of a message of ours; `None` where it never got it."""
    if message_id is None:
        return None
    notice = await NoticeStore(connection).find(message_id)
    if notice is not None and notice.authority_id == recipient and notice.sent_at is not None:
        return frozenset(notice.fields)
    message = await ExchangeStore(connection).find(message_id)
    is_ours = message is not None and message.direction is Direction.OUT and message.sent_at is not None
    if message is None or not is_ours or message.authority_id != recipient:
        return None
    return frozenset((message.basis or {}).get("fields", ()))


async def _has_to_forget(connection: AsyncConnection, message_id: UUID | None) -> bool:
    """Whether a message of ours was taken back to be erased; one that is only restricted can be corrected."""
    if message_id is None:
        return False
    against = await ExchangeStore(connection).with_target(message_id, Direction.OUT)
    return any(each.type in _ERASING and each.recall_kind != "RESTRICT" for each in against)


async def _answered(connection: AsyncConnection, draft: Draft) -> ExchangeMessage | None:
    if draft.in_reply_to is None:
        if TYPES[draft.type].answers:
            raise MessageRefused(reason="it answers a message, and names none")
        return None
    found = await ExchangeStore(connection).find(draft.in_reply_to)
    if found is None or found.authority_id != draft.recipient or found.state in WITHDRAWN:
        raise MessageRefused(reason="the message that it answers is not there")
    if found.type not in TYPES[draft.type].answers:
        raise MessageRefused(reason="it does not answer a message of that type")
    return found


async def _passed_on(connection: AsyncConnection, draft: Draft) -> ExchangeMessage | None:
    """The received message whose information the draft passes on; one that was withdrawn is not there."""
    if draft.derived_from is None:
        return None
    found = await ExchangeStore(connection).find(draft.derived_from)
    if found is None or found.direction is not Direction.IN or found.state in WITHDRAWN:
        raise MessageRefused(reason="the message that it passes on is not there")
    return found
