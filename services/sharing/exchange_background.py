"""What a draft answers, and what it passes on: read from the ledger before it is composed.

Source: sharing-protocol.md §3 (which type answers which), §6; safeguards.md SG-33.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.errors import MessageRefused
from services.sharing.exchange_content import SealingKeys, opened
from services.sharing.exchange_drafts import Background, Draft
from services.sharing.exchange_records import WITHDRAWN, Direction, ExchangeMessage
from services.sharing.message_types import TYPES
from services.sharing.store.exchange import ExchangeStore


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
