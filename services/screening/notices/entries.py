"""A notice of another State as an entry for one flight: its facts, its source, and who it may be. Pure.

Source: sharing-protocol.md §6 (a received NOTIFY is a POSSIBLE_MATCH in the recipient's own workflow).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from services.screening.flight_facts import designator
from services.screening.front_line.document_number import same_number
from services.screening.registers.rows import ListSource
from services.screening.review.comparison import BirthDateRelation, Comparison, Relation
from shared.contracts import FlightV1, NoticeReceivedV1
from shared.contracts.notice_received import entry_of_notice
from shared.personal import Personal
from shared.travel import Traveller

#: Nothing of a flight is reported any more so long after its day.
WAITS_AFTER_THE_DAY: Final = timedelta(days=2)
#: What counts of a notice whose sender graded nothing (SG-11: ungraded is 2/D).
UNGRADED_SOURCE, UNGRADED_INFO = 2, "D"
PURPOSE: Final = "TERRORISM"
KIND: Final = "PARTNER"
READER: Final = "ctx-1.0"
ACTION_CODE: Final = "SECONDARY"
_FLIGHT: Final = re.compile(r"([A-Z0-9]{2}[A-Z]?)0*([1-9][0-9]{0,3})([A-Z]?)")
_SAME_BIRTH: Final = frozenset({BirthDateRelation.FULL_EQUAL, BirthDateRelation.YEAR_EQUAL})


@dataclass(frozen=True, slots=True, repr=False)
class NoticeEntry(Personal):
    """A notice as it is matched: the entry's JSON (`matching-interface.md`), the flight, and until when."""

    entry_id: str
    notice: NoticeReceivedV1
    designator: str
    body: dict[str, Any]
    source: ListSource
    waits_until: datetime


def notice_entry(notice: NoticeReceivedV1) -> NoticeEntry:
    """The entry that a notice is matched as; it waits until its flight is over, or its time here is."""
    entry_id = entry_of_notice(notice.authority_id, notice.notice_id, notice.part)
    flight_over = datetime.combine(notice.flight.day, time(), UTC) + timedelta(days=1) + WAITS_AFTER_THE_DAY
    kept = datetime.combine(notice.retention_until, time(), UTC) + timedelta(days=1)
    return NoticeEntry(
        entry_id=entry_id,
        notice=notice,
        designator=plain_designator(notice.flight.designator),
        body=_body(entry_id, notice),
        source=_source(entry_id, notice),
        waits_until=min(flight_over, kept),
    )


def plain_designator(text: str) -> str:
    """A flight's designator in one spelling: `XA 0101` and `xa101` are `XA101`."""
    plain = "".join(text.split()).upper()
    found = _FLIGHT.fullmatch(plain)
    return plain if found is None else "".join(found.groups())


def flight_names(flight: FlightV1) -> tuple[str, tuple[date, ...]]:
    """A reported flight's designator and the local days on which a leg of it departs."""
    days = {leg.departure.date() for leg in flight.legs if leg.departure is not None}
    return plain_designator(designator(flight)), tuple(sorted(days))


def may_be_the_same(traveller: Traveller, body: Mapping[str, Any], comparison: Comparison) -> bool:
    """Whether a traveller of the named flight is shown to people: by document, else by name and birth date.

    Nothing happens to the traveller by it: two people compare before anything does (SG-08).
    """
    if has_document(traveller, body):
        return True
    return comparison.name is Relation.AGREE and comparison.birth_date in _SAME_BIRTH


def has_document(traveller: Traveller, body: Mapping[str, Any]) -> bool:
    """Whether a document number is equal, and no issuing State contradicts it."""
    return any(
        same_number(ours.number, theirs["number"])
        and (ours.issuer is None or theirs.get("issuer") in {None, ours.issuer})
        for ours in traveller.documents
        for theirs in body["documents"]
    )


def _body(entry_id: str, notice: NoticeReceivedV1) -> dict[str, Any]:
    person = notice.person
    return {
        "id": entry_id,
        "names": [
            {
                "text": name["text"],
                "kind": "ORIGINAL_SCRIPT" if name["is_original_script"] else "PRIMARY",
                "quality": "GOOD",
            }
            for name in person.names
        ],
        "category": notice.category,
        "birth_dates": [] if person.birth_date is None else [_birth(person.birth_date)],
        "nationalities": list(person.nationalities),
        "documents": [{"number": each["number"], "issuer": each.get("issuer")} for each in person.documents],
        "listings": [
            {
                "source": entry_id,
                "reference": notice.list_reference or str(notice.notice_id),
                "programme": f"NOTICE {notice.state}",
                "terrorism": True,
                "listed_on": notice.received_at.date().isoformat(),
            }
        ],
    }


def _birth(text: str) -> dict[str, Any]:
    """A whole date, or its year: what is known of a month helps nobody to tell two people apart."""
    if len(text) == len("2026-06-01"):
        return {"kind": "EXACT", "date": text}
    return {"kind": "YEAR", "year": int(text[:4])}


def _source(entry_id: str, notice: NoticeReceivedV1) -> ListSource:
    """What stands for a list's register row: the sender, its handling code and conditions, its grade."""
    desk = f"{notice.authority_id} duty desk"
    return ListSource(
        source_id=entry_id,
        publisher=f"Notice of State {notice.state} ({notice.authority_id})",
        kind=KIND,
        reader=READER,
        purpose_tag=PURPOSE,
        allow_list=(),
        handling_code=notice.handling_code,
        conditions=tuple(notice.conditions),
        action_code=ACTION_CODE,
        tear_line=notice.tear_line or f"Verify the document. Call the {desk} before any measure.",
        desk_phone=desk,
        source_grade=notice.source_grade or UNGRADED_SOURCE,
        info_grade=notice.info_grade or UNGRADED_INFO,
    )
