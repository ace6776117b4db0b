"""What a local system needs before its first start: keys, people, databases; made once, kept afterwards.

Every step looks whether its files are there, so that an installation cut short goes on where it stopped.
"""

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from joserfc.jwk import OKPKey

from deploy.local.layout import SERVICES, DataFolder, Ports
from deploy.local.machine import write_secret
from deploy.local.postgres import EmbeddedPostgres, ServiceDatabase
from shared.audit.log_keys import CHECKPOINT_KEYS
from shared.clock import Clock
from shared.policy.bundle import signed_copy
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.security.key_folder import key_files
from shared.security.keys import KeyFile
from shared.security.local_directory import LocalCarrier, LocalConsole, LocalDirectory, secret_digest
from shared.security.tokens import SERVICE_KEYS

KEY_LIFE: Final = timedelta(days=365)
KEY_OVERLAP: Final = timedelta(minutes=5)
TRAINING_LIFE: Final = timedelta(days=300)
OWN_STATE: Final = "XAA"
OWN_AUTHORITY: Final = "XAA-PIU-01"
CARRIERS: Final = ("XA",)
HANDLERS: Final = ("handler-QH",)
POLICY_SIGNERS: Final = ("legal", "supervisor")
WORLD: Final = Path(__file__).with_name("demonstration")
AIRPORTS_FILE: Final = WORLD / "airports.csv"


@dataclass(frozen=True)
class Installation:
    """A data folder that is ready to be run."""

    folder: DataFolder
    databases: Mapping[str, ServiceDatabase]


def install(folder: DataFolder, postgres: EmbeddedPostgres, ports: Ports, clock: Clock) -> Installation:
    """Make whatever a data folder still lacks.

    Args:
        folder: Whose files; claimed by us.
        postgres: Running.
        ports: Where everything will listen; the console's address is written to the people file.
        clock: Starts the life of keys and trainings.
    """
    now = clock.now()
    make_keys(folder, now, OWN_AUTHORITY)
    sign_policy(folder, POLICY_SIGNERS, now)
    signing_key(folder.issuer_key, "issuer", "token", now)
    write_directory(folder, ports, now)
    folder.checkpoints.mkdir(mode=0o700, exist_ok=True)
    databases = {service: postgres.create_service_database(service) for service in SERVICES}
    return Installation(folder, databases)


def make_keys(folder: DataFolder, now: datetime, own_authority: str) -> None:
    """Make the keys of the services, and the file with the public halves that they know each other by.

    Args:
        folder: Whose files.
        now: Start of the keys' life.
        own_authority: In whose name notices are signed.
    """
    for service in SERVICES:
        folder.keys_of(service).mkdir(mode=0o700, parents=True, exist_ok=True)
        for use in (SERVICE_KEYS, CHECKPOINT_KEYS):
            signing_key(folder.keys_of(service) / f"{use}.json", service, use, now)
    signing_key(folder.keys_of("sharing") / "notice-signing.json", own_authority, "notice", now)
    _once(folder.keys_of("sharing") / "notice-sealing.json", _sealing_key)
    _once(folder.keys_of("ingest") / "digest.key", _random_key)
    _once(folder.keys_of("screening") / "list-files.key", _random_key)
    _once(folder.unmasking_key, _sealing_key)
    _once(folder.masking_key, lambda: _public_half(folder.unmasking_key))
    _once(folder.rights_key, _sealing_key)
    _once(folder.door_key, lambda: _public_half(folder.rights_key))
    folder.door.mkdir(mode=0o700, exist_ok=True)
    _once(folder.keys_of("console") / "session.key", _random_key)
    tokens = [key for service in SERVICES for key in key_files(folder.keys_of(service), SERVICE_KEYS)]
    _write_public(folder.service_keys, tokens)


def sign_policy(folder: DataFolder, people: Sequence[str], now: datetime) -> None:
    """Copy the safeguards' catalogue to the data folder, and sign it there with a key of each person."""
    folder.policy_key("anybody").parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = [signing_key(folder.policy_key(name), name, "policy", now) for name in people]
    _write_public(folder.policy_trusted_keys, keys)
    signed_copy(CATALOGUE_FOLDER, folder.policy, keys)


def signing_key(path: Path, owner: str, use: str, now: datetime) -> KeyFile:
    """The Ed25519 key of a file, made when it is not there; it is valid for `KEY_LIFE`."""
    if path.exists():
        return KeyFile.load(path)
    return KeyFile.create(path, owner=owner, use=use, not_before=now - KEY_OVERLAP, not_after=now + KEY_LIFE)


def write_directory(folder: DataFolder, ports: Ports, now: datetime) -> None:
    """Write the people file: people and carriers once, the console's address at each start."""
    callback = f"{ports.url('console')}/callback"
    console = LocalConsole(client_id="console", redirect_uris=(callback,))
    if folder.people.exists():
        known = LocalDirectory.load(folder.people)
    else:
        known = LocalDirectory.model_validate({"people": demonstration_people(now)})
    wanted = {f"carrier-{name}": name for name in CARRIERS} | dict.fromkeys(HANDLERS)
    carriers = tuple(
        known.carrier_account(subject) or _new_account(folder, subject, name)
        for subject, name in wanted.items()
    )
    others = tuple(row for row in known.carriers if row.subject not in wanted)
    directory = known.model_copy(update={"carriers": (*carriers, *others), "consoles": (console,)})
    write_secret(folder.people, json.dumps(directory.as_json(), indent=2))


def demonstration_people(now: datetime) -> list[dict[str, Any]]:
    """The people of the demonstration world, trained as of today."""
    usual = {
        "authority": OWN_AUTHORITY,
        "unit": "PIU",
        "clearance": "H3",
        "training_valid_to": (now + TRAINING_LIFE).date().isoformat(),
    }
    rows: list[dict[str, Any]] = json.loads((WORLD / "people.json").read_text(encoding="utf-8"))
    return [usual | row for row in rows]


def service_environment(installation: Installation, service: str, ports: Ports) -> dict[str, str]:
    """The settings of one service (`shared/settings.py` and the service's own `settings.py`)."""
    folder, database = installation.folder, installation.databases[service]
    common = {
        "PROFILE": "local",
        "PORT": str(ports.numbers[service]),
        "OWN_STATE": OWN_STATE,
        "DATABASE_URL": database.url,
        "MIGRATION_DATABASE_URL": database.migration_url,
        "KEYS_FOLDER": str(folder.keys_of(service)),
        "ISSUER_URL": ports.url("issuer"),
        "ISSUER_JWKS_URL": f"{ports.url('issuer')}/jwks",
        "SERVICE_KEYS_FILE": str(folder.service_keys),
        "AUDIT_CHECKPOINT_SINKS": str(folder.checkpoints),
        "POLICY_FOLDER": str(folder.policy),
        "POLICY_TRUSTED_KEYS_FILE": str(folder.policy_trusted_keys),
        "AIRPORTS_FILE": str(AIRPORTS_FILE),
    }
    peers = {f"{peer.upper()}_URL": ports.url(peer) for peer in PEERS[service]}
    settings = common | peers | OWN_SETTINGS.get(service, {})
    if service == "screening":
        settings["SNAPSHOT_FOLDER"] = str(folder.compiled_lists)
    if service == "ingest":
        settings |= {
            "MASKING_KEY_FILE": str(folder.masking_key),
            "UNMASKING_KEY_FILE": str(folder.unmasking_key),
            "DOOR_FOLDER": str(folder.door),
            "RIGHTS_KEY_FILE": str(folder.rights_key),
        }
    return {f"{service.upper()}_{name}": value for name, value in settings.items()}


OWN_SETTINGS: Final = {
    "screening": {"ESCALATION_LADDER": "supervisor"},
    # The demonstration's State keeps the time of its airports (airports.csv).
    "console": {"TIME_ZONE": "Etc/GMT-2"},
}
PEERS: Final[Mapping[str, Sequence[str]]] = {
    "ingest": ("screening", "sharing"),
    "screening": ("ingest", "sharing"),
    "sharing": ("screening",),
    "console": ("ingest", "screening", "sharing"),
}


def issuer_environment(folder: DataFolder, ports: Ports) -> dict[str, str]:
    """The settings of the local issuer."""
    return {
        "LOCAL_ISSUER_PROFILE": "local",
        "LOCAL_ISSUER_PORT": str(ports.numbers["issuer"]),
        "LOCAL_ISSUER_ISSUER_URL": ports.url("issuer"),
        "LOCAL_ISSUER_KEY_FILE": str(folder.issuer_key),
        "LOCAL_ISSUER_PEOPLE_FILE": str(folder.people),
    }


def door_environment(folder: DataFolder, ports: Ports) -> dict[str, str]:
    """The settings of the travellers' door: a folder and a key that closes, nothing of the services."""
    return {
        "DOOR_PROFILE": "local",
        "DOOR_PORT": str(ports.numbers["door"]),
        "DOOR_FOLDER": str(folder.door),
        "DOOR_RIGHTS_KEY_FILE": str(folder.door_key),
    }


def simulator_environment(folder: DataFolder, ports: Ports) -> dict[str, str]:
    """The settings of the counterpart simulator."""
    return {
        "COUNTERPART_SIMULATOR_PORT": str(ports.numbers["simulator"]),
        "COUNTERPART_SIMULATOR_FOLDER": str(folder.simulator),
        "COUNTERPART_SIMULATOR_SENDER_KEY_FILE": str(folder.keys_of("sharing") / "notice-signing.json"),
    }


def _new_account(folder: DataFolder, subject: str, designator: str | None) -> LocalCarrier:
    secret = secrets.token_urlsafe(32)
    path = folder.account_secret(subject)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_secret(path, secret)
    return LocalCarrier(subject=subject, carrier=designator, secret_sha256=secret_digest(secret))


def _once(path: Path, make: Callable[[], str]) -> None:
    if not path.exists():
        write_secret(path, make())


def _random_key() -> str:
    return os.urandom(32).hex()


def _sealing_key() -> str:
    """An X25519 key to which others seal what only its holder may open (RFC 8037)."""
    key = OKPKey.generate_key("X25519", private=True, auto_kid=True)
    return json.dumps(key.as_dict(private=True))


def _public_half(path: Path) -> str:
    key = OKPKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    return json.dumps(key.as_dict(private=False))


def _write_public(path: Path, keys: Sequence[KeyFile]) -> None:
    write_secret(path, json.dumps({"keys": [key.public_jwk() for key in keys]}, indent=2))
