"""Check-in of a leg (GR.6, GR.7): sequence numbers, seats, baggage."""

import re
from dataclasses import replace
from datetime import datetime

from services.ingest.formats.pnrgov.drafts import PnrDraft, TravellerDraft
from services.ingest.formats.pnrgov.grouping import Group, GroupKind
from services.ingest.formats.pnrgov.header_segments import read_office
from services.ingest.formats.pnrgov.moments import moment_of, read_stamp
from services.ingest.formats.pnrgov.pnr_names import given_without_title
from services.ingest.formats.separators import Segment
from services.ingest.formats.traveller_draft import POUNDS_TO_KILOGRAMS
from shared.travel.reservation_parts import BagTag, BookingOffice, CheckedBags, CheckIn

MAX_CONSECUTIVE_TAGS = 99
_FREE_TEXT = "3"
_POUNDS, _NO_WEIGHT = "701", "702"
_POOL_PLACES = (3, 2)
_FIRST_TAG = 4
_POOL = re.compile(r"[A-Z]{2}")
_STATION_AND_NUMBER = re.compile(r"([A-Z]{3})-?(\d+)", re.IGNORECASE)
_AMOUNT = re.compile(r"\d{1,6}")


def take_check_in(draft: PnrDraft, group: Group, leg: int) -> None:
    """Read one GR.6: who was checked in on a leg, when and by whom."""
    at: datetime | None = None
    agent: BookingOffice | None = None
    for segment in group.segments:
        if segment.tag == "ORG":
            agent = read_office(segment)
        else:
            at = _checked_in_at(draft, segment)
    for boarding in group.all_of(GroupKind.BOARDING):
        _take_boarding(draft, boarding, CheckIn(leg=leg, at=at, agent=agent))


def _checked_in_at(draft: PnrDraft, segment: Segment) -> datetime | None:
    try:
        if segment.get(0) == _FREE_TEXT:
            return read_stamp(segment.get(0, 1))
        return moment_of(segment, 0, 1)
    except ValueError:
        draft.warn("DATE_UNREADABLE", segment)
        return None


def _take_boarding(draft: PnrDraft, group: Group, check_in: CheckIn) -> None:
    traveller = _whose(draft, group)
    bags: list[CheckedBags] = []
    has_more_than_bags = False
    for segment in group.segments:
        if segment.tag == "TBD":
            bags.append(read_bags(draft, segment, check_in.leg))
            continue
        has_more_than_bags = True
        check_in = _with_segment(check_in, segment)
    if traveller is None:
        draft.warn("TRAVELLER_UNKNOWN", group.segments[0])
        draft.bags.extend(replace(each, traveller_reference=check_in.traveller_reference) for each in bags)
        if has_more_than_bags:
            draft.check_ins.append(check_in)
        return
    for each in bags:
        traveller.add_bags(each)
    if has_more_than_bags:
        known = replace(check_in, traveller_reference=None, surname=None, given_names=None)
        traveller.check_ins.append(known)
        if check_in.seat:
            traveller.add_seat(check_in.seat)


def _with_segment(check_in: CheckIn, segment: Segment) -> CheckIn:
    get = segment.get
    if segment.tag == "TRI":
        sent = get(1)
        shape = _STATION_AND_NUMBER.fullmatch(sent)
        return replace(
            check_in,
            sequence=shape[2] if shape else sent or None,
            place=shape[1].upper() if shape else None,
            traveller_reference=get(1, 3) or None,
        )
    if segment.tag == "SSD":
        return replace(check_in, seat=get(0).upper() or None, cabin=get(4).upper() or None)
    return replace(
        check_in,
        surname=get(0) or None,
        given_names=given_without_title(get(1)),
        traveller_reference=check_in.traveller_reference or get(1, 2) or None,
    )


def _whose(draft: PnrDraft, group: Group) -> TravellerDraft | None:
    """Whom a GR.7 is about: by reference, else by name, else the PNR's only traveller."""
    sequence, name = group.first("TRI"), group.first("TIF")
    references = [
        *((sequence.get(1, 3),) if sequence is not None else ()),
        *((name.get(1, 2),) if name is not None else ()),
    ]
    for reference in references:
        referred = draft.referred(reference)
        if referred is not None:
            return referred
    if name is not None:
        return draft.named(name.get(0), given_without_title(name.get(1)))
    return None if any(references) else draft.only()


def read_bags(draft: PnrDraft, segment: Segment, leg: int | None) -> CheckedBags:
    """Bags of a TBD. The pool stands in the fourth element, or in the third where a sender left one out.

    Source: PNRGOV guide, TBD; `spec/pnrgov.md` §6.
    """
    pool, identity = "", ""
    for element in _POOL_PLACES:
        if _POOL.fullmatch(segment.get(element).upper()):
            pool, identity = segment.get(element).upper(), segment.get(element, 1)
            break
    pieces = _amount(segment.get(1)) if segment.get(1) else _amount(segment.get(2))
    return CheckedBags(
        leg=leg,
        status=segment.get(0) or None,
        pieces=pieces,
        weight_kg=_weight(segment),
        pool=pool or None,
        pool_identity=identity or None,
        tags=tuple(_tags(draft, segment)),
    )


def _weight(segment: Segment) -> int | None:
    unit = segment.get(1, 2)
    weight = _amount(segment.get(1, 1))
    if weight is None or unit == _NO_WEIGHT:
        return None
    return round(weight * POUNDS_TO_KILOGRAMS) if unit == _POUNDS else weight


def _tags(draft: PnrDraft, segment: Segment) -> list[BagTag]:
    tags: list[BagTag] = []
    for element in range(_FIRST_TAG, len(segment.elements)):
        number = segment.get(element, 1).upper()
        if not number:
            continue
        count = _amount(segment.get(element, 2))
        if count is not None and count > MAX_CONSECUTIVE_TAGS:
            draft.warn("BAG_COUNT_CAPPED", segment)
            count = MAX_CONSECUTIVE_TAGS
        tags.append(
            BagTag(
                carrier=segment.get(element).upper() or None,
                number=number,
                count=count,
                destination=segment.get(element, 3).upper() or None,
                company=segment.get(element, 4).upper() or None,
            )
        )
    return tags


def _amount(text: str) -> int | None:
    shape = _AMOUNT.match(text)
    return None if shape is None else int(shape[0])
