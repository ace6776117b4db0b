"""What the port's own officers see: releases, cards and the outcome they tap."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.hits.hit import Hit
from services.screening.store.hits import COLUMNS, hit_of
from services.screening.store.suspensions import not_suspended, rests_on_entry_in_use
from shared.contracts import NationalReleaseV1

MAX_CARDS = 200
#: The operating window of a flight's duty desk (SG-26): 72 h before departure to 24 h after.
WINDOW_BEFORE = timedelta(hours=72)
WINDOW_AFTER = timedelta(hours=24)

_HIT = ", ".join(f"hit.{name}" for name in COLUMNS)

# A person's card needs the release of a national notice and an entry in use; a document's, an ordered check.
_CARDS = text(
    f"""
    SELECT {_HIT} FROM hit
    LEFT JOIN national_release USING (hit_id)
    WHERE (hit.destination = :port OR hit.origin = :port)
      AND hit.departure_at BETWEEN :since AND :until
      AND ((hit.state IN ('CONFIRMED', 'ACTIONED', 'FEEDBACK')
            AND hit.hit_type <> 'DOCUMENT' AND national_release.hit_id IS NOT NULL
            AND {rests_on_entry_in_use("hit")})
           OR (hit.hit_type = 'DOCUMENT' AND hit.state IN ('ACTIONED', 'FEEDBACK')))
      AND {not_suspended("hit")}
    ORDER BY hit.arrival_at, hit.hit_id LIMIT :limit
    """  # noqa: S608 - the column names are ours
)


@dataclass(frozen=True, slots=True)
class CardOutcome:
    """What the port's officer tapped."""

    hit_id: UUID
    outcome: str
    person: str
    at: datetime


class FrontLineStore:
    """Cards in PostgreSQL."""

    async def release(self, connection: AsyncConnection, release: NationalReleaseV1) -> bool:
        """Make a hit's card visible at the port; whether it was not before."""
        added = await connection.execute(
            text(
                "INSERT INTO national_release (hit_id, notice_id, authority_id, released_at)"
                " SELECT hit_id, :notice_id, :authority_id, :released_at FROM hit WHERE hit_id = :hit_id"
                " ON CONFLICT (hit_id) DO NOTHING"
            ),
            {
                "hit_id": release.hit_id,
                "notice_id": release.notice_id,
                "authority_id": release.authority_id,
                "released_at": release.released_at,
            },
        )
        return added.rowcount == 1

    async def cards(self, connection: AsyncConnection, port: str, now: datetime) -> list[Hit]:
        """The hits whose cards this port may see now, in the order of arrival."""
        facts = {
            "port": port,
            "since": now - WINDOW_AFTER,
            "until": now + WINDOW_BEFORE,
            "today": now.date(),
            "limit": MAX_CARDS,
        }
        return [hit_of(row) for row in await connection.execute(_CARDS, facts)]

    async def outcomes(
        self, connection: AsyncConnection, hit_ids: Collection[UUID]
    ) -> dict[UUID, CardOutcome]:
        """What was tapped on these cards."""
        query = text(
            "SELECT hit_id, outcome, person, at FROM card_outcome"
            " WHERE hit_id = ANY(CAST(:ids AS uuid[])) ORDER BY hit_id"
        )
        rows = await connection.execute(query, {"ids": list(hit_ids)})
        return {row.hit_id: CardOutcome(*row) for row in rows}

    async def add_outcome(self, connection: AsyncConnection, outcome: CardOutcome) -> bool:
        """Store a tap; `False` when one stands already."""
        added = await connection.execute(
            text(
                "INSERT INTO card_outcome (hit_id, outcome, person, at)"
                " VALUES (:hit_id, :outcome, :person, :at) ON CONFLICT (hit_id) DO NOTHING"
            ),
            {
                "hit_id": outcome.hit_id,
                "outcome": outcome.outcome,
                "person": outcome.person,
                "at": outcome.at,
            },
        )
        return added.rowcount == 1
