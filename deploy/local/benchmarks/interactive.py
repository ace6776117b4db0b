"""Check-ins one by one at a steady rate: each traveller is screened before the answer goes out."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

from deploy.local.benchmarks.figure import Figure, middle_and_tail
from deploy.local.benchmarks.ingest_load import answered_at_a_rate, manifests
from deploy.local.benchmarks.running_system import RunningSystem

CHECK_INS: Final = 200
CHECK_INS_A_SECOND: Final = 20
WARM: Final = 20
FIRST_FLIGHT: Final = 7000


def measure_interactive(system: RunningSystem, conditions: dict[str, Any]) -> Iterator[Figure]:
    """Body in, answer out; a check-in that screening does not answer is answered at the deadline (2 s)."""
    seconds = asyncio.run(_check_in(system))
    yield from middle_and_tail(
        "interactive_answer",
        seconds,
        "p99 at most 250 at 20 a second and 1,000,000 names",
        {**conditions, "check_ins": CHECK_INS, "check_ins_a_second": CHECK_INS_A_SECOND},
    )


async def _check_in(system: RunningSystem) -> list[float]:
    bodies = manifests(WARM + CHECK_INS, FIRST_FLIGHT, travellers=1)
    ingest = system.addresses["ingest"]
    seconds: list[float] = []
    for part in (bodies[:WARM], bodies[WARM:]):
        seconds = await answered_at_a_rate(
            system.folder, ingest, part, CHECK_INS_A_SECOND, path="/v1/interactive"
        )
    return seconds
