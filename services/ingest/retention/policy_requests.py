"""The questions that ingest asks the safeguards about retention. Pure: every fact is gathered before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.ingest.store.retention_decisions import Reidentification

PURPOSE: Final = "TERR_INVESTIGATE"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who acts, when, and whether the log can be trusted."""

    person: str
    roles: Collection[str]
    authority: str
    is_chain_ok: bool
    now: datetime


def hold_request(
    asking: Asking, record_ids: Sequence[UUID], case_id: str, ordered_by: str, review_at: date
) -> dict[str, Any]:
    """`retention.hold`; both persons have seen the order, which names an open case.

    Source: safeguards.md SG-25 (Facts).
    """
    return _request(
        asking,
        "retention.hold",
        case_id,
        {"record_ids": [str(each) for each in record_ids], "selector": None},
        {"case_open": True, "ordered_by": ordered_by, "review_at": review_at.isoformat()},
    )


@dataclass(frozen=True, slots=True)
class Extended:
    """A record that is to be kept longer: its age and its age at the new end, in days since receipt."""

    age_days: int
    until_age_days: int
    hit_link: str


def extension_request(asking: Asking, record: Extended, case_id: str, reviewer: str) -> dict[str, Any]:
    """`retention.extend` for one record.

    Source: safeguards.md SG-23 (Facts).
    """
    return _request(
        asking,
        "retention.extend",
        case_id,
        {
            "age_days": record.age_days,
            "hit_link": record.hit_link,
            "until_age_days": record.until_age_days,
        },
        {"objective_evidence_ref": case_id, "reviewer": reviewer},
    )


def reidentification_request(asking: Asking, request: Reidentification) -> dict[str, Any]:
    """`reident.execute`: the grant as it was given, and both findings.

    Nobody is shown the first's reasons before the second saved an own finding, so the second is blind.

    Source: safeguards.md SG-09, SG-24 (Facts).
    """
    grant = None
    if request.is_granted:
        assert request.issued_at is not None, "a grant has its time"
        assert request.expires is not None, "a grant ends"
        grant = {
            "authority_type": request.authority_type,
            "signed_by": request.signed_by,
            "record_ids": [str(each) for each in request.record_ids],
            "fields": list(request.fields),
            "issued_at": request.issued_at.isoformat(),
            "expires": request.expires.isoformat(),
            "used": request.used_at is not None,
        }
    context = {
        "grant": grant,
        "first": request.first,
        "second": request.second,
        "second_blind": True,
        "same_outcome": request.second_finds_need is True,
        "reports_to_first": request.second_reports_to_first is not False,
    }
    return _request(
        asking,
        "reident.execute",
        request.case_id,
        {"record_ids": [str(each) for each in request.record_ids], "fields": list(request.fields)},
        context,
    )


def _request(
    asking: Asking, action: str, case_id: str, judged: dict[str, Any], context: dict[str, Any]
) -> dict[str, Any]:
    return {
        "action": action,
        "actor": {"id": asking.person, "roles": sorted(asking.roles), "authority": asking.authority},
        "purpose": {"code": PURPOSE, "case_id": case_id, "statement": None},
        "object": judged,
        "context": {**context, "log_store": "UP", "chain_ok": asking.is_chain_ok},
        "now": asking.now.isoformat(),
    }
