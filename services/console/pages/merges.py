"""Entries that may be one person: side by side, confirmed by a steward and a second person, undone."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from services.console.seen.entries import Pair, compared
from shared.security.roles import Permission

_KEYS: Final = frozenset({"DOCUMENT", "NAME_AND_BIRTH_DATE", "OTHER"})
EntryId = Annotated[str, Query(min_length=1, max_length=100)]

router = APIRouter()
StewardForm = Annotated[Page, Depends(form_for(Permission.PROPOSE_MERGE))]


@router.get("/merges")
async def show_merges(page: Annotated[Page, Depends(page_for(Permission.READ_WATCHLIST))]) -> Response:
    """Pairs to look at, merges that wait for a second person, decisions that can be undone."""
    merges = await page.entries.merges()
    waiting = [{each.payload.get("entry_id"), each.payload.get("other_id")} for each in merges.pending]
    pairs = [each for each in await page.entries.pairs() if {each.entry_id, each.other_id} not in waiting]
    return page.show("merges.html", pairs=pairs, merges=merges)


@router.get("/merges/compare")
async def compare(
    one: EntryId, other: EntryId, page: Annotated[Page, Depends(page_for(Permission.READ_ENTRIES))]
) -> Response:
    """Two entries side by side: what both say, what only one says."""
    if one == other:
        raise FormFault(field="name two different entries")
    left, right = await page.entries.entry(one), await page.entries.entry(other)
    # Whoever reads entries may not always read what waits about them.
    merges = await page.entries.merges() if page.may("READ_WATCHLIST") else None
    pairs = await page.entries.pairs() if page.may("READ_WATCHLIST") else []
    key = next((each.key for each in pairs if {each.entry_id, each.other_id} == {one, other}), "OTHER")
    return page.show(
        "merge_compare.html",
        one=left,
        other=right,
        # Merged already, one identifier answers for both.
        is_merged=left.entry_id == right.entry_id,
        pair=Pair(entry_id=one, other_id=other, key=key),
        compared=compared(left, right),
        waiting=None if merges is None else merges.waiting_for(one, other),
    )


@router.post("/merges")
async def decide(page: StewardForm) -> Response:
    """The steward's word: one person, which a second person confirms; or two persons."""
    pair = Pair(
        entry_id=page.form.needed("entry_id", limit=100),
        other_id=page.form.needed("other_id", limit=100),
        key=page.form.choice("key", _KEYS),
    )
    if page.form.choice("decision", frozenset({"same", "different"})) == "same":
        await page.entries.propose_merge(pair)
    else:
        await page.entries.tell_apart(pair)
    return page.done("/merges")


@router.post("/merges/{approval_id}/answer")
async def answer(
    approval_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_MERGE))]
) -> Response:
    """The second person's word."""
    decision = page.form.choice("decision", frozenset({"approve", "reject"}))
    await page.entries.answer_merge(str(approval_id), agrees=decision == "approve")
    return page.done("/merges")


@router.post("/merges/{decision_id}/undoing")
async def undo(decision_id: UUID, page: StewardForm) -> Response:
    """Take a decision back."""
    await page.entries.undo_merge(str(decision_id))
    return page.done("/merges")
