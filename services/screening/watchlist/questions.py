"""The watchlist's questions to the safeguards: may a file be loaded, an entry activated, an entry used.

Source: safeguards catalogue §4a, §5 (stages screening and watchlist).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from services.screening.acting import Actor, Stated
from services.screening.policy_requests import Act, Request, build_request
from services.screening.registers.rows import ListSource
from shared.security.tokens import Principal


def import_list(
    *,
    actor: Actor,
    purpose: Stated,
    source_id: str,
    source: ListSource | None,
    regime: str,
    is_first: bool,
    is_hash_ok: bool,
    is_newer: bool,
    delta_pct: float,
    approvers: Sequence[str],
    now: datetime,
) -> Request:
    """May this file's rows of one regime be loaded? Source: SG-01, 18, 41, 45."""
    return build_request(
        Act("wl.import", actor, purpose, now),
        {
            "source": source_id,
            "source_registered": source is not None,
            "first_import": is_first,
            "hash_ok": is_hash_ok,
            "newer": is_newer,
            "delta_pct": delta_pct,
            "regime": regime,
            "allow_list": None if source is None else list(source.allow_list),
        },
        {"approvers": list(approvers)},
    )


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What was found out about an INTERPOL notice before it was adopted (SG-18)."""

    type: str
    terrorism_ground: bool
    check_ref: str | None
    valid: bool
    political: bool

    @classmethod
    def of(cls, adoption: Mapping[str, Any] | None) -> "NoticeFacts | None":
        """The notice that an adoption names, if any."""
        notice = (adoption or {}).get("notice")
        return None if notice is None else cls(**notice)

    def as_facts(self) -> dict[str, Any]:
        """`object.notice` of SG-18."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EntryTerms:
    """What an entry's use depends on beside its identifiers."""

    person_key: str
    category: str | None
    is_child: bool
    purpose_tag: str | None
    status: str
    review_due: date
    expires: date
    was_removed: bool = False
    notice: NoticeFacts | None = None


def activate_entry(
    *, actor: Actor, purpose: Stated, source: ListSource, terms: EntryTerms, now: datetime
) -> Request:
    """May an imported listing become active? Asked of SG-01, 14, 15 and 18 alone (governance §3)."""
    return build_request(
        Act("wl.activate", actor, purpose, now),
        {
            "person_key": terms.person_key,
            "purpose_tag": terms.purpose_tag,
            "category": terms.category,
            "child": terms.is_child,
            "single_source": True,
            "review_due": terms.review_due.isoformat(),
            "expires": terms.expires.isoformat(),
            "source_kind": source.kind,
            "notice": None if terms.notice is None else terms.notice.as_facts(),
        },
        {
            "removed_before": terms.was_removed,
            "same_entry": True if terms.was_removed else None,
            "removed_months_ago": 0 if terms.was_removed else None,
            "grounds_hash_same": True if terms.was_removed else None,
        },
    )


def use_entry(
    *, actor: Actor, purpose: Stated, source: ListSource, terms: EntryTerms, now: datetime
) -> Request:
    """May travellers be compared with this entry now? Source: SG-01, 14, 18, 41, 45."""
    return build_request(
        Act("screen.use_entry", actor, purpose, now),
        {
            "purpose_tag": terms.purpose_tag,
            "status": terms.status,
            "review_due": terms.review_due.isoformat(),
            "expires": terms.expires.isoformat(),
            "source_kind": source.kind,
            "notice": None if terms.notice is None else terms.notice.as_facts(),
        },
        {},
    )


def remove_entry(*, actor: Actor, purpose: Stated, now: datetime) -> Request:
    """May this entry be removed? It protects: only an unknown purpose refuses. Source: SG-01, 41, 45."""
    return build_request(Act("wl.remove", actor, purpose, now), {}, {})


def stated_for_import(principal: Principal) -> tuple[Actor, Stated]:
    """Who imports, and why: a watchlist serves prevention (S/RES/2396 para 13)."""
    return Actor.of(principal), Stated("TERR_PREVENT", None)
