"""Check-in of a leg (GR.6, GR.7): sequence numbers, seats, baggage."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

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
        _take_boarding(draft, boarding, {"leg": leg, "at": at, "agent": agent})


def _checked_in_at(draft: PnrDraft, segment: Segment) -> datetime | None:
    try:
        if segment.get(0) == _FREE_TEXT:
            return read_stamp(segment.get(0, 1))
        return moment_of(segment, 0, 1)
    except ValueError:
        draft.warn("DATE_UNREADABLE", segment)
        return None


def _take_boarding(draft: PnrDraft, group: Group, check_in: dict[str, Any]) -> None:
    traveller = _whose(draft, group)
    bags: list[CheckedBags] = []
    told: dict[str, Any] = {}
    for segment in group.segments:
        if segment.tag == "TBD":
            bags.append(read_bags(draft, segment, check_in["leg"]))
        else:
            told.update(_boarding_facts(segment))
    if traveller is None:
        draft.warn("TRAVELLER_UNKNOWN", group.segments[0])
        names = _name_facts(group)
        draft.bags.extend(replace(each, traveller_reference=names["traveller_reference"]) for each in bags)
        draft.check_ins.extend([CheckIn(**check_in, **told, **names)] if told else [])
        return
    for each in bags:
        traveller.add_bags(each)
    if told:
        traveller.check_ins.append(CheckIn(**check_in, **told))
        if told.get("seat"):
            traveller.once().add_seat(told["seat"])


def _boarding_facts(segment: Segment) -> dict[str, Any]:
    get = segment.get
    if segment.tag == "TRI":
        sent = get(1)
        shape = _STATION_AND_NUMBER.fullmatch(sent)
        if shape is None:
            return {"sequence": sent or None}
        return {"sequence": shape[2], "place": shape[1].upper()}
    if segment.tag == "SSD":
        return {"seat": get(0).upper() or None, "cabin": get(4).upper() or None}
    return {}


def _name_facts(group: Group) -> dict[str, Any]:
    """How a check-in names somebody whom the reservation does not list."""
    sequence, name = group.first("TRI"), group.first("TIF")
    return {
        "traveller_reference": _references(sequence, name)[0] or None,
        "surname": None if name is None else name.get(0) or None,
        "given_names": None if name is None else given_without_title(name.get(1)),
    }


def _references(sequence: Segment | None, name: Segment | None) -> list[str]:
    sent = [
        "" if sequence is None else sequence.get(1, 3),
        "" if name is None else name.get(1, 2),
    ]
    return [each for each in sent if each] or [""]


def _whose(draft: PnrDraft, group: Group) -> TravellerDraft | None:
    """Whom a GR.7 is about: by reference, else by name, else the PNR's only traveller."""
    sequence, name = group.first("TRI"), group.first("TIF")
    references = _references(sequence, name)
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
