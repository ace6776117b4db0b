"""The places of the setting `audit_checkpoint_sinks` for a running service, witnesses among them."""

from collections.abc import Sequence
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.audit.sinks import CheckpointSink, open_sinks
from shared.audit.tree_store import consistency_proof, leaf_count
from shared.audit.witness import WitnessSink, is_witness, witness_key_of


class StoredTree:
    """A service's own tree in its database, as a witness's client reads it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def size(self) -> int:
        """How many leaves it has now."""
        async with self._engine.connect() as connection:
            return await leaf_count(connection)

    async def proof(self, first: int, second: int) -> tuple[bytes, ...]:
        """The consistency proof between two of its sizes; none is needed from size 0 or to the same."""
        if first in {0, second}:
            return ()
        async with self._engine.connect() as connection:
            return await consistency_proof(connection, first, second)


def open_places(
    addresses: Sequence[str], client: httpx.AsyncClient, engine: AsyncEngine
) -> tuple[CheckpointSink, ...]:
    """Folders, https addresses and witnesses, in their order.

    A witness keeps its cosigned notes in every folder that is named beside it.

    Args:
        addresses: The setting; a witness is `https://…#name+id+key`.
        client: For what is reached over HTTP.
        engine: The database of the service whose log it is.
    """
    witnesses = [address for address in addresses if is_witness(address)]
    plain = [address for address in addresses if not is_witness(address)]
    folders = [Path(address) for address in plain if "://" not in address]
    tree = StoredTree(engine)
    return (
        *open_sinks(plain, client),
        *(
            WitnessSink(address.partition("#")[0], witness_key_of(address), client, tree, folders)
            for address in witnesses
        ),
    )
