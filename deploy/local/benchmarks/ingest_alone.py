"""The ingest service alone with PostgreSQL, the issuer, and a sink where screening would be."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.api import Api
from deploy.local.layout import DataFolder, Ports
from deploy.local.seed import seed_ingest
from deploy.local.supervisor import LocalSystem, Program
from deploy.local.token_command import local_issuer
from shared.clock import SystemClock


@dataclass(frozen=True)
class IngestAlone:
    """An ingest service that answers at `address`, on a folder of its own."""

    folder: DataFolder
    address: str


@contextmanager
def ingest_alone() -> Iterator[IngestAlone]:
    """Start it in a temporary folder on free ports, seeded; ended and deleted on the way out.

    From the main thread only, to which its processes are tied.
    """
    with tempfile.TemporaryDirectory(prefix="safeconduct-bench-") as place:
        folder, ports = DataFolder(Path(place) / "data"), Ports.starting_at(0)
        system = LocalSystem(folder, ports, lambda _: None, services=("ingest",))
        with folder.claimed():
            try:
                system.add(_sink(ports))
                system.start()
                with Api(system.addresses(), local_issuer(folder.path)) as api:
                    seed_ingest(api, SystemClock().now().date())
                yield IngestAlone(folder, ports.url("ingest"))
            finally:
                system.stop()


def _sink(ports: Ports) -> Program:
    environment = {"SINK_PORT": str(ports.numbers["screening"])}
    return Program("sink", "deploy.local.benchmarks.screening_sink", ports.url("screening"), environment)
