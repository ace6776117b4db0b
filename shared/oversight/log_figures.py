"""What a service's own audit log tells of a month: decisions, refusals by safeguard, looks at records.

Source: workflow.md §8, KPI 13 and 16; safeguards.md SG-42 (refusals can be read by oversight).
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.refused_requests import REFUSED_REQUEST
from shared.oversight.figures import LEAST_SHOWN, Figure, Month, count, counts, middle
from shared.policy.actions import ACTIONS

MAX_REASONS: Final = 200

_IN_MONTH: Final = "occurred_at >= :since AND occurred_at < :until"
_DECISIONS = text(f"""
SELECT action, outcome, count(*) AS number FROM audit_record
WHERE {_IN_MONTH} AND action = ANY (:actions)
GROUP BY action, outcome ORDER BY action, outcome
""")  # noqa: S608 - our own words
# Only refusals are opened: they are few, and a month of permits is not.
_REASONS = text(f"""
SELECT reason, count(*) AS number FROM (
    SELECT jsonb_array_elements_text(CAST(convert_from(content, 'UTF8') AS jsonb) -> 'reasons') AS reason
    FROM audit_record WHERE {_IN_MONTH} AND outcome = 'REFUSED'
) AS refused GROUP BY reason ORDER BY reason LIMIT :limit
""")  # noqa: S608 - our own words
# The second name is that of ingest's older records.
_ROLES_REFUSED = text(f"""
SELECT count(*) FROM audit_record
WHERE {_IN_MONTH} AND outcome = 'REFUSED' AND action IN ('{REFUSED_REQUEST}', 'access.refused')
""")  # noqa: S608 - our own words
_LOOKS = text(f"""
SELECT count(*) AS people, coalesce(sum(looks), 0) AS looks,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY looks) AS median, max(looks) AS most
FROM (
    SELECT actor, count(*) AS looks FROM audit_record
    WHERE {_IN_MONTH} AND action IN ('record.read', 'item.use') GROUP BY actor
) AS by_actor
""")  # noqa: S608 - our own words


_REPLAYS = text(f"""
SELECT count(*) AS asked, count(*) FILTER (WHERE outcome = 'FAILED') AS mismatched FROM audit_record
WHERE {_IN_MONTH} AND action = 'oversight.replay'
""")  # noqa: S608 - our own words


async def log_figures(connection: AsyncConnection, month: Month) -> list[Figure]:
    """The figures of a service's own log.

    Args:
        connection: The service's database.
        month: Of which month.
    """
    span: dict[str, Any] = {"since": month.since, "until": month.until}
    return [
        *await _decisions(connection, span),
        *await refusals_by_safeguard(connection, span),
        *await _replays(connection, span),
        *await _looks(connection, span),
    ]


async def refusals_by_safeguard(connection: AsyncConnection, span: Mapping[str, Any]) -> list[Figure]:
    """Refusals by reason code. A refusal with two reasons counts under both, so they add up to more."""
    rows = await connection.execute(_REASONS, {**span, "limit": MAX_REASONS})
    return counts(16, "refused_by", ((row.reason, row.number) for row in rows))


async def _decisions(connection: AsyncConnection, span: Mapping[str, Any]) -> list[Figure]:
    """Recorded acts that a safeguard judges, by action; refused ones beside them."""
    rows = (await connection.execute(_DECISIONS, {**span, "actions": sorted(ACTIONS)})).all()
    permitted: dict[str, int] = {}
    refused: dict[str, int] = {}
    for row in rows:
        kept = refused if row.outcome == "REFUSED" else permitted
        kept[row.action] = kept.get(row.action, 0) + row.number
    return [
        *counts(16, "permitted", permitted.items()),
        *counts(16, "refused", refused.items()),
    ]


async def _replays(connection: AsyncConnection, span: Mapping[str, Any]) -> list[Figure]:
    """Decisions that were asked again. A mismatch has no small count to hide: one is one too many."""
    row = (await connection.execute(_REPLAYS, span)).one()
    return [
        count(16, "decisions_replayed", row.asked),
        Figure(16, "replay_mismatches", row.mismatched),
    ]


async def _looks(connection: AsyncConnection, span: Mapping[str, Any]) -> list[Figure]:
    """Looks at personal data, without saying whose: who looks how often stands in the log itself."""
    row = (await connection.execute(_LOOKS, span)).one()
    roles_refused = int(await connection.scalar(_ROLES_REFUSED, span) or 0)
    is_told = row.people >= LEAST_SHOWN
    return [
        count(13, "looks_at_records", int(row.looks)),
        count(13, "people_who_looked", row.people),
        middle(13, "looks_of_the_middle_person", row.median, row.people, "count"),
        middle(13, "looks_of_the_busiest_person", row.most if is_told else None, row.people, "count"),
        count(13, "requests_refused_for_the_role", roles_refused),
    ]
