"""The questions that the rights office asks the safeguards. Pure: every fact is gathered before."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from services.ingest.store.rights import RightsRequest

REDRESS: Final = "REDRESS"
_DAY: Final = timedelta(days=1)


def answer_request(
    request: RightsRequest, answer: Mapping[str, Any], handler: str, review: Mapping[str, Any]
) -> dict[str, Any]:
    """`subject.answer` or `redress.decide`, as the request's kind wants.

    Args:
        request: As it stands.
        answer: `result`, `ground`, `reasons`, `record_ids`, `expires_days`, `original_reviewers`,
            `appeal_body`.
        handler: Who decides.
        review: `id` and `role` of the second person's approval; empty without one.

    Source: safeguards.md SG-19, SG-20 (Facts).
    """
    if request.kind == REDRESS:
        return {
            "action": "redress.decide",
            "purpose": {"code": "REDRESS", "case_id": request.number, "statement": None},
            "object": {"outcome": answer["result"], "reasons": answer["reasons"]},
            "context": {
                "handler": handler,
                "original_reviewers": answer["original_reviewers"],
                "countersigned_by": review.get("role"),
                "appeal_body": answer["appeal_body"],
                "day": begun_days(request.received_at, answer["at"]),
                "extended": request.extended_because is not None,
                "urgent": request.is_urgent,
            },
        }
    return {
        "action": "subject.answer",
        "purpose": {"code": "SUBJECT_RIGHTS", "case_id": request.number, "statement": None},
        "object": {
            "type": request.kind,
            "result": answer["result"],
            "ground": answer["ground"],
            "record_ids": answer["record_ids"],
        },
        "context": {
            "identity_verified": request.identity_verified_by is not None,
            "dpo_review": review.get("id") if review.get("role") == "DPO" else None,
            "expires_days": answer["expires_days"],
        },
    }


def deferral_request(harm: Mapping[str, Any], decided_by: str, second: str, case_id: str) -> dict[str, Any]:
    """`notify.defer`.

    Source: safeguards.md SG-21 (Facts).
    """
    return {
        "action": "notify.defer",
        "purpose": {"code": "SUBJECT_RIGHTS", "case_id": case_id, "statement": None},
        "object": {},
        "context": {"harm": {**harm, "decided_by": decided_by, "second": second}},
    }


def judged(
    question: Mapping[str, Any],
    person: str,
    roles: Sequence[str],
    now: datetime,
    *,
    is_chain_ok: bool,
) -> dict[str, Any]:
    """A question with what every one of them carries."""
    context = {**question["context"], "log_store": "UP", "chain_ok": is_chain_ok}
    return {
        **question,
        "actor": {"id": person, "roles": sorted(roles)},
        "context": context,
        "now": now.isoformat(),
    }


def begun_days(since: datetime, until: datetime) -> int:
    """Days since receipt; a day that began counts: up to 24 hours are day 1."""
    return max(1, -(-(until - since) // _DAY))
