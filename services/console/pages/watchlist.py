"""The watchlist: sources, versions held and in force, import of a file, approval by two different persons."""

import hashlib
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from shared.security.roles import Permission
from shared.web.limits import MEBIBYTE

MAX_LIST_BYTES: Final = 64 * MEBIBYTE
READERS: Final = frozenset({"un", "ofac", "eu", "uk", "opensanctions", "interpol", "documents"})

router = APIRouter()


@router.get("/watchlist")
async def show_watchlist(
    page: Annotated[Page, Depends(page_for(Permission.READ_WATCHLIST))],
) -> Response:
    """Sources with their alarms and how fresh they are, versions; whether any list is in force at all."""
    view = await page.watchlist.sources()
    states = await page.watchlist.source_states()
    # Who needs a person stands first.
    states.sort(key=lambda each: (each.alarm is None, each.source_id))
    return page.show("watchlist.html", view=view, states=states, readers=sorted(READERS))


@router.post("/watchlist/sources/{source_id}/fetch")
async def fetch_source(
    source_id: Annotated[str, Path(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")],
    page: Annotated[Page, Depends(form_for(Permission.IMPORT_LIST))],
) -> Response:
    """Fetch a source's list now; the page tells what came of it."""
    await page.watchlist.fetch(source_id)
    return page.go("/watchlist")


@router.get("/watchlist/versions/{version_id}")
async def show_version(
    version_id: UUID, page: Annotated[Page, Depends(page_for(Permission.READ_WATCHLIST))]
) -> Response:
    """One version's report: what was loaded, what was left out, what could not be read."""
    version = await page.watchlist.version(str(version_id))
    return page.show(
        "list_version.html", version=version, file=await page.watchlist.file_state(str(version_id))
    )


@router.get("/watchlist/versions/{version_id}/file")
async def give_file(
    version_id: UUID, page: Annotated[Page, Depends(page_for(Permission.READ_LIST_FILE))]
) -> Response:
    """The file that a version was made of, byte for byte; the look is recorded."""
    content = await page.watchlist.file(str(version_id))
    headers = {"Content-Disposition": f'attachment; filename="list-version-{version_id}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/watchlist/versions/{version_id}/delta")
async def show_delta(
    version_id: UUID, page: Annotated[Page, Depends(page_for(Permission.READ_ENTRIES))]
) -> Response:
    """What a version changes, entry by entry, for whoever has to say yes to it."""
    delta = await page.watchlist.delta(str(version_id))
    return page.show("list_delta.html", version_id=version_id, delta=delta)


@router.post("/watchlist/imports", max_body_size=MAX_LIST_BYTES)
async def import_file(
    page: Annotated[Page, Depends(form_for(Permission.IMPORT_LIST))],
) -> Response:
    """Hand a file over; it screens nobody until two persons approved it."""
    content = await page.form.file("file")
    digest = hashlib.sha256(content).hexdigest()
    expected = page.form.text("sha256", limit=64).lower()
    if expected and expected != digest:
        raise FormFault(field="the file is not the one whose SHA-256 the publisher gives")
    version = await page.watchlist.import_file(
        content,
        reader=page.form.choice("reader", READERS),
        source=page.form.needed("source", limit=40),
        sha256=expected,
    )
    return page.go(f"/watchlist/versions/{UUID(version.version_id)}")


@router.post("/watchlist/versions/{version_id}/approval")
async def approve(
    version_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_LIST))]
) -> Response:
    """One of the two approvals, or the rejection."""
    decision = page.form.choice("decision", frozenset({"approve", "reject"}))
    await page.watchlist.approve_version(str(version_id), {"approve": decision == "approve"})
    return page.done(f"/watchlist/versions/{version_id}")


@router.post("/watchlist/versions/{version_id}/return")
async def return_to_version(
    version_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_LIST))]
) -> Response:
    """Go back to an earlier version: the first person proposes, the second one carries it out."""
    is_done = await page.watchlist.return_to(str(version_id))
    return page.go(f"/watchlist/versions/{version_id}?returned={'done' if is_done else 'proposed'}")
