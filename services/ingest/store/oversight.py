"""What oversight reads of ingest, a month at a time: counts and times, no row of a person.

Source: workflow.md §8, KPI 1, 4, 10, 11 and 12.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.oversight.asking import Asking
from shared.oversight.figures import Figure, Month, count, counts, middle, percent

_EXPECTED = text("""
SELECT count(*) FILTER (WHERE state NOT IN ('EXPECTED', 'CANCELLED')) AS due,
       count(*) FILTER (WHERE state IN ('RECEIVED', 'PARTIAL', 'LATE')) AS covered,
       count(*) FILTER (WHERE state NOT IN ('EXPECTED', 'CANCELLED') AND has_bookings) AS with_bookings
FROM expected_flight WHERE departure_date >= :first AND departure_date < :after
""")
_FLIGHTS = text("""
SELECT count(*) AS flights, coalesce(sum(travellers), 0) AS travellers FROM flight_quality
WHERE day >= :first AND day < :after
""")
_MESSAGES = text("""
SELECT status AS part, count(*) AS number FROM message
WHERE received_at >= :since AND received_at < :until AND NOT is_test GROUP BY status ORDER BY status
""")
_DROPPED = text("""
SELECT class AS part, sum(number) AS number FROM dropped
WHERE day >= :first AND day < :after GROUP BY class ORDER BY class LIMIT :limit
""")
_SCREENED = text("""
SELECT count(*) AS over,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS median,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY took) AS high
FROM (
    SELECT extract(epoch FROM screened_at - received_at) AS took FROM message
    WHERE received_at >= :since AND received_at < :until AND NOT is_test AND screened_at IS NOT NULL
) AS screened
""")
_REQUESTS = text("""
SELECT kind AS part, count(*) AS number FROM rights_request
WHERE received_at >= :since AND received_at < :until GROUP BY kind ORDER BY kind
""")
_ANSWERS = text("""
SELECT kind, coalesce(result, 'OPEN') AS result, count(*) AS number FROM rights_request
WHERE received_at >= :since AND received_at < :until GROUP BY 1, 2 ORDER BY 1, 2
""")
_GROUNDS = text("""
SELECT ground AS part, count(*) AS number FROM rights_request
WHERE received_at >= :since AND received_at < :until AND ground IS NOT NULL GROUP BY ground ORDER BY ground
LIMIT :limit
""")
_DAYS = text("""
SELECT kind = 'REDRESS' AS is_redress, count(*) AS over,
       percentile_cont(0.5) WITHIN GROUP (
           ORDER BY extract(epoch FROM decided_at - received_at) / 86400) AS days,
       count(*) FILTER (WHERE is_urgent) AS urgent,
       count(*) FILTER (WHERE is_urgent AND decided_at <= due_at) AS urgent_in_time
FROM rights_request WHERE received_at >= :since AND received_at < :until AND decided_at IS NOT NULL
GROUP BY 1 ORDER BY 1
""")
_NOTIFICATIONS = text("""
SELECT count(*) FILTER (WHERE sent_at >= :since AND sent_at < :until) AS sent,
       count(*) FILTER (WHERE sent_at IS NULL AND deferrals > 0) AS deferred,
       count(*) FILTER (WHERE sent_at IS NULL AND due_at < :now) AS overdue
FROM notification_task
""")
_RETENTION = text("""
SELECT act || ' ' || kind || ' ' || reason AS part, sum(number) AS number FROM retention_figure
WHERE day >= :first AND day < :after GROUP BY 1 ORDER BY 1 LIMIT :limit
""")
_LATE = text("""
SELECT (SELECT count(*) FROM traveller WHERE mask_at <= :now AND masked_at IS NULL)
           + (SELECT count(*) FROM reservation WHERE mask_at <= :now AND masked_at IS NULL) AS mask,
       (SELECT count(*) FROM retention_hold WHERE ended_at IS NULL) AS holds,
       (SELECT count(*) FROM retention_extension WHERE until > :now) AS extensions
""")
_REIDENTIFIED = text("""
SELECT count(*) AS asked, count(*) FILTER (WHERE is_granted) AS granted,
       count(*) FILTER (WHERE NOT is_granted OR NOT second_finds_need) AS refused,
       count(*) FILTER (WHERE used_at IS NOT NULL) AS used
FROM reidentification WHERE asked_at >= :since AND asked_at < :until
""")

_INCIDENTS = text("""
SELECT kind AS part, count(*) AS number FROM incident
WHERE found_at >= :since AND found_at < :until GROUP BY kind ORDER BY kind
""")
_INCIDENTS_OPEN = text("SELECT count(*) AS number FROM incident WHERE closed_at IS NULL")


class OversightStore:
    """Reads the tables of ingest for oversight; writes nothing."""

    async def figures(self, connection: AsyncConnection, month: Month, now: datetime) -> list[Figure]:
        """Every figure of the month.

        Args:
            connection: The service's database.
            month: Of which month.
            now: What is overdue is so at this instant.
        """
        ask = Asking(connection, month, now)
        return [
            *await _coverage(ask),
            *await _times(ask),
            *await _rights(ask),
            *await _notifications(ask),
            *await _retention(ask),
            *counts(13, "incidents_found", await ask.parts(_INCIDENTS)),
            count(13, "incidents_open_now", (await ask.row(_INCIDENTS_OPEN)).number),
        ]


async def _coverage(ask: Asking) -> list[Figure]:
    expected, flights = await ask.row(_EXPECTED), await ask.row(_FLIGHTS)
    return [
        count(1, "flights_reported", flights.flights),
        count(1, "travellers_reported", int(flights.travellers)),
        count(1, "flights_due", expected.due),
        percent(1, "flights_covered_by_api", expected.covered, expected.due),
        percent(1, "flights_covered_by_pnr", expected.with_bookings, expected.due),
        *counts(1, "messages", await ask.parts(_MESSAGES)),
        *counts(1, "elements_dropped", await ask.parts(_DROPPED)),
    ]


async def _times(ask: Asking) -> list[Figure]:
    row = await ask.row(_SCREENED)
    return [
        middle(4, "message_to_screening_median", row.median, row.over),
        middle(4, "message_to_screening_95th", row.high, row.over),
    ]


async def _rights(ask: Asking) -> list[Figure]:
    requests = await ask.parts(_REQUESTS)
    found = counts(11, "requests_received", [part for part in requests if part[0] != "REDRESS"])
    found += counts(10, "redress_received", [part for part in requests if part[0] == "REDRESS"])
    for row in await ask.rows(_ANSWERS):
        kpi, name = (10, "redress") if row.kind == "REDRESS" else (11, "answers")
        group = row.result if row.kind == "REDRESS" else f"{row.kind} {row.result}"
        found.append(count(kpi, name, row.number, group))
    found += counts(11, "refused_by_ground", await ask.parts(_GROUNDS))
    for row in await ask.rows(_DAYS):
        kpi = 10 if row.is_redress else 11
        found.append(middle(kpi, "days_to_answer_median", row.days, row.over, "days"))
        found.append(percent(kpi, "urgent_in_time", row.urgent_in_time, row.urgent))
    return found


async def _notifications(ask: Asking) -> list[Figure]:
    row = await ask.row(_NOTIFICATIONS)
    return [
        count(11, "notifications_sent", row.sent),
        count(11, "notifications_deferred", row.deferred),
        count(11, "notifications_overdue", row.overdue),
    ]


async def _retention(ask: Asking) -> list[Figure]:
    late, asked = await ask.row(_LATE), await ask.row(_REIDENTIFIED)
    return [
        *counts(12, "done", await ask.parts(_RETENTION)),
        count(12, "masking_overdue", late.mask),
        count(12, "holds_now", late.holds),
        count(12, "extensions_now", late.extensions),
        count(12, "reidentifications_asked", asked.asked),
        count(12, "reidentifications_granted", asked.granted),
        count(12, "reidentifications_refused", asked.refused),
        count(12, "reidentifications_used", asked.used),
    ]
