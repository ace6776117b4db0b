"""Of whom a message tells that is no notice of a share: the confirmed hits of ours behind it.

What was found of them before binds the message too, whatever its drafter says: protection, age, individual
risk, a dispute. They are found by themselves, also by name and document, so that leaving out a hit's number
hides nobody.

Source: safeguards.md SG-16, SG-17, SG-34, SG-35, SG-37.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.exchange.content import SealingKeys, opened, previewed
from services.sharing.exchange.letter_basis import LetterBasis
from services.sharing.exchange.records import WITHDRAWN, Direction, ExchangeMessage
from services.sharing.protocol.message_fields import persons_in
from services.sharing.protocol.payload_parts import Part
from services.sharing.shares.records import NoticeState, Share
from services.sharing.shares.same_person import Identifiers
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.notices import NoticeStore
from services.sharing.store.shares import ShareStore


async def shares_told_of(
    connection: AsyncConnection, basis: LetterBasis, content: Sequence[Part]
) -> list[Share]:
    """The shares of the hits that a message tells of, in the order of their ids.

    Those are the hit that it names, that of our own message which it concerns, whatever rests on the
    received message that it answers or passes on, and every hit about a person whom its `content` describes:
    what it says itself and what it answers (`content_of`).
    """
    shares = ShareStore(connection)
    found = {await shares.of_hit(UUID(basis.hit_id))} if basis.hit_id else set()
    for message_id in {basis.concerns, basis.derived_from} - {None}:
        found |= await _of_message(connection, UUID(message_id))
    for person in (each for part in content for each in persons_in(part)):
        found |= await shares.of_person(Identifiers.of_person(person))
    return [await shares.get(share_id) for share_id in sorted(each for each in found if each is not None)]


async def content_of(
    connection: AsyncConnection, message: ExchangeMessage, keys: SealingKeys
) -> tuple[Part, ...]:
    """What a message of ours that is not out yet says, and what the received one says that it answers.

    Raises:
        ContentWithdrawn: It can be read no more; nobody can tell then of whom it tells.
    """
    said = previewed(message, keys)
    if message.in_reply_to is None:
        return (said,)
    answered = await ExchangeStore(connection).get(message.in_reply_to)
    return (said, opened(answered, keys)) if answered.direction is Direction.IN else (said,)


async def shares_behind(connection: AsyncConnection, message_id: UUID) -> list[Share]:
    """The shares of the hits that a message of ours or a received one tells of."""
    found = await _of_message(connection, message_id)
    return [await ShareStore(connection).get(share_id) for share_id in found if share_id is not None]


async def is_withdrawn(connection: AsyncConnection, basis: LetterBasis) -> bool:
    """Whether the message of which a letter speaks again was taken back: nothing more is told of it (SG-37).

    That is our notice of which a consent speaks, or the received one that feedback answers.
    """
    if basis.concerns is None:
        return False
    concerned = UUID(basis.concerns)
    notice = await NoticeStore(connection).find(concerned)
    message = await ExchangeStore(connection).find(concerned)
    is_recalled = notice is not None and notice.state is NoticeState.RECALLED
    return is_recalled or (message is not None and message.state in WITHDRAWN)


async def _of_message(connection: AsyncConnection, message_id: UUID) -> set[UUID | None]:
    shares = ShareStore(connection)
    found: set[UUID | None] = set(await shares.derived(message_id))
    notice = await NoticeStore(connection).find(message_id)
    if notice is not None:
        found.add(notice.share_id)
    message = await ExchangeStore(connection).find(message_id)
    if message is not None and message.basis is not None and message.basis.get("hit_id"):
        found.add(await shares.of_hit(UUID(str(message.basis["hit_id"]))))
    return found
