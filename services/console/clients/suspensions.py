"""Oversight's orders in screening and sharing, asked as the person at the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.console.clients.oversight import told
from services.console.clients.service import ServiceClient
from services.console.seen.suspensions import Suspension
from shared.web.purpose import OVERSIGHT

PATH: Final = "/v1/oversight/suspensions"
CARRYING: Final = ("screening", "sharing")


@dataclass(frozen=True, slots=True)
class Suspensions:
    """The orders of both services."""

    services: Mapping[str, ServiceClient]

    async def all(self) -> dict[str, list[Suspension] | None]:
        """Each service's orders, those that stand first; none where it did not answer."""
        return {name: await told(self.of(name)) for name in CARRYING}

    async def of(self, service: str) -> list[Suspension]:
        """One service's orders."""
        client = self.services[service]
        return client.read_all(Suspension, await client.ask("GET", PATH), "suspensions")

    async def order(self, service: str, body: Mapping[str, Any]) -> None:
        """Suspend, for oversight alone."""
        await self.services[service].ask("POST", PATH, body=body, purpose=OVERSIGHT)

    async def lift(self, service: str, suspension_id: str, order_number: str) -> None:
        """Lift, as the body that ordered it or as a court."""
        path = f"{PATH}/{suspension_id}/lifting"
        await self.services[service].ask("POST", path, body={"order_number": order_number}, purpose=OVERSIGHT)
