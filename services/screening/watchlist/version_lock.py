"""A version that people decide about: found, its source locked, and looked at again under the lock."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.errors import AlreadyDecided, NotFound
from services.screening.store.list_versions import ListVersionStore
from services.screening.watchlist.versions import ListVersion, VersionState


async def locked_version(
    store: ListVersionStore,
    connection: AsyncConnection,
    version_id: UUID,
    *,
    state: VersionState,
    kind: str,
) -> ListVersion:
    """The version in the state in which it can be decided; nobody else decides of its source meanwhile.

    Raises:
        NotFound: No such version.
        AlreadyDecided: It is in another state; `kind` says of what.
    """
    version = await store.get(connection, version_id)
    if version is None:
        raise NotFound(kind="list version")
    await store.lock_source(connection, version.source_id)
    version = await store.get(connection, version_id)
    if version is None or version.state is not state:
        raise AlreadyDecided(kind=kind)
    return version
