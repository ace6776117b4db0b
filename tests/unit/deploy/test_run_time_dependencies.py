"""What `./run` installs is enough to run: nothing needs a package that only the test tools bring."""

import re
import subprocess
import sys

from deploy.local.command_line import MODULES
from deploy.local.layout import ROOT, SERVICES

SCRIPT = """
import sys
from importlib import import_module
from importlib.metadata import packages_distributions

locked = set(sys.argv[1].split())
foreign = {
    module
    for module, distributions in packages_distributions().items()
    if not any(name.lower().replace("_", "-") in locked for name in distributions)
}

class Refuser:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in foreign:
            raise ModuleNotFoundError(f"{name} is not in requirements.lock")

sys.meta_path.insert(0, Refuser())
for module in sys.argv[2:]:
    import_module(module)
"""


def test_services_and_commands_import_nothing_but_locked_packages() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==", lock, flags=re.MULTILINE)
    modules = [
        *(f"services.{service}.__main__" for service in SERVICES),
        "shared.security.local_issuer",
        "deploy.local.counterpart_simulator",
        *(f"deploy.local.commands.{name}" for name in MODULES),
    ]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, " ".join([*locked, "pip"]), *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.splitlines()[-1]
