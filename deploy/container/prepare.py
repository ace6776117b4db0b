"""Make the secrets that docker-compose.yml mounts: keys, passwords, and the signed safeguards.

    python -m deploy.container.prepare secrets --own-authority XAA-PIU-01 --policy-signer A --policy-signer B

Made once, kept afterwards; the folder is the deployment's to guard and to back up.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.local.installation import make_keys, sign_policy
from deploy.local.layout import SERVICES, DataFolder
from deploy.local.machine import write_secret
from deploy.local.postgres import SUPERUSER
from shared.clock import SystemClock
from shared.db.roles import app_role, migrator_role

CONTAINER_ID: Final = 10_001
SIGNERS_NEEDED: Final = 2
FIGURES_FILE: Final = "metrics-token"


def prepare(path: Path, own_authority: str, policy_signers: Sequence[str]) -> None:
    """Make whatever the folder lacks, and give it to the user of the containers when we are root.

    Args:
        path: The folder, `./secrets` beside docker-compose.yml.
        own_authority: In whose name notices are signed.
        policy_signers: At least two different people who put the safeguards in force (SG-27).
    """
    if len(set(policy_signers)) < SIGNERS_NEEDED:
        raise SystemExit(
            "The safeguards need the signatures of two different people: name two --policy-signer."
        )
    folder = DataFolder(path.absolute())
    folder.make()
    now = SystemClock().now()
    make_keys(folder, now, own_authority)
    sign_policy(folder, policy_signers, now)
    make_passwords(folder.path / "passwords")
    folder.checkpoints.mkdir(mode=0o700, exist_ok=True)
    folder.compiled_lists.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        for each in (folder.path, *folder.path.rglob("*")):
            os.chown(each, CONTAINER_ID, CONTAINER_ID)
    else:
        sys.stderr.write(
            "The containers cannot read these files yet. As root: "
            f"chown -R {CONTAINER_ID}:{CONTAINER_ID} {folder.path}\n"
        )


def make_passwords(folder: Path) -> None:
    """One random password a login role, in a file named after it, and the token of the figures."""
    folder.mkdir(mode=0o700, exist_ok=True)
    roles = [role(service) for service in SERVICES for role in (migrator_role, app_role)]
    for name in (SUPERUSER, *roles, FIGURES_FILE):
        if not (folder / name).exists():
            write_secret(folder / name, secrets.token_hex(24))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--own-authority", required=True)
    parser.add_argument("--policy-signer", action="append", default=[], dest="policy_signers")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    prepare(given.folder, given.own_authority, given.policy_signers)
