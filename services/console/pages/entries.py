"""Entries of the list: found in any script, read with each value's origin, suspended, reviewed, removed."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from services.console.errors import ConsoleFault, FormFault, ServiceFault
from services.console.page import Page, form_for, page_for
from services.console.watchlist_words import REMOVALS, SUSPENSIONS
from shared.security.roles import Permission

LEAST_WORDS: Final = 2
MOST_WORDS: Final = 100
#: Listings of one person whose standing is shown.
MAX_LISTINGS: Final = 10
MAX_FINDING_CHARACTERS: Final = 2000
#: A sought name of 100 signs in any script, and an identifier, sealed.
MAX_SEALED_CHARACTERS: Final = 4000
_LOOK: Final = "entries"
EntryId = Annotated[str, Path(max_length=100)]

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_ENTRIES))]


@router.get("/entries")
async def show_search(
    page: Reader, look: Annotated[str | None, Query(max_length=MAX_SEALED_CHARACTERS)] = None
) -> Response:
    """The search, and what it found: by a part of a name in any script, an identifier, a document's number.

    What is looked for never stands in an address. The address holds it sealed for this person, so that the
    browser can go back, reload and turn pages; each time is a look of its own, recorded like the first.
    """
    asked = page.opened(look, _LOOK) if look else None
    if asked is None:
        return page.show("entries.html", sought="", found=None, more=None, fault=None)
    found = await page.entries.search(asked["sought"], asked.get("after"))
    more = _look(page, asked["sought"], found.next) if found.next else None
    return page.show("entries.html", sought=asked["sought"], found=found.entries, more=more, fault=None)


@router.post("/entries")
async def search(page: Annotated[Page, Depends(form_for(Permission.READ_ENTRIES))]) -> Response:
    """Take what is looked for, and send the browser to where it is found."""
    sought = page.form.text("sought", limit=MOST_WORDS)
    if len(sought) < LEAST_WORDS:
        fault = FormFault(field="write at least two characters")
        facts = {"sought": sought, "found": None, "more": None, "fault": fault}
        return page.show("entries.html", status=_status(fault), **facts)
    return page.go(_look(page, sought))


@router.get("/entries/{entry_id}")
async def show_entry(entry_id: EntryId, page: Reader) -> Response:
    """One person: each value with who says it, how each listing stands, and what was done."""
    return await _shown(entry_id, page)


@router.get("/entries/{entry_id}/releasable")
async def show_releasable(entry_id: EntryId, page: Reader) -> Response:
    """What a counterpart may be told, and no more."""
    return page.show(
        "entry_releasable.html", entry_id=entry_id, releasable=await page.entries.releasable(entry_id)
    )


@router.post("/entries/{entry_id}/suspension")
async def suspend(
    entry_id: EntryId, page: Annotated[Page, Depends(form_for(Permission.IMPORT_LIST))]
) -> Response:
    """Take the entry out of screening until it was reviewed: one person is enough, it protects."""
    return await _act(entry_id, page, "suspension", {"reason": ("reason", frozenset(SUSPENSIONS))})


@router.post("/entries/{entry_id}/removal")
async def remove(
    entry_id: EntryId, page: Annotated[Page, Depends(form_for(Permission.IMPORT_LIST))]
) -> Response:
    """Remove the entry for good; its open hits close."""
    chosen = {"reason": ("reason", frozenset(REMOVALS)), "": ("confirmation", frozenset({"remove"}))}
    return await _act(entry_id, page, "removal", chosen)


@router.post("/entries/{entry_id}/renewal")
async def find(
    entry_id: EntryId, page: Annotated[Page, Depends(form_for(Permission.REVIEW_ENTRY))]
) -> Response:
    """Find that the grounds still exist; a second person agrees or lets the entry lapse."""
    try:
        body = {
            "finding": page.form.needed("finding", limit=MAX_FINDING_CHARACTERS),
            "review_due": _day(page.form.needed("review_due", limit=10)),
        }
        await page.entries.act(entry_id, "renewal", body)
    except (FormFault, ServiceFault) as fault:
        return await _shown(entry_id, page, fault)
    return page.done(_address(entry_id))


async def _act(
    entry_id: str, page: Page, step: str, chosen: dict[str, tuple[str, frozenset[str]]]
) -> Response:
    try:
        values = {name: page.form.choice(field, offered) for name, (field, offered) in chosen.items()}
        await page.entries.act(entry_id, step, {name: value for name, value in values.items() if name})
    except (FormFault, ServiceFault) as fault:
        return await _shown(entry_id, page, fault)
    return page.done(_address(entry_id))


async def _shown(entry_id: str, page: Page, fault: ConsoleFault | None = None) -> Response:
    entry = await page.entries.entry(entry_id)
    lives = [await page.entries.life(each.entry_id) for each in entry.listings[:MAX_LISTINGS]]
    written: dict[str, Any] = {name: page.form.text(name) for name in ("finding", "review_due")}
    return page.show(
        "entry.html", status=_status(fault), entry=entry, lives=lives, fault=fault, written=written
    )


def _look(page: Page, sought: str, after: str | None = None) -> str:
    """The address of what was found; its reader sees neither the name nor an entry."""
    asked = {"sought": sought} | ({} if after is None else {"after": after})
    return f"/entries?look={page.sealed(asked, _LOOK)}"


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise FormFault(field="write the day of the next review as 2027-06-30") from None


def _status(fault: ConsoleFault | None) -> int:
    if fault is None:
        return HTTPStatus.OK
    return fault.status if isinstance(fault, ServiceFault) else HTTPStatus.UNPROCESSABLE_ENTITY


def _address(entry_id: str) -> str:
    return f"/entries/{quote(entry_id, safe=':')}"
