"""The services' interfaces as files: `python -m deploy.local.openapi` writes `docs/openapi/` anew.

A test compares, so that no interface changes without its file, where a reviewer sees the change.
"""

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from joserfc.jwk import OKPKey

from deploy.local.layout import ROOT
from services.console.app import create_app as create_console
from services.console.settings import ConsoleSettings
from services.door.app import create_app as create_door
from services.door.settings import DoorSettings
from services.ingest.app import create_app as create_ingest
from services.ingest.settings import IngestSettings
from services.screening.app import create_app as create_screening
from services.screening.settings import ScreeningSettings
from services.sharing.app import create_app as create_sharing
from services.sharing.settings import SharingSettings
from shared.security.keys import KeyFile

FOLDER: Final = ROOT / "docs" / "openapi"
_NOWHERE: Final = "http://127.0.0.1:1"
_KEYS: Final = ("service-token", "audit-checkpoint", "notice-signing")


def documents() -> dict[str, str]:
    """Each service's interface as indented JSON with sorted keys; the applications are built, never run."""
    with tempfile.TemporaryDirectory() as place:
        return {name: _written(build(_common(Path(place), name))) for name, build in _BUILDERS.items()}


def write_documents(folder: Path = FOLDER) -> None:
    """Write one file a service."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        (folder / f"{name}.json").write_text(document, encoding="utf-8")


def _written(app: FastAPI) -> str:
    return json.dumps(app.openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _common(place: Path, service: str) -> dict[str, Any]:
    """Settings that suffice to build, with keys that live as long as the folder."""
    keys = place / service
    keys.mkdir()
    now = datetime.now(UTC)
    life = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=1)}
    for name in _KEYS:
        KeyFile.create(keys / f"{name}.json", owner=service, use=name, **life)
    (keys / "digest.key").write_text("00" * 32, encoding="ascii")
    (keys / "digest.key").chmod(0o600)
    return {
        "profile": "local",
        "port": 0,
        "own_state": "XAA",
        "database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
        "keys_folder": keys,
        "issuer_url": _NOWHERE,
        "issuer_jwks_url": _NOWHERE,
    }


def _console(common: dict[str, Any]) -> FastAPI:
    peers: dict[str, Any] = {"ingest_url": _NOWHERE, "screening_url": _NOWHERE, "sharing_url": _NOWHERE}
    return create_console(ConsoleSettings(**common, **peers))


def _door(common: dict[str, Any]) -> FastAPI:
    key_file = common["keys_folder"] / "door-key.json"
    key = OKPKey.generate_key("X25519", private=True)
    key_file.write_text(json.dumps(key.as_dict(private=False)), encoding="ascii")
    return create_door(
        DoorSettings(profile="local", port=0, folder=common["keys_folder"], rights_key_file=key_file)
    )


_BUILDERS: Final[dict[str, Callable[[dict[str, Any]], FastAPI]]] = {
    "ingest": lambda common: create_ingest(IngestSettings(**common, screening_url=_NOWHERE)),
    "screening": lambda common: create_screening(
        ScreeningSettings(**common, sharing_url=_NOWHERE, ingest_url=_NOWHERE)
    ),
    "sharing": lambda common: create_sharing(SharingSettings(**common, screening_url=_NOWHERE)),
    "console": _console,
    "door": _door,
}

if __name__ == "__main__":
    write_documents()
