"""The entries that a version in force lists unchanged: renewed in small steps, nobody waits for them."""

from services.screening.acting import Stated
from services.screening.ports import Ports
from services.screening.store.list_changes import ListChangeStore
from services.screening.watchlist.putting_in_force import PutInForce
from services.screening.watchlist.weighing import Loading


class RenewListed:
    """Goes on where a version that went live, or the last step, came to."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._put_in_force = PutInForce(ports)

    async def step(self) -> bool:
        """Renew the next entries of one version; whether there was one that had any left.

        Source: SG-14 (a verified file is the review of whom it lists).
        """
        stores = self._ports.stores
        async with self._ports.transaction() as connection:
            found = await stores.versions.renewing(connection)
            if found is None:
                return False
            version, after = found
            source = await stores.registers.source(connection, version.source_id)
            assert source is not None, "a version's source is registered: the tables say so"
            now = self._ports.clock.now()
            order = await stores.registers.standing_order(connection, now)
            purpose = Stated("TERR_PREVENT", None) if order is None else Stated.under(order, None)
            await self._put_in_force.renew(connection, Loading(version, source, purpose, now), after)
            if await ListChangeStore().has_new(connection):
                await stores.watchlist.next_generation(connection, changed=())
            return True
