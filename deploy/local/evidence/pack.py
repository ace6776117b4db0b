"""The pack itself: the mandate's rows with live figures, the safeguards of this build, data sets and logs.

Every statement names its data sets; each is a file with date and query; `SHA256SUMS` lists all files, and a
signature stands beside it.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.local.evidence.gathering import DataSet
from deploy.local.evidence.table import STANDINGS, TOPICS, Paragraph
from shared.policy.catalogue import Catalogue
from shared.policy.messages import MESSAGES
from shared.policy.stages import stages_of
from shared.security.keys import KeyFile

FORMAT: Final = 1
SUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class LogFinding:
    """What verifying one service's exported log found."""

    service: str
    origin: str
    holds: bool
    records: int
    published: int
    remarks: tuple[str, ...]


def evidence(
    rows: Sequence[Paragraph],
    sets: Sequence[DataSet],
    catalogue: Catalogue,
    logs: Sequence[LogFinding],
    *,
    month: str,
    made_at: datetime,
    own_state: str,
    profile: str,
) -> dict[str, Any]:
    """The machine-readable pack."""
    known = figures_of(sets)
    return {
        "format": FORMAT,
        "title": "Evidence on the implementation of S/RES/2396 (2017)",
        "state": own_state,
        "profile": profile,
        "month": month,
        "made_at": made_at.isoformat(),
        "safeguards": {
            "version": catalogue.bundle.version,
            "digest": catalogue.bundle.digest,
            "vectors_passed": catalogue.bundle.tests_passed,
            "in_force": [_safeguard(rule_id) for rule_id in catalogue.bundle.in_force],
        },
        "paragraphs": [
            {
                **asdict(row),
                "topic": TOPICS[row.topic],
                "standing": STANDINGS[row.standing],
                "figures": [figure for name in row.figures for figure in known.get(name, [])],
                "data": [f"data/{name}.json" for name in row.data],
            }
            for row in rows
        ],
        "data_sets": [
            {"file": f"data/{each.query.name}.json", "asked_at": each.asked_at.isoformat()} for each in sets
        ],
        "logs": [asdict(each) for each in logs],
    }


def figures_of(sets: Iterable[DataSet]) -> dict[str, list[dict[str, Any]]]:
    """Published figures by `service:name`, each part a row."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in sets:
        if each.query.of_month:
            for figure in each.content["figures"]:
                key = f"{each.query.service}:{figure['name']}"
                found.setdefault(key, []).append({"service": each.query.service, **figure})
    return found


def write_pack(folder: Path, pack: Mapping[str, Any], sets: Iterable[DataSet], key: KeyFile) -> None:
    """Write `evidence.json`, `evidence.html` and the data sets, then the sums of every file, signed.

    Args:
        folder: Holds the logs and checkpoints already.
        pack: From `evidence`.
        sets: Become `data/<name>.json`.
        key: Signs the sums; its public half is in the signature's file.
    """
    (folder / "data").mkdir()
    for each in sets:
        _write_json(folder / "data" / f"{each.query.name}.json", each.as_json())
    _write_json(folder / "evidence.json", pack)
    (folder / "evidence.html").write_text(_page(pack), encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files
    ]
    sums = "".join(lines).encode()
    (folder / SUMS).write_bytes(sums)
    signature = base64.b64encode(key.private.sign(sums)).decode("ascii")
    _write_json(folder / f"{SUMS}.sig", {"key": key.public_jwk(), "signature": signature})


def _safeguard(rule_id: str) -> dict[str, Any]:
    return {"id": rule_id, "stages": list(stages_of(rule_id)), "message": str(MESSAGES.get(rule_id, ""))}


def _page(pack: Mapping[str, Any]) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("evidence.html.jinja").render(pack=pack)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
