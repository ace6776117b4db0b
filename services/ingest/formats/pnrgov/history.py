"""History of a PNR (GR.10 to GR.12): who added or cancelled what, and when."""

from dataclasses import replace
from datetime import datetime

from services.ingest.formats.pnrgov.check_in import read_bags
from services.ingest.formats.pnrgov.drafts import PnrDraft
from services.ingest.formats.pnrgov.grouping import Group, GroupKind
from services.ingest.formats.pnrgov.header_segments import read_locators
from services.ingest.formats.pnrgov.itinerary import leg_of
from services.ingest.formats.pnrgov.moments import moment_of
from services.ingest.formats.pnrgov.pnr_names import given_without_title
from services.ingest.formats.pnrgov.remarks import take_text
from services.ingest.formats.pnrgov.services import read_service
from services.ingest.formats.separators import Segment
from shared.travel.reservation import HistoryItem
from shared.travel.reservation_parts import BookingOffice, HistoryAction, HistoryKind, WhereSent

_ACTIONS = {"A": HistoryAction.ADDED, "X": HistoryAction.CANCELLED}
_GROUP_NAME = "G"


def history_items(draft: PnrDraft, group: Group) -> list[HistoryItem]:
    """The items of one history transaction; texts and services of the past go to the PNR's own."""
    at: datetime | None = None
    office: BookingOffice | None = None
    for segment in group.segments:
        if segment.tag == "ABI":
            office = _office(segment)
        else:
            at = _transacted_at(draft, segment)
    found: list[HistoryItem] = []
    for item in group.all_of(GroupKind.HISTORY_ITEM):
        action: HistoryAction | None = None
        for place, segment in enumerate(item.segments):
            if segment.tag == "SAC":
                action = _ACTIONS.get(segment.get(2).upper())
            elif segment.tag != "RPI":
                done = _item(draft, item.segments[place : place + 2])
                found.append(replace(done, at=at, action=action, office=office))
    return found


def _office(segment: Segment) -> BookingOffice:
    return BookingOffice(
        agent=segment.get(1) or None,
        place=segment.get(2) or None,
        company=segment.get(4).upper() or None,
        kind=segment.get(0) or None,
        party=segment.get(1, 1) or None,
    )


def _transacted_at(draft: PnrDraft, segment: Segment) -> datetime | None:
    try:
        return moment_of(segment, 0, 1)
    except ValueError:
        draft.warn("DATE_UNREADABLE", segment)
        return None


def _item(draft: PnrDraft, segments: list[Segment]) -> HistoryItem:
    """What was added or cancelled, without when and by whom; a flight's status is the second segment."""
    segment, *following = segments
    tag = segment.tag
    if tag == "TVL":
        status = [each for each in following if each.tag == "RPI"]
        leg = leg_of(draft, Group(GroupKind.LEG, [segment, *status]))
        return HistoryItem(kind=HistoryKind.FLIGHT, leg=leg)
    if tag == "TIF":
        return _name_item(segment)
    if tag == "TBD":
        return HistoryItem(kind=HistoryKind.BAGGAGE, bags=read_bags(draft, segment, None))
    if tag == "RCI":
        locators = read_locators(segment, draft.findings)
        return HistoryItem(kind=HistoryKind.LOCATOR, locators=tuple(locators))
    if tag == "SSR":
        read = read_service(segment, WhereSent.HISTORY)
        draft.services.extend([] if read is None else [replace(read[0], text=read[1] or None)])
        return HistoryItem(kind=HistoryKind.SERVICE)
    take_text(draft, segment, WhereSent.HISTORY)
    return HistoryItem(kind=HistoryKind.REMARK)


def _name_item(segment: Segment) -> HistoryItem:
    if _GROUP_NAME in {segment.get(0, 1).upper(), segment.get(1, 1).upper()}:
        # A group's name may tell of belief, and no later name shows that it was one: it is not kept.
        return HistoryItem(kind=HistoryKind.NAME)
    given = given_without_title(segment.get(1))
    return HistoryItem(kind=HistoryKind.NAME, surname=segment.get(0) or None, given_names=given)
