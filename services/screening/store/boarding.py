"""Boarding in PostgreSQL: the laws for it, States' risk, assessments, and what carriers were asked to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.registers.rows import CountryRisk, Persons
from services.screening.store.suspensions import (
    not_suspended,
    not_suspended_rule,
    rests_on_entry_in_use,
)

MAX_LISTED = 500

_LAW = text(f"""
SELECT row_id FROM legal_row
WHERE authority = :authority AND action = 'action.order' AND data_class = 'HIT'
  AND purpose_code = :purpose_code AND :kind = ANY (orders)
  AND valid_from <= :today AND valid_to > :today AND {not_suspended_rule("CAST(:kind AS text)")}
ORDER BY valid_to DESC, row_id LIMIT 1
""")  # noqa: S608
_RISK = text("""
SELECT row_id, state, level, death_penalty, assessed_at, sources FROM country_risk
WHERE state = :state ORDER BY approved_at DESC, row_id DESC LIMIT 1
""")
_RISKS = text("""
SELECT DISTINCT ON (state) row_id, state, level, death_penalty, assessed_at, sources FROM country_risk
ORDER BY state, approved_at DESC, row_id DESC LIMIT 1000
""")
_ADD_RISK = text("""
INSERT INTO country_risk (row_id, state, level, death_penalty, assessed_at, sources, author, approver,
    approved_at)
VALUES (:row_id, :state, :level, :death_penalty, :assessed_at, :sources, :author, :approver, :at)
""")
_ASSESS = text("""
INSERT INTO order_assessment (order_id, role, person, finding, individual_risk, words, at)
VALUES (:order_id, :role, :person, :finding, :individual_risk, :words, :at)
ON CONFLICT (order_id, role) DO UPDATE SET person = excluded.person, finding = excluded.finding,
    individual_risk = excluded.individual_risk, words = excluded.words, at = excluded.at
""")
_ASSESSMENTS = text("""
SELECT role, finding, individual_risk FROM order_assessment WHERE order_id = :order_id ORDER BY role LIMIT 2
""")
_COLUMNS = """directive_id, kind, hit_id, order_id, traveller_id, flight_id, data_version, legal_row_id,
    since, ends_at, released_at, released_by, release_cause"""
_ADD = text(f"""
INSERT INTO boarding_directive ({_COLUMNS})
VALUES (:directive_id, :kind, :hit_id, :order_id, :traveller_id, :flight_id, :data_version, :legal_row_id,
    :since, :ends_at, NULL, NULL, NULL)
ON CONFLICT DO NOTHING
""")  # noqa: S608
_OF_ORDER = text(f"""
SELECT {_COLUMNS} FROM boarding_directive WHERE order_id = :order_id AND released_at IS NULL FOR UPDATE
""")  # noqa: S608
# What stands although its ground is gone: its hold is over, the hit is no longer what it rested on, newer
# data were never compared, its entry is not in use, or oversight suspended what it rests on. A hold rests on
# a possible match, so it outlives what is not yet decided.
_LAPSED = text(f"""
SELECT {", ".join(f"d.{name.strip()}" for name in _COLUMNS.split(","))}, hit.departure_at
FROM boarding_directive d JOIN hit USING (hit_id)
WHERE d.released_at IS NULL AND (
    d.ends_at <= :ends_before
    OR NOT ({not_suspended("hit")} AND {not_suspended_rule("d.kind")} AND {rests_on_entry_in_use("hit")})
    OR (d.kind = 'BOARDING_ADVICE'
        AND (hit.state NOT IN ('CONFIRMED', 'ACTIONED', 'FEEDBACK') OR hit.data_version <> d.data_version))
    OR (d.kind = 'BOARDING_HOLD' AND hit.state IN ('NOT_A_MATCH', 'INCONCLUSIVE', 'SUPPRESSED',
        'RECALLED', 'ENTRY_REMOVED', 'EXPIRED_UNREVIEWED', 'CLOSED'))
)
ORDER BY d.since, d.directive_id LIMIT :limit FOR UPDATE OF d SKIP LOCKED
""")  # noqa: S608
_RELEASE = text("""
UPDATE boarding_directive SET released_at = :at, released_by = :person, release_cause = :cause
WHERE directive_id = :directive_id AND released_at IS NULL
""")
_STANDING = text(f"""
SELECT {_COLUMNS} FROM boarding_directive
WHERE traveller_id = :traveller_id AND released_at IS NULL
ORDER BY kind, since DESC, directive_id LIMIT 1
""")  # noqa: S608
_LISTED = text(f"""
SELECT {_COLUMNS} FROM boarding_directive ORDER BY since DESC, directive_id LIMIT :limit
""")  # noqa: S608
_DEPARTURE = text("SELECT departure_at FROM hit WHERE hit_id = :hit_id")


@dataclass(frozen=True, slots=True)
class BoardingDirective:
    """What a carrier was asked to do about one traveller on one flight.

    `kind` is BOARDING_ADVICE, ordered by people and standing until it is released, or BOARDING_HOLD, which
    ends by itself at `ends_at`. `data_version` is that of the hit's data which the decision rested on.
    """

    directive_id: UUID
    kind: str
    hit_id: UUID
    order_id: UUID | None
    traveller_id: UUID
    flight_id: UUID
    data_version: int
    legal_row_id: UUID
    since: datetime
    ends_at: datetime | None = None
    released_at: datetime | None = None
    released_by: str | None = None
    release_cause: str | None = None


@dataclass(frozen=True, slots=True)
class Assessed:
    """What the two officers recorded about an order; `None` where one has not."""

    legal: str | None = None
    human_rights: str | None = None
    individual_risk: bool | None = None


class BoardingStore:
    """The tables `country_risk`, `order_assessment`, `boarding_directive`, and the laws that allow orders."""

    async def law(
        self, connection: AsyncConnection, *, authority: str, kind: str, purpose_code: str, today: date
    ) -> UUID | None:
        """The published row in force that allows orders of a kind."""
        facts = {"authority": authority, "kind": kind, "purpose_code": purpose_code, "today": today}
        row = (await connection.execute(_LAW, facts)).one_or_none()
        return None if row is None else UUID(str(row.row_id))

    async def risk(self, connection: AsyncConnection, state: str) -> CountryRisk | None:
        """The latest assessment of a State."""
        row = (await connection.execute(_RISK, {"state": state})).one_or_none()
        return None if row is None else CountryRisk(*row)

    async def risks(self, connection: AsyncConnection) -> list[CountryRisk]:
        """The latest assessment of each State."""
        return [CountryRisk(*row) for row in await connection.execute(_RISKS)]

    async def add_risk(self, connection: AsyncConnection, risk: CountryRisk, persons: Persons) -> None:
        """Put an assessment in force."""
        values = {
            "row_id": risk.row_id,
            "state": risk.state,
            "level": risk.level,
            "death_penalty": risk.death_penalty,
            "assessed_at": risk.assessed_at,
            "sources": risk.sources,
            "author": persons.author,
            "approver": persons.approver,
            "at": persons.at,
        }
        await connection.execute(_ADD_RISK, values)

    async def assess(
        self,
        connection: AsyncConnection,
        order_id: UUID,
        *,
        role: str,
        person: str,
        finding: str,
        individual_risk: bool | None,
        words: str,
        at: datetime,
    ) -> None:
        """Record what an officer found; a later finding of the same office replaces it."""
        values = {
            "order_id": order_id,
            "role": role,
            "person": person,
            "finding": finding,
            "individual_risk": individual_risk,
            "words": words,
            "at": at,
        }
        await connection.execute(_ASSESS, values)

    async def assessed(self, connection: AsyncConnection, order_id: UUID) -> Assessed:
        """What both officers found."""
        rows = {row.role: row for row in await connection.execute(_ASSESSMENTS, {"order_id": order_id})}
        legal, rights = rows.get("LEGAL"), rows.get("HUMAN_RIGHTS")
        return Assessed(
            None if legal is None else legal.finding,
            None if rights is None else rights.finding,
            None if rights is None else rights.individual_risk,
        )

    async def add(self, connection: AsyncConnection, directive: BoardingDirective) -> bool:
        """Write a directive; `False` where the hit has had its hold."""
        values = {
            name: getattr(directive, name)
            for name in (
                "directive_id",
                "kind",
                "hit_id",
                "order_id",
                "traveller_id",
                "flight_id",
                "data_version",
                "legal_row_id",
                "since",
                "ends_at",
            )
        }
        return (await connection.execute(_ADD, values)).rowcount == 1

    async def of_order(self, connection: AsyncConnection, order_id: UUID) -> BoardingDirective | None:
        """What stands on an order, its row locked."""
        row = (await connection.execute(_OF_ORDER, {"order_id": order_id})).one_or_none()
        return None if row is None else BoardingDirective(*row)

    async def lapsed(
        self, connection: AsyncConnection, *, now: datetime, ends_before: datetime, limit: int
    ) -> list[tuple[BoardingDirective, datetime | None]]:
        """What stands without ground, locked, each with its flight's departure."""
        facts = {"ends_before": ends_before, "today": now.date(), "limit": limit}
        rows = await connection.execute(_LAPSED, facts)
        return [(BoardingDirective(*row[:-1]), row.departure_at) for row in rows]

    async def departure(self, connection: AsyncConnection, hit_id: UUID) -> datetime | None:
        """When the flight of a hit leaves, where that is known."""
        found: datetime | None = (await connection.execute(_DEPARTURE, {"hit_id": hit_id})).scalar_one()
        return found

    async def release(
        self, connection: AsyncConnection, directive_id: UUID, *, person: str, cause: str, at: datetime
    ) -> None:
        """Note that a directive stands no longer."""
        values = {"directive_id": directive_id, "person": person, "cause": cause, "at": at}
        await connection.execute(_RELEASE, values)

    async def standing(self, connection: AsyncConnection, traveller_id: UUID) -> BoardingDirective | None:
        """What stands about a traveller; an advice before a hold."""
        row = (await connection.execute(_STANDING, {"traveller_id": traveller_id})).one_or_none()
        return None if row is None else BoardingDirective(*row)

    async def listed(self, connection: AsyncConnection, limit: int) -> Sequence[BoardingDirective]:
        """The newest directives."""
        rows = await connection.execute(_LISTED, {"limit": min(limit, MAX_LISTED)})
        return [BoardingDirective(*row) for row in rows]
