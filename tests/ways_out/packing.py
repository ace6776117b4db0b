"""The evidence pack as `./run evidence` makes it, of the one service that a machine walks."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from deploy.local.evidence.gathering import LOGGED, EvidenceNotGiven, Gathering
from deploy.local.evidence.pack import evidence, write_pack
from deploy.local.evidence.table import read_mandate
from shared.policy.catalogue import CATALOGUE_FOLDER, read_catalogue
from shared.security.keys import KeyFile

Answer = Callable[[httpx.Request], httpx.Response]
#: What a service that does not run here gives: a pack takes every figure it is given.
_NOTHING: Final[dict[str, list[Any]]] = {"figures": []}
#: Counts below this are hidden (workflow.md §8).
LEAST: Final = 10


def packed(service: str, answer: Answer, *, token: str, now: datetime) -> dict[str, str]:
    """The pack's files by name; none where the service did not give all that was asked.

    Args:
        service: The one that runs.
        answer: What it answers to a request; its path and headers count.
        token: Whoever asks.
        now: The present instant, aware.
    """

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.host != f"{service}.test":
            return httpx.Response(200, json=_NOTHING)
        given = answer(request)
        return httpx.Response(given.status_code, content=given.content)

    addresses = {name: f"http://{name}.test" for name in LOGGED}
    with (
        TemporaryDirectory() as place,
        httpx.Client(transport=httpx.MockTransport(respond)) as client,
    ):
        gathering = Gathering(addresses, client, lambda: token, lambda: now, f"{now:%Y-%m}")
        try:
            return _written(Path(place), gathering, now)
        except EvidenceNotGiven:
            return {}


def _written(place: Path, gathering: Gathering, now: datetime) -> dict[str, str]:
    folder, life = place / "pack", timedelta(days=1)
    key = KeyFile.create(
        place / "evidence.json", owner="evidence", use="evidence", not_before=now, not_after=now + life
    )
    (folder / "logs").mkdir(parents=True)
    sets = list(gathering.data_sets())
    for name, content in gathering.logs():
        (folder / "logs" / f"{name}.ndjson").write_bytes(content)
    pack = evidence(
        read_mandate(),
        sets,
        read_catalogue(CATALOGUE_FOLDER),
        [],
        month=gathering.month,
        made_at=now,
        own_state="XAA",
        profile="local",
    )
    write_pack(folder, pack, sets, key)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


def betraying(files: dict[str, str], *personal: str) -> list[str]:
    """The files of a pack that name somebody, or tell of fewer than ten."""
    return [
        name for name, content in files.items() if _tells_of_few(name, content) or _names(content, personal)
    ]


def _names(content: str, personal: tuple[str, ...]) -> bool:
    return any(each in content for each in personal)


def _tells_of_few(name: str, content: str) -> bool:
    if not name.startswith("data/figures-"):
        return False
    figures = json.loads(content)["content"]["figures"]
    counted = [each["value"] for each in figures if each["unit"] == "count"]
    return any(isinstance(each, int) and 0 < each < LEAST for each in counted)
