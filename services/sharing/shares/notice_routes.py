"""HTTP for the ledger of notices: how far each is, and what speaks for it. No personal data."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.sharing.errors import NoticeNotFound
from services.sharing.parts import Sharing, sharing_of
from services.sharing.shares.notice_views import NoticeDetailOut, NoticeOut, Viewer
from services.sharing.statuses import problems
from services.sharing.store.notices import MAX_NOTICES, NoticeStore
from services.sharing.store.shares import ShareStore
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

DEFAULT_LIMIT: Final = 50

router = APIRouter(tags=["sharing"])
UseCases = Annotated[Sharing, Depends(sharing_of)]
NoticeReader = Annotated[Principal, Depends(require(Permission.READ_NOTICES))]


class NoticesOut(BaseModel):
    """Notices, newest first."""

    notices: list[NoticeOut]


@router.get("/v1/notices")
async def list_notices(
    sharing: UseCases,
    _: NoticeReader,
    limit: Annotated[int, Query(ge=1, le=MAX_NOTICES)] = DEFAULT_LIMIT,
) -> NoticesOut:
    """Notices, newest first; no personal data."""
    async with sharing.engine.connect() as connection:
        notices = await NoticeStore(connection).newest(limit)
    return NoticesOut(notices=[NoticeOut.of(notice, sharing.clock.now()) for notice in notices])


@router.get("/v1/notices/{notice_id}", responses=problems(NoticeNotFound))
async def show_notice(notice_id: UUID, sharing: UseCases, reader: NoticeReader) -> NoticeDetailOut:
    """One notice with its tries, its verdicts and the proof of receipt; no personal data."""
    async with sharing.engine.connect() as connection:
        notices = NoticeStore(connection)
        notice = await notices.get(notice_id)
        verdicts = await ShareStore(connection).verdicts(notice.share_id)
        tries = await notices.tries(notice_id)
    about = [each for each in verdicts if each.notice_id == notice_id]
    return NoticeDetailOut.detailed(notice, tries, about, Viewer.of(reader, sharing.clock.now()))
