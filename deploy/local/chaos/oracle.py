"""What must hold after the killings: nothing acknowledged is lost, nothing took effect twice.

The oracle reads the databases as the superuser, not the services' own answers, and never trusts a cache.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import asyncpg

from deploy.local.chaos.journal import Acknowledged

DatabaseAddress = Callable[[str], str]

_MESSAGES = """
SELECT m.message_id::text AS message, m.accepted, m.screened, m.screened_at,
       f.carrier || f.number AS designator
FROM message m LEFT JOIN flight f USING (flight_id) WHERE NOT m.is_test
"""
_TRAVELLERS = """
SELECT t.traveller_id::text AS traveller, t.record->>'carrier_reference' AS reference,
       f.carrier || f.number AS designator
FROM traveller t JOIN flight f USING (flight_id)
"""
_UNREAD_HITS = """
SELECT count(*) FROM hit WHERE state IN ('POSSIBLE_MATCH', 'IN_REVIEW', 'AWAITING_SECOND')
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """What ingest's database holds: messages by receipt, travellers by flight and the carrier's reference."""

    messages: Mapping[str, asyncpg.Record]
    travellers: Mapping[tuple[str, str], list[str]]
    waiting: int


# Whom a changed list met once more was accepted once.
_SCREENED = """
SELECT coalesce(sum(travellers), 0) FROM screening_run JOIN inbox USING (message_id)
WHERE inbox.kind = 'TravellersObservedV1'
"""


async def read_stored(address: DatabaseAddress) -> Stored:
    """Read ingest's database."""
    connection = await asyncpg.connect(address("ingest"))
    try:
        messages = {row["message"]: row for row in await connection.fetch(_MESSAGES)}
        travellers: dict[tuple[str, str], list[str]] = {}
        for row in await connection.fetch(_TRAVELLERS):
            travellers.setdefault((row["designator"], row["reference"]), []).append(row["traveller"])
        waiting = await connection.fetchval("SELECT count(*) FROM outbox")
    finally:
        await connection.close()
    return Stored(messages, travellers, waiting)


def faults_of_ingest(journal: Iterable[Acknowledged], stored: Stored) -> list[str]:
    """Every acknowledged traveller is stored once and screened once; nobody waits any more."""
    faults = [f"{stored.waiting} batches still wait in ingest's outbox"] if stored.waiting else []
    for message in journal:
        row = stored.messages.get(message.receipt_id)
        if row is None:
            faults.append(f"{message.transaction}: acknowledged and not stored")
            continue
        if row["accepted"] != len(message.references):
            faults.append(f"{message.transaction}: {row['accepted']} accepted of {len(message.references)}")
        if row["screened"] != row["accepted"] or row["screened_at"] is None:
            faults.append(f"{message.transaction}: {row['screened']} screened of {row['accepted']}")
        for reference in message.references:
            copies = len(stored.travellers.get((message.designator, reference), ()))
            if copies != 1:
                faults.append(f"{message.transaction}: a traveller is stored {copies} times")
    return faults


async def faults_of_screening(
    journal: Iterable[Acknowledged], stored: Stored, address: DatabaseAddress
) -> list[str]:
    """Each batch was screened once, hits are unique, and every planted person was found."""
    connection = await asyncpg.connect(address("screening"))
    try:
        screened = await connection.fetchval(_SCREENED)
        hits = Counter(
            (row["traveller_id"], row["entry_id"])
            for row in await connection.fetch("SELECT traveller_id::text, entry_id FROM hit")
        )
    finally:
        await connection.close()
    accepted = sum(row["accepted"] for row in stored.messages.values())
    faults = [] if screened == accepted else [f"{screened} travellers screened of {accepted} accepted"]
    faults.extend("a hit stands twice" for copies in hits.values() if copies > 1)
    found = {traveller for traveller, _ in hits}
    faults.extend(
        f"{message.transaction}: a listed person was not found"
        for message in journal
        for reference in message.planted
        if not found.intersection(stored.travellers.get((message.designator, reference), ()))
    )
    return faults


async def faults_of_sharing(address: DatabaseAddress, effects: Mapping[str, int]) -> list[str]:
    """Each confirmed hit made one share; each notice was delivered and took effect once; nothing waits.

    Args:
        address: Gives the address of a service's database.
        effects: How often each notice took effect at the counterpart, by message id.
    """
    connection = await asyncpg.connect(address("screening"))
    try:
        confirmed = {
            row["hit_id"]
            for row in await connection.fetch(
                "SELECT DISTINCT hit_id::text FROM hit_move WHERE target = 'CONFIRMED'"
            )
        }
        waiting = await connection.fetchval("SELECT count(*) FROM outbox")
        unread = await connection.fetchval(_UNREAD_HITS)
    finally:
        await connection.close()
    connection = await asyncpg.connect(address("sharing"))
    try:
        shared = Counter(row["hit_id"] for row in await connection.fetch("SELECT hit_id::text FROM share"))
        undecided = await connection.fetchval("SELECT count(*) FROM share WHERE state <> 'DECIDED'")
        notices = await connection.fetch(
            "SELECT notice_id::text, state FROM notice WHERE channel = 'ENDPOINT'"
        )
    finally:
        await connection.close()
    faults = [f"{waiting} events still wait in screening's outbox"] if waiting else []
    faults.extend([f"{unread} hits wait for the office"] if unread else [])
    faults.extend([f"{undecided} shares wait for the office"] if undecided else [])
    faults.extend(f"hit {hit}: confirmed and never reached sharing" for hit in confirmed - set(shared))
    faults.extend(f"hit {hit}: {copies} shares" for hit, copies in shared.items() if copies != 1)
    faults.extend(
        f"notice {row['notice_id']}: {row['state']}, took effect {effects.get(row['notice_id'], 0)} times"
        for row in notices
        if row["state"] != "DELIVERED" or effects.get(row["notice_id"]) != 1
    )
    return faults
