"""What each service tells oversight, asked as the person at the screen and for oversight alone."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from services.console.clients.service import ServiceClient
from services.console.errors import ServiceFault
from services.console.seen.base import Seen
from services.console.seen.oversight import Bias, Figures, Grant, LogHead, RetentionNow, Transfer
from shared.web.purpose import OVERSIGHT

COUNTED: Final = ("ingest", "screening", "sharing")
_Told = TypeVar("_Told", bound=Seen)
_Any = TypeVar("_Any")


@dataclass(frozen=True, slots=True)
class Oversight:
    """All services together; one that does not answer leaves its part out."""

    services: Mapping[str, ServiceClient]

    async def figures(self, month: str | None) -> dict[str, Figures | None]:
        """Each service's figures of a month; none where it did not answer."""
        return {
            name: await told(self._read(name, Figures, "/v1/oversight/figures", month)) for name in COUNTED
        }

    async def transfers(self) -> list[Transfer]:
        """Every notice to another State, the newest first."""
        client = self.services["sharing"]
        answer = await client.ask("GET", "/v1/oversight/transfers", purpose=OVERSIGHT)
        return client.read_all(Transfer, answer, "transfers")

    async def retention(self) -> RetentionNow:
        """What is held and overdue now."""
        return await self._read("ingest", RetentionNow, "/v1/retention")

    async def grants(self) -> list[Grant]:
        """Requests to see masked values, the newest first."""
        client = self.services["ingest"]
        return client.read_all(Grant, await client.ask("GET", "/v1/reidentifications"), "requests")

    async def bias(self) -> Bias:
        """The newest measurement of false alerts."""
        return await self._read("screening", Bias, "/v1/fairness")

    async def logs(self) -> dict[str, LogHead | None]:
        """The newest checkpoint of each service's log; none where it did not answer."""
        return {name: await told(self._read(name, LogHead, "/v1/audit/checkpoint")) for name in self.services}

    async def _read(self, service: str, model: type[_Told], path: str, month: str | None = None) -> _Told:
        client = self.services[service]
        return client.read(model, await client.ask("GET", path, query={"month": month}, purpose=OVERSIGHT))


async def told(answer: Awaitable[_Any]) -> _Any | None:
    """An answer; none where the service refuses or is away, so that one part does not take the page."""
    try:
        return await answer
    except ServiceFault:
        return None
