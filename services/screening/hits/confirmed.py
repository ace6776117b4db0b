"""What sharing is told of a confirmed hit: the entry without its grounds, and how it was verified. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.screening.acting import Verification
from services.screening.hits.hit import Hit
from services.screening.registers.rows import ListSource
from shared.contracts import EntryFactsV1, GradedItemV1, HitConfirmedV1, VerificationV1

#: The carrier's API says what the document says; nobody has inspected the document itself (SG-31).
VERIFICATION_LEVEL = "API_DOCUMENT"
_MONTHS_A_YEAR = 12


def hit_confirmed(
    hit: Hit, source: ListSource, verification: Verification, *, message_id: UUID, at: datetime
) -> HitConfirmedV1:
    """The message to sharing; no reviewer's name is in it.

    Source: `shared/contracts/hit_confirmed.py`; SG-31; `sharing-protocol.md` §4 (N-MIN).
    """
    assert hit.traveller is not None, "a confirmed hit has its traveller"
    return HitConfirmedV1(
        message_id=message_id,
        hit_id=hit.hit_id,
        hit_type=hit.hit_type.value,
        confirmed_at=at,
        traveller_id=hit.traveller_id,
        traveller=hit.traveller,
        flight=hit.flight,
        entry=entry_facts(hit, source, at.date()),
        verification=VerificationV1(
            level=VERIFICATION_LEVEL,
            compared_fields=list(verification.compared_fields),
            verified_at=at,
        ),
    )


def tear_line_of(entry: Mapping[str, Any], source: ListSource) -> str:
    """What the front line is told: the entry's own words that two people here approved, else its source's.

    Source: S/RES/2396 para 8; `watchlist-governance.md` §2 (a standard tear-line until a better is written).
    """
    return str(entry.get("tear_line") or source.tear_line)


def entry_facts(hit: Hit, source: ListSource, today: date) -> EntryFactsV1:
    """What sharing needs of the entry."""
    listing = terrorism_listing(hit.entry)
    return EntryFactsV1(
        entry_id=hit.entry_id,
        source=source.source_id,
        list_reference=str(listing.get("reference") or hit.entry_id),
        programme=str(listing.get("programme") or ""),
        category=str(hit.entry.get("category") or ""),
        names=[
            {"text": each["text"], "kind": each.get("kind"), "quality": each.get("quality")}
            for each in hit.entry.get("names") or ()
        ],
        birth_dates=list(hit.entry.get("birth_dates") or ()),
        nationalities=list(hit.entry.get("nationalities") or ()),
        action_code=source.action_code,
        tear_line=tear_line_of(hit.entry, source),
        handling_code=source.handling_code,
        conditions=list(source.conditions),
        items=[graded_item(hit.entry, source, today)],
    )


def terrorism_listing(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first listing with a terrorism purpose: the one that the entry is screened for."""
    listings: list[Mapping[str, Any]] = list(entry.get("listings") or ())
    return next((each for each in listings if each.get("terrorism")), {})


def graded_item(entry: Mapping[str, Any], source: ListSource, today: date) -> GradedItemV1:
    """The listing as an intelligence item: graded as its source is, as old as its newest change.

    A verified file in force that still lists the person is that listing's review (SG-14), so the item counts
    as re-validated; an entry that left the list is no longer ACTIVE, which sharing asks beside this.

    Source: SG-11.
    """
    listing = terrorism_listing(entry)
    as_of = listing.get("updated_on") or listing.get("listed_on")
    return GradedItemV1(
        source_grade=source.source_grade,
        info_grade=source.info_grade,
        kind="ASSESSMENT",
        age_months=0 if as_of is None else complete_months(date.fromisoformat(as_of), today),
        revalidated=True,
    )


def complete_months(since: date, today: date) -> int:
    """Complete months between two days, 0 or more."""
    months = (today.year - since.year) * _MONTHS_A_YEAR + today.month - since.month
    return max(0, months - (today.day < since.day))
