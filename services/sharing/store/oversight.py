"""What oversight reads of sharing: a month's counts, and each transfer abroad as it happens.

Source: workflow.md §8, KPI 4, 8, 9, 14 and 15; safeguards.md SG-42 (transfers to third States in real time).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.shares.recipients import Outcome
from services.sharing.shares.safeguards import logged_reasons, shown_outcome
from shared.oversight.asking import Asking
from shared.oversight.figures import Figure, Month, count, counts, middle, percent

MAX_TRANSFERS: Final = 200

_OUTCOMES = text("""
SELECT outcome, reasons, count(*) AS number FROM recipient
WHERE decided_at >= :since AND decided_at < :until AND outcome IS NOT NULL GROUP BY outcome, reasons
ORDER BY outcome, reasons
""")
_PARAGRAPHS = text("""
SELECT '2396/' || paragraph AS part, count(*) AS number FROM recipient, unnest(paragraphs) AS paragraph
WHERE decided_at >= :since AND decided_at < :until AND outcome = 'SEND' AND scope = 'FOREIGN'
GROUP BY 1 ORDER BY 1 LIMIT :limit
""")
_STATES = text("""
SELECT state AS part, count(*) AS number FROM recipient
WHERE decided_at >= :since AND decided_at < :until AND outcome = 'SEND' AND scope = 'FOREIGN'
GROUP BY 1 ORDER BY 1 LIMIT :limit
""")
_PROTECTED = text("""
SELECT count(*) AS number FROM recipient WHERE decided_at >= :since AND decided_at < :until
    AND EXISTS (SELECT FROM unnest(reasons) AS reason WHERE reason LIKE 'SG-35.%')
""")
_NOTICES = text("""
SELECT count(*) AS sent, count(delivered_at) AS delivered,
       count(*) FILTER (WHERE delivered_at <= sent_at + interval '15 minutes') AS in_time,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM sent_at - created_at)) AS median,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM sent_at - created_at)) AS high
FROM notice WHERE sent_at >= :since AND sent_at < :until
""")
_NOTICE_STATES = text("""
SELECT state AS part, count(*) AS number FROM notice
WHERE created_at >= :since AND created_at < :until GROUP BY state ORDER BY state
""")
_MESSAGES = text("""
SELECT direction || ' ' || type AS part, count(*) AS number FROM exchange_message
WHERE created_at >= :since AND created_at < :until GROUP BY 1 ORDER BY 1 LIMIT :limit
""")
_WITHDRAWN = text("""
SELECT count(*) AS sent, count(done_at) AS done,
       count(*) FILTER (WHERE done_at IS NULL AND done_due_at < :now) AS overdue,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM done_at - created_at)) AS median
FROM exchange_message WHERE direction = 'OUT' AND type IN ('CORRECT', 'RECALL', 'WL_REMOVE')
    AND created_at >= :since AND created_at < :until
""")
# An emergency is reviewed once a result of its review left; in time, within 72 hours of its sending.
_EMERGENCIES = text("""
SELECT count(*) AS sent, count(reviewed_at) AS reviewed,
       count(*) FILTER (WHERE reviewed_at <= sent_at + interval '72 hours') AS in_time,
       count(*) FILTER (WHERE NOT justified) AS unjustified
FROM (
    SELECT e.sent_at, min(r.created_at) AS reviewed_at,
           bool_and((r.basis ->> 'justified')::boolean) AS justified
    FROM exchange_message e
    LEFT JOIN exchange_message r ON r.in_reply_to = e.message_id AND r.direction = 'OUT'
        AND r.type = 'REVIEW_RESULT' AND r.state IN ('APPROVED', 'SENT', 'DELIVERED')
    WHERE e.type = 'EMERGENCY' AND e.direction = 'OUT' AND e.sent_at >= :since AND e.sent_at < :until
    GROUP BY e.message_id, e.sent_at
) AS emergency
""")
_SUSPENDED = text("""
SELECT count(*) AS number FROM oversight_suspension WHERE ordered_at >= :since AND ordered_at < :until
""")
_CONSULAR = text("""
SELECT count(*) AS detained, count(t.informed_at) AS informed,
       count(*) FILTER (WHERE t.told_at <= CAST(s.custody ->> 'at' AS timestamptz) + interval '3 hours')
           AS in_time
FROM share s LEFT JOIN consular_task t USING (share_id)
WHERE s.event = 'DETAINED' AND CAST(s.custody ->> 'at' AS timestamptz) >= :since
    AND CAST(s.custody ->> 'at' AS timestamptz) < :until
""")
_WISHES = text("""
SELECT coalesce(t.wish, 'NOT_ASKED') AS part, count(*) AS number
FROM share s JOIN consular_task t USING (share_id)
WHERE s.event = 'DETAINED' AND CAST(s.custody ->> 'at' AS timestamptz) >= :since
    AND CAST(s.custody ->> 'at' AS timestamptz) < :until
GROUP BY 1 ORDER BY 1 LIMIT :limit
""")
_TRANSFERS = text("""
SELECT n.notice_id, n.share_id, n.authority_id, n.candidate ->> 'state' AS recipient_state, n.channel,
       n.state, n.fields, n.payload_digest, n.agreement_id, n.created_at, n.sent_at, n.delivered_at, n.tries,
       r.paragraphs
FROM notice n
LEFT JOIN recipient r ON r.share_id = n.share_id AND r.authority_id = n.authority_id
WHERE n.scope = 'FOREIGN' ORDER BY n.created_at DESC, n.notice_id LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Transfer:
    """One notice to another State; names of fields, no value of any."""

    notice_id: UUID
    share_id: UUID
    authority_id: str
    recipient_state: str
    channel: str
    state: str
    paragraphs: tuple[str, ...]
    fields: tuple[str, ...]
    payload_digest: str
    agreement_id: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    tries: int


class OversightStore:
    """Reads the tables of sharing for oversight; writes nothing."""

    async def figures(self, connection: AsyncConnection, month: Month, now: datetime) -> list[Figure]:
        """Every figure of the month.

        Args:
            connection: The service's database.
            month: Of which month.
            now: What is overdue is so at this instant.
        """
        ask = Asking(connection, month, now)
        return [
            *await _shares(ask),
            *await decisions(ask),
            *await _withdrawals(ask),
            *await _emergencies(ask),
            *await _consular(ask),
        ]

    async def transfers(self, connection: AsyncConnection) -> list[Transfer]:
        """The newest transfers to other States, at most `MAX_TRANSFERS`."""
        rows = await connection.execute(_TRANSFERS, {"limit": MAX_TRANSFERS})
        return [
            Transfer(
                **{
                    **row,
                    "paragraphs": tuple(row["paragraphs"] or ()),
                    "fields": tuple(sorted(row["fields"])),
                }
            )
            for row in rows.mappings()
        ]


async def _shares(ask: Asking) -> list[Figure]:
    notices = await ask.row(_NOTICES)
    return [
        *counts(8, "sent_abroad_by_paragraph", await ask.parts(_PARAGRAPHS)),
        *counts(8, "sent_abroad_by_state", await ask.parts(_STATES)),
        *counts(8, "notices", await ask.parts(_NOTICE_STATES)),
        *counts(8, "exchange_messages", await ask.parts(_MESSAGES)),
        percent(8, "acknowledged_in_15_minutes", notices.in_time, notices.sent),
        middle(4, "decision_to_sending_median", notices.median, notices.sent),
        middle(4, "decision_to_sending_95th", notices.high, notices.sent),
    ]


async def decisions(ask: Asking) -> list[Figure]:
    """Outcomes and what stood against them, as the least cleared reader sees both; protection as a count.

    A hold for a claim of protection and a block for individual risk are one figure: two would tell (SG-35).
    """
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for row in await ask.rows(_OUTCOMES):
        told = logged_reasons(row.reasons)
        outcomes[shown_outcome(Outcome(row.outcome), told)] += int(row.number)
        reasons.update(dict.fromkeys(told, int(row.number)))
    protected = await ask.row(_PROTECTED)
    return [
        *counts(8, "recipients", sorted(outcomes.items())),
        *counts(8, "not_sent_by_reason", sorted(reasons.items())),
        count(15, "blocked_for_protection", protected.number),
    ]


async def _withdrawals(ask: Asking) -> list[Figure]:
    row = await ask.row(_WITHDRAWN)
    return [
        count(9, "corrections_and_recalls", row.sent),
        count(9, "carried_out_everywhere", row.done),
        count(9, "overdue", row.overdue),
        middle(9, "time_until_carried_out_median", row.median, row.done),
    ]


async def _emergencies(ask: Asking) -> list[Figure]:
    row, suspended = await ask.row(_EMERGENCIES), await ask.row(_SUSPENDED)
    return [
        count(14, "emergency_disclosures", row.sent),
        percent(14, "reviewed_in_72_hours", row.in_time, row.sent),
        count(14, "found_unjustified", row.unjustified),
        count(8, "suspended_by_oversight", suspended.number),
    ]


async def _consular(ask: Asking) -> list[Figure]:
    """Of the month's detained persons: told in time, what those told want, and posts informed.

    How many were told stands nowhere, because the wishes are its parts; nor who was informed, because UNHCR
    in place of a consulate tells of protection (SG-35).
    """
    row = await ask.row(_CONSULAR)
    return [
        percent(15, "detained_told_of_consular_help_in_3_hours", row.in_time, row.detained),
        *counts(15, "consular_wishes", await ask.parts(_WISHES)),
        count(15, "consular_posts_informed", row.informed),
    ]
