"""The duty desk of the exchange, asked as the person at the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.clients.service import ServiceClient
from services.console.seen.desk import DeskMessage, MessageContent, MessageFile, Verdict
from shared.web.purpose import Purpose


@dataclass(frozen=True, slots=True)
class Desk:
    """Messages of other States, and ours to them."""

    client: ServiceClient

    async def messages(self, direction: str) -> list[DeskMessage]:
        """The inbox, or what left."""
        answer = await self.client.ask("GET", "/v1/exchange/messages", query={"direction": direction})
        return self.client.read_all(DeskMessage, answer, "messages")

    async def message(self, message_id: str) -> MessageFile:
        """One message with what answers it."""
        answer = await self.client.ask("GET", f"/v1/exchange/messages/{message_id}")
        return self.client.read(MessageFile, answer)

    async def content(self, message_id: str, purpose: Purpose) -> MessageContent:
        """What a received message says; the look is recorded."""
        path = f"/v1/exchange/messages/{message_id}/content"
        return self.client.read(MessageContent, await self.client.ask("GET", path, purpose=purpose))

    async def preview(self, message_id: str, purpose: Purpose) -> MessageContent:
        """What a message that waits will say, but for what the second person finds; the look is recorded."""
        path = f"/v1/exchange/messages/{message_id}/preview"
        return self.client.read(MessageContent, await self.client.ask("GET", path, purpose=purpose))

    async def acknowledge(self, message_id: str) -> None:
        """Say to the sender that a person has seen it."""
        await self.client.ask("POST", f"/v1/exchange/messages/{message_id}/acknowledgement")

    async def propose(self, body: Mapping[str, Any]) -> None:
        """Write a message that a second person lets go."""
        await self.client.ask("POST", "/v1/exchange/proposals", body=body)

    async def let_go(self, message_id: str, body: Mapping[str, Any]) -> Verdict:
        """The second person's step; what the safeguards refuse never leaves."""
        answer = await self.client.ask("POST", f"/v1/exchange/messages/{message_id}/approval", body=body)
        return self.client.read(Verdict, answer)

    async def recall(self, notice_id: str, body: Mapping[str, Any]) -> None:
        """Take a notice back from its recipient and everyone onward."""
        await self.client.ask("POST", f"/v1/notices/{notice_id}/recall", body=body)
