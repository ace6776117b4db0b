"""The file that a list version was made of: whether it is held, and the file itself for who checks it."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response, StreamingResponse

from services.screening.errors import ListFileNotHeld, NotFound
from services.screening.ports import Ports
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.store.list_archive import FileDamaged, ListArchive, ListFileRecord
from services.screening.views import Out
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["watchlist"])


class ListFileOut(Out):
    """A version's file: its digest as both approvers saw it, its size, and whether it is still held."""

    version_id: UUID
    source: str
    sha256: str
    file_bytes: int
    is_held: bool
    let_go_at: datetime | None


@router.get(
    "/v1/watchlist/versions/{version_id}/file",
    dependencies=[Depends(require(Permission.READ_WATCHLIST))],
    responses=problems(NotFound),
)
async def read_list_file(version_id: UUID, ports: RequestPorts) -> ListFileOut:
    """What is known of the file that a version was made of."""
    async with ports.database.connect() as connection:
        found = await ports.stores.list_archive.get(connection, version_id)
    if found is None:
        raise NotFound(kind="kept list file")
    return ListFileOut(
        version_id=found.version_id,
        source=found.source_id,
        sha256=found.sha256,
        file_bytes=found.file_bytes,
        is_held=found.let_go_at is None,
        let_go_at=found.let_go_at,
    )


@router.get(
    "/v1/watchlist/versions/{version_id}/file/content",
    response_class=Response,
    responses={
        **problems(NotFound, ListFileNotHeld),
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def read_list_file_content(
    version_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.READ_LIST_FILE))],
    ports: RequestPorts,
) -> Response:
    """The file as it was imported, byte for byte; who took it stands in the log."""
    archive = ports.stores.list_archive
    async with ports.transaction() as connection:
        found = await archive.get(connection, version_id)
        if found is None:
            raise NotFound(kind="kept list file")
        if found.let_go_at is not None:
            raise ListFileNotHeld(reason="let go of when it was out of use for long enough")
        await _require_whole(archive, connection, found)
        await ports.audit.append(
            connection,
            actor=principal.subject,
            action="wl.file_read",
            object_kind="list_version",
            object_id=str(version_id),
            facts={"sha256": found.sha256, "list_source": found.source_id},
        )
    name = f"{found.source_id}-{version_id}"
    return StreamingResponse(
        _pieces(ports, found),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(found.file_bytes),
        },
    )


async def _require_whole(archive: ListArchive, connection: AsyncConnection, found: ListFileRecord) -> None:
    """Look through the pieces before the first one leaves.

    Raises:
        ListFileNotHeld: One does not open, or they are not the file whose digest the version has.
    """
    digest = hashlib.sha256()
    try:
        for ordinal in range(found.pieces):
            digest.update(await archive.piece(connection, found.version_id, ordinal))
    except FileDamaged:
        raise ListFileNotHeld(reason="not opened by this installation's key") from None
    if digest.hexdigest() != found.sha256:
        raise ListFileNotHeld(reason="no longer what its version says")


async def _pieces(ports: Ports, found: ListFileRecord) -> AsyncIterator[bytes]:
    async with ports.database.connect() as connection:
        for ordinal in range(found.pieces):
            yield await ports.stores.list_archive.piece(connection, found.version_id, ordinal)
