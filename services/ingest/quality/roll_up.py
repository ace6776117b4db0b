"""Counts each flight's data a moment after its reports have come to rest, beside the requests.

Nothing is counted in the transaction that acknowledges a message: a carrier does not wait for statistics.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.ingest.ports import Ports
from services.ingest.store.quality import StaleFlight
from shared.beating import keep_beating
from shared.travel.flight import Flight

BEAT_SECONDS: Final = 60.0
FLIGHTS_A_TRANSACTION: Final = 50
BATCHES_A_BEAT: Final = 100
#: Reports of one flight come in parts and bursts: it is counted once they rest.
REST: Final = timedelta(minutes=1)
#: What was not counted within so many days is counted no more: its travellers may be masked by then.
LOOKED_BACK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class QualityRollUp:
    """Counts flights. Several workers may run it: one counts at a time."""

    ports: Ports

    async def run(self, stop: asyncio.Event) -> None:
        """Count every `BEAT_SECONDS` until told to stop."""
        await keep_beating(self.beat, stop, every_seconds=BEAT_SECONDS, failed="quality_roll_up_failed")

    async def beat(self) -> int:
        """Count every flight whose reports rest; how many there were."""
        now, counted = self.ports.clock.now(), 0
        for _ in range(BATCHES_A_BEAT):
            done = await self._batch(now)
            counted += done
            if done < FLIGHTS_A_TRANSACTION:
                break
        return counted

    async def _batch(self, now: datetime) -> int:
        store = self.ports.stores.quality
        async with self.ports.database.begin() as connection:
            await store.take_turn(connection)
            stale = await store.stale(connection, now - LOOKED_BACK, now - REST, FLIGHTS_A_TRANSACTION)
            if stale:
                counts = await store.count(connection, stale)
                await store.put(connection, [self._row(each, counts[each.flight_id]) for each in stale])
        return len(stale)

    def _row(self, flight: StaleFlight, counts: dict[str, Any]) -> dict[str, Any]:
        leg = Flight(None, "", None, flight.legs).crossing_leg
        reported = None if leg is None else self.ports.airports.to_utc(leg.origin, leg.departure)
        return {
            **counts,
            "flight_id": flight.flight_id,
            "carrier": flight.carrier,
            "number": flight.number,
            "day": flight.day,
            # A delay that the carrier reports does not make its list punctual: the schedule counts.
            "departs_at": flight.scheduled_at or reported,
            "parts_missing": flight.parts_missing,
            "seen_at": flight.reported_at,
        }
