"""What oversight reads of screening, a month at a time: counts and times, no row of a person.

Source: workflow.md §8, KPI 2 to 7.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.fairness import FairnessStore
from shared.oversight.asking import Asking
from shared.oversight.figures import Figure, Month, count, counts, middle, percent

_PER_MILLION = 1_000_000

_SCREENED = text("""
SELECT coalesce(sum(travellers), 0) AS travellers, coalesce(sum(unscreenable), 0) AS unscreenable
FROM screening_run WHERE screened_at >= :since AND screened_at < :until
""")
_HITS = text("""
SELECT count(*) AS made,
       count(*) FILTER (WHERE confirmed_at IS NOT NULL) AS confirmed,
       count(*) FILTER (WHERE coalesce(closing_code, outcome) = 'DIFFERENT_PERSON') AS different,
       count(*) FILTER (WHERE state = 'INCONCLUSIVE'
           OR coalesce(closing_code, outcome) = 'INSUFFICIENT_DATA') AS inconclusive
FROM hit WHERE made_at >= :since AND made_at < :until
""")
_CLOSED = text("""
SELECT closing_code AS part, count(*) AS number FROM hit
WHERE made_at >= :since AND made_at < :until AND closing_code IS NOT NULL
GROUP BY closing_code ORDER BY closing_code
""")
_REVIEWED = text("""
SELECT count(took) AS over,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS median,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY took) AS high
FROM (
    SELECT extract(epoch FROM r.opened_at - h.made_at) AS took FROM review r JOIN hit h USING (hit_id)
    WHERE h.made_at >= :since AND h.made_at < :until AND r.stage = 'FIRST' AND r.review_round = 1
) AS reviewed
""")
_SECOND = text("""
SELECT count(took) AS over,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS median,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY took) AS high
FROM (
    SELECT extract(epoch FROM s.opened_at - f.decided_at) AS took FROM review f
    JOIN review s ON s.hit_id = f.hit_id AND s.review_round = f.review_round AND s.stage = 'SECOND'
    WHERE f.stage = 'FIRST' AND f.decided_at >= :since AND f.decided_at < :until
) AS reviewed
""")
_DISAGREED = text("""
SELECT count(*) AS pairs, count(*) FILTER (WHERE f.outcome <> s.outcome) AS disagreed,
       count(*) FILTER (WHERE f.outcome = 'DIFFERENT') AS sampled,
       count(*) FILTER (WHERE f.outcome = 'DIFFERENT' AND s.outcome <> 'DIFFERENT') AS overturned
FROM review f
JOIN review s ON s.hit_id = f.hit_id AND s.review_round = f.review_round AND s.stage = 'SECOND'
WHERE f.stage = 'FIRST' AND s.decided_at >= :since AND s.decided_at < :until
""")
_EXPIRED = text("""
SELECT count(*) AS number FROM hit_move
WHERE target = 'EXPIRED_UNREVIEWED' AND at >= :since AND at < :until
""")
_ENTRIES = text("""
SELECT status AS part, count(*) AS number FROM watchlist_entry GROUP BY status ORDER BY status
""")
_CATEGORIES = text("""
SELECT coalesce(body ->> 'category', 'NONE') AS part, count(*) AS number FROM watchlist_entry
WHERE status = 'ACTIVE' GROUP BY 1 ORDER BY 1 LIMIT :limit
""")
_CHANGED = text("""
SELECT count(*) FILTER (WHERE removed_at >= :since AND removed_at < :until) AS removed,
       count(*) FILTER (WHERE status = 'SUSPENDED' AND status_since >= :since AND status_since < :until)
           AS suspended,
       count(*) FILTER (WHERE status = 'ACTIVE' AND review_due <= CAST(:now AS date)) AS review_overdue,
       count(*) FILTER (WHERE status = 'ACTIVE') AS active
FROM watchlist_entry
""")
_NOMINATED = text("""
SELECT state AS part, count(*) AS number FROM nomination
WHERE drafted_at >= :since AND drafted_at < :until GROUP BY state ORDER BY state
""")

_ORDERED = text("""
SELECT count(*) AS number FROM oversight_suspension WHERE ordered_at >= :since AND ordered_at < :until
""")
_CHILDREN = text("""
SELECT count(*) AS opened, count(*) FILTER (WHERE seen_at <= due_at) AS in_time,
       count(assessment_id) AS assessed
FROM child_case WHERE opened_at >= :since AND opened_at < :until
""")
# Of the persons of hits, and of who travels with them.
_REFERRED = text("""
SELECT kind AS part, count(*) AS number FROM (
    SELECT kind, decided_at AS at FROM hit_order WHERE state = 'APPROVED'
    UNION ALL SELECT kind, referred_at FROM companion_referral
) AS referral
WHERE kind IN ('REFER_CHILD', 'REFER_VICTIM', 'REFER_ASYLUM') AND at >= :since AND at < :until
GROUP BY kind ORDER BY kind
""")
_COMPANIONS = text("""
SELECT count(*) AS met, count(*) FILTER (WHERE attended_at <= due_at) AS in_time
FROM companion WHERE recorded_at >= :since AND recorded_at < :until
""")


class OversightStore:
    """Reads the tables of screening for oversight; writes nothing."""

    async def figures(self, connection: AsyncConnection, month: Month, now: datetime) -> list[Figure]:
        """Every figure of the month.

        Args:
            connection: The service's database.
            month: Of which month.
            now: What is overdue is so at this instant.
        """
        ask = Asking(connection, month, now)
        return [
            *await _matches(ask),
            *await _fairness(connection),
            *await _times(ask),
            *await _reviewers(ask),
            *await _watchlist(ask),
            *await _protection(ask),
        ]


async def _matches(ask: Asking) -> list[Figure]:
    screened, hits, expired = await ask.row(_SCREENED), await ask.row(_HITS), await ask.row(_EXPIRED)
    told = hits.confirmed + hits.different
    rate = _PER_MILLION * hits.made / screened.travellers if screened.travellers else None
    return [
        count(2, "travellers_screened", int(screened.travellers)),
        count(2, "travellers_unscreenable", int(screened.unscreenable)),
        count(2, "possible_matches", hits.made),
        middle(2, "possible_matches_per_million", rate, hits.made, "ratio"),
        count(2, "confirmed", hits.confirmed),
        percent(2, "precision", hits.confirmed, told),
        percent(2, "inconclusive", hits.inconclusive, hits.made),
        *counts(2, "closed_as", await ask.parts(_CLOSED)),
        count(5, "expired_unreviewed", expired.number),
    ]


async def _fairness(connection: AsyncConnection) -> list[Figure]:
    """The largest ratio of the newest measurement, for each list; its tables are at `/v1/fairness`."""
    latest = await FairnessStore().latest(connection)
    tables = [] if latest is None else latest.body["tables"]
    return [
        Figure(3, "highest_false_alert_ratio", table["fp_ratio_max"], "ratio", table["list"])
        for table in tables
    ]


async def _times(ask: Asking) -> list[Figure]:
    first, second = await ask.row(_REVIEWED), await ask.row(_SECOND)
    return [
        middle(4, "match_to_first_review_median", first.median, first.over),
        middle(4, "match_to_first_review_95th", first.high, first.over),
        middle(4, "first_to_second_review_median", second.median, second.over),
        middle(4, "first_to_second_review_95th", second.high, second.over),
    ]


async def _reviewers(ask: Asking) -> list[Figure]:
    row = await ask.row(_DISAGREED)
    return [
        count(6, "reviewed_twice", row.pairs),
        percent(6, "disagreed", row.disagreed, row.pairs),
        percent(6, "not_a_match_overturned_on_sampling", row.overturned, row.sampled),
    ]


async def _watchlist(ask: Asking) -> list[Figure]:
    row = await ask.row(_CHANGED)
    return [
        *counts(7, "entries", await ask.parts(_ENTRIES)),
        *counts(7, "active_by_category", await ask.parts(_CATEGORIES)),
        count(7, "removed", row.removed),
        count(7, "suspended", row.suspended),
        percent(7, "reviewed_in_time", row.active - row.review_overdue, row.active),
        *counts(7, "nominations", await ask.parts(_NOMINATED)),
        count(7, "suspended_by_oversight", (await ask.row(_ORDERED)).number),
    ]


async def _protection(ask: Asking) -> list[Figure]:
    row, companions = await ask.row(_CHILDREN), await ask.row(_COMPANIONS)
    return [
        count(15, "cases_of_children", row.opened),
        percent(15, "children_seen_within_the_hour", row.in_time, row.opened),
        count(15, "best_interests_assessed", row.assessed),
        count(15, "companions_met", companions.met),
        percent(15, "companions_attended_in_time", companions.in_time, companions.met),
        *counts(15, "referrals", await ask.parts(_REFERRED)),
    ]
