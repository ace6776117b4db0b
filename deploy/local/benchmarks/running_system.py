"""A whole local system in a folder of its own, for measurements: started, seeded, given a list, ended."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.api import Api
from deploy.local.layout import ROOT, DataFolder
from deploy.local.token_command import local_issuer

STOP_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class RunningSystem:
    """A system that answers: where, on which folder, under which supervisor process."""

    addresses: dict[str, str]
    folder: DataFolder
    supervisor: int
    api: Api

    @property
    def simulator(self) -> str:
        """Where the simulated counterparts answer, if they run."""
        return str(self.folder.running_system()["simulator"])

    def put_list_in_force(self, content: bytes, source: str) -> dict[str, Any]:
        """Import a list in UN format; its two approvers are a steward and a supervisor.

        Raises:
            Declined: The list or an approval was refused.
        """
        report: dict[str, Any] = self.api.post(
            "steward",
            "screening",
            "/v1/watchlist/imports",
            params={"source": "un", "as": source},
            content=content,
            headers={"Content-Type": "application/xml"},
        )
        for person in ("steward", "supervisor"):
            path = f"/v1/watchlist/versions/{report['version_id']}/approval"
            self.api.post(person, "screening", path, json={})
        return report


@contextmanager
def running_system(*, with_simulator: bool = False) -> Iterator[RunningSystem]:
    """Start `up` in a temporary folder on free ports; ended and deleted on the way out."""
    with tempfile.TemporaryDirectory(prefix="safeconduct-bench-") as folder:
        data = Path(folder) / "data"
        options = ("--json", "--port", "0", "--data", str(data), *(["--simulator"] if with_simulator else []))
        command = (sys.executable, "-m", "deploy.local", "up", *options)
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                addresses = json.loads(process.stdout.readline())
                addresses.pop("ready")
                with Api(addresses, local_issuer(data)) as api:
                    yield RunningSystem(addresses, DataFolder(data), process.pid, api)
            finally:
                process.terminate()
                process.wait(STOP_PATIENCE_SECONDS)
