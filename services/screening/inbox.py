"""What comes in from other services: travellers seen or withdrawn from ingest, releases from sharing."""

from typing import Any

from services.screening.batches.document_hits import DocumentHits
from services.screening.batches.screen import ScreenTravellers
from services.screening.batches.withdraw import WithdrawTravellers
from services.screening.errors import UnreadableMessage
from services.screening.front_line.cards import FrontLine
from services.screening.hits.links import HitLinks
from services.screening.notices.from_abroad import NoticesFromAbroad
from services.screening.ports import Ports
from services.screening.watchlist.current_matcher import CurrentMatcher
from shared.accounts.freezes import Freeze, FreezeStore
from shared.bus.inbox import Inbox
from shared.bus.message import Received, Told
from shared.contracts import (
    AccountFreezeV1,
    HitLinksAskedV1,
    NationalReleaseV1,
    NoticeReceivedV1,
    NoticeWithdrawnV1,
    TravellersObservedV1,
    TravellersWithdrawnV1,
)
from shared.contracts.rescreening import TravellersToRescreenV1

#: Which service may send what.
SENDERS = {
    "AccountFreezeV1": "ingest",
    "TravellersObservedV1": "ingest",
    "TravellersToRescreenV1": "ingest",
    "TravellersWithdrawnV1": "ingest",
    "NationalReleaseV1": "sharing",
    "HitLinksAskedV1": "ingest",
    "NoticeReceivedV1": "sharing",
    "NoticeWithdrawnV1": "sharing",
}


class ReceiveMessage:
    """Hands each message to its use case."""

    def __init__(self, ports: Ports, current: CurrentMatcher, hold_minutes: int = 0) -> None:
        self._ports = ports
        self._notices = NoticesFromAbroad(ports, current)
        self._screen = ScreenTravellers(
            ports, current, [self._notices.joined, DocumentHits(ports).found], hold_minutes
        )

    async def __call__(self, message: Received) -> dict[str, Any]:
        """Carry a message out once; a repeat gets the first reply.

        Raises:
            UnreadableMessage: Another sender's kind, or not that contract.
            NoListInForce, NoStandingOrder, ScreeningRefused, UnreadableTraveller: See `batches/screen.py`.
        """
        if SENDERS.get(message.kind) != message.sender:
            raise UnreadableMessage(kind=message.kind)
        if message.kind == "TravellersObservedV1":
            return (await self._screen(_parsed(TravellersObservedV1, message))).as_json()
        if message.kind == "TravellersToRescreenV1":
            return (await self._screen(_parsed(TravellersToRescreenV1, message))).as_json()
        if message.kind == "TravellersWithdrawnV1":
            taken = await WithdrawTravellers(self._ports)(_parsed(TravellersWithdrawnV1, message))
            return taken.as_json()
        if message.kind == "HitLinksAskedV1":
            # A question changes nothing: it is answered anew each time, and its answer is not kept.
            answer = await HitLinks(self._ports)(_parsed(HitLinksAskedV1, message).travellers)
            return answer.as_json()
        if message.kind in ("NoticeReceivedV1", "NoticeWithdrawnV1"):
            return await self._notice(message)
        take = self._freeze if message.kind == "AccountFreezeV1" else self._release
        return await take(message)

    async def _notice(self, message: Received) -> dict[str, Any]:
        """A notice from abroad, or that it holds no longer."""
        if message.kind == "NoticeReceivedV1":
            return (await self._notices.receive(_parsed(NoticeReceivedV1, message))).as_json()
        return (await self._notices.withdraw(_parsed(NoticeWithdrawnV1, message))).as_json()

    async def _freeze(self, message: Received) -> dict[str, Any]:
        """An account that an incident froze, or that was released; told twice it stands as before."""
        freeze = Freeze.told(_parsed(AccountFreezeV1, message))
        async with self._ports.transaction() as connection:
            await FreezeStore().write(connection, freeze, self._ports.audit, message.sender)
        return {"taken": True}

    async def _release(self, message: Received) -> dict[str, Any]:
        release = _parsed(NationalReleaseV1, message)
        async with self._ports.transaction() as connection:
            stored = await Inbox.begin(connection, message.message_id, message.kind)
            if stored is not None:
                return stored
            await FrontLine(self._ports).release(connection, release)
            reply = {"released": True}
            await Inbox.finish(connection, message.message_id, reply)
            return reply


def _parsed(contract: type[Told], message: Received) -> Told:
    told = message.read_as(contract)
    if told is None:
        raise UnreadableMessage(kind=message.kind)
    return told
