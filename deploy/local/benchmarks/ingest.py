"""`./run bench ingest`: reading on one core, and how soon a manifest is acknowledged durably."""

import asyncio
from collections.abc import Iterator
from typing import Final

from deploy.local.benchmarks.figure import Figure, middle_and_tail
from deploy.local.benchmarks.ingest_alone import IngestAlone, ingest_alone
from deploy.local.benchmarks.ingest_load import (
    TRAVELLERS,
    answered_at_a_rate,
    manifests,
)
from deploy.local.benchmarks.ingest_reading import measure_reading

MANIFESTS_A_SECOND: Final = 30
WARM_MANIFESTS: Final = 60
MANIFESTS: Final = 600


def measure_ingest() -> Iterator[Figure]:
    """Every figure of ingest; the acknowledgements with the service alone, a sink in screening's place."""
    yield from measure_reading()
    with ingest_alone() as system:
        yield from _acknowledgements(system)


def _acknowledgements(system: IngestAlone) -> Iterator[Figure]:
    seconds = asyncio.run(_send(system))
    yield from middle_and_tail(
        "manifest_acknowledged_by_ingest_alone",
        seconds,
        "p99 at most 50",
        {
            "manifests_a_second": MANIFESTS_A_SECOND,
            "manifests": MANIFESTS,
            "travellers_a_manifest": TRAVELLERS,
        },
    )


async def _send(system: IngestAlone) -> list[float]:
    # The first requests open connections and fill caches, which a running service has done long ago.
    for count, first, a_second in (
        (WARM_MANIFESTS, 100, MANIFESTS_A_SECOND / 3),
        (MANIFESTS, 1000, MANIFESTS_A_SECOND),
    ):
        bodies = manifests(count, first)
        seconds = await answered_at_a_rate(system.folder, system.address, bodies, a_second)
    return seconds
