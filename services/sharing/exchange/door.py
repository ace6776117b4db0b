"""The counterparts' one door before a message is read: how often somebody may knock, and how much they say.

What is too long is answered by the framework, before any route runs and without being read to its end; it
leaves a record like every refusal. Who sent it is not known then: the mutual TLS ends before us, and what a
request says of itself is not believed.

Source: sharing-protocol.md §9.2, §10; safeguards.md SG-41.
"""

from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.types import Message, Receive, Scope, Send

from services.sharing.parts import Sharing
from shared.web.limits import Rate

#: Of one address; a counterpart has few messages, a flood has many.
EXCHANGE_RATE: Final = Rate(per_second=20, burst=200)


class DoorRoute(APIRoute):
    """A route whose every refusal is counted and recorded, also those of a body that is too long."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of a counterpart.

        Raises:
            TooManyRequests: This address has knocked too often; nothing more is recorded of it.
        """
        request = Request(scope)
        caller = request.client.host if request.client else "nobody"
        request.app.state.rate_limiter.take(f"exchange:{caller}", EXCHANGE_RATE)
        sharing: Sharing = request.app.state.sharing

        async def noting(message: Message) -> None:
            is_too_long = message.get("status") == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            if message["type"] == "http.response.start" and is_too_long:
                await sharing.receive.record_too_long()
            await send(message)

        await super().handle(scope, receive, noting)
