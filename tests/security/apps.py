"""The five applications as they are built for service, without databases or neighbours."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from joserfc.jwk import OKPKey

from services.door.app import create_app as create_door
from services.door.settings import DoorSettings
from services.ingest.app import create_app as create_ingest
from services.ingest.settings import IngestSettings
from services.screening.app import create_app as create_screening
from services.screening.settings import ScreeningSettings
from services.sharing.app import create_app as create_sharing
from services.sharing.settings import SharingSettings
from shared.security.keys import KeyFile
from tests.unit.console.world import a_world

SERVICES = ("ingest", "screening", "sharing", "console", "door")
NOBODY = "http://127.0.0.1:1"
NO_DATABASE = "postgresql+asyncpg://nobody@127.0.0.1:1/none"


def build(service: str, folder: Path, database_url: str = NO_DATABASE) -> FastAPI:
    """One application; a test that never runs its lifespan needs no database."""
    if service == "console":
        return a_world(folder).console
    if service == "door":
        return _door(folder)
    return {"ingest": _ingest, "screening": _screening, "sharing": _sharing}[service](folder, database_url)


def _ingest(folder: Path, database_url: str) -> FastAPI:
    _keys(folder, "ingest")
    (folder / "digest.key").write_text("00" * 32)
    (folder / "digest.key").chmod(0o600)
    settings = IngestSettings(**_settings(folder, database_url), screening_url=NOBODY)
    return create_ingest(settings)


def _screening(folder: Path, database_url: str) -> FastAPI:
    _keys(folder, "screening")
    settings = ScreeningSettings(**_settings(folder, database_url), sharing_url=NOBODY, ingest_url=NOBODY)
    return create_screening(settings)


def _sharing(folder: Path, database_url: str) -> FastAPI:
    _keys(folder, "sharing")
    _key(folder, "notice-signing", "XAA-PIU-01")
    settings = SharingSettings(**_settings(folder, database_url), screening_url=NOBODY)
    return create_sharing(settings)


def _door(folder: Path) -> FastAPI:
    key = OKPKey.generate_key("X25519", private=True)
    (folder / "door-key.json").write_text(json.dumps(key.as_dict(private=False)))
    settings = DoorSettings(profile="local", port=0, folder=folder, rights_key_file=folder / "door-key.json")
    return create_door(settings)


def _keys(folder: Path, service: str) -> None:
    for name in ("service-token", "audit-checkpoint"):
        _key(folder, name, service)
    (folder / "services.json").write_text('{"keys": []}')


def _key(folder: Path, name: str, owner: str) -> None:
    now = datetime.now(UTC)
    KeyFile.create(
        folder / f"{name}.json",
        owner=owner,
        use=name,
        not_before=now - timedelta(days=1),
        not_after=now + timedelta(days=1),
    )


def _settings(folder: Path, database_url: str) -> dict[str, Any]:
    return {
        "profile": "local",
        "port": 0,
        "own_state": "XAA",
        "database_url": database_url,
        "keys_folder": folder,
        "issuer_url": "http://issuer.test",
        "issuer_jwks_url": "http://issuer.test/jwks",
        "service_keys_file": folder / "services.json",
    }
