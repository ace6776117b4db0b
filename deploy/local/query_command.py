"""`./run match` without a list of its own: questions to the running system, each under a stated purpose."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from deploy.local.api import Api
from deploy.local.faults import Unknown
from deploy.local.layout import DataFolder
from deploy.local.token_command import local_issuer
from shared.web.purpose import Purpose

MALFORMED = {
    "matches": [],
    "fault": {"code": "MALFORMED_TRAVELLER", "sentence": "The line is no JSON object."},
}


def ask_running_system(
    data: Path,
    person: str,
    purpose: Purpose,
    lines: Iterable[str],
    out: TextIO,
    *,
    floor: float | None = None,
) -> int:
    """Compare travellers with the watchlist in force and print one line for each, in order.

    Args:
        data: The data folder of the running system.
        person: Who asks; a member of the purpose's case.
        purpose: Why; the safeguards judge it for each question.
        lines: Travellers as JSON lines; empty lines are passed over.
        out: Gets `{"matches": [{"entry_id", "score"}], "fault": null}` a line.
        floor: The least score that is printed; the matcher's threshold where none is given.

    Returns:
        0, or 1 where a line was no JSON object.

    Raises:
        NotRunning, Unknown, Declined: Nobody to ask, nobody who asks, or the safeguards refuse.
    """
    folder = DataFolder(data.absolute())
    with Api(folder.running_system(), local_issuer(folder.path)) as api:
        if api.issuer.directory.person(person) is None:
            known = ", ".join(row.subject for row in api.issuer.directory.people)
            raise Unknown(kind="person", name=person, known=known)
        had_fault = False
        for line in filter(str.strip, lines):
            answer = _ask(api, person, purpose, line, floor)
            had_fault = had_fault or answer is MALFORMED
            out.write(json.dumps(answer) + "\n")
            out.flush()
    return 1 if had_fault else 0


def _ask(api: Api, person: str, purpose: Purpose, line: str, floor: float | None) -> dict[str, Any]:
    try:
        traveller = json.loads(line)
    except ValueError:
        return MALFORMED
    if not isinstance(traveller, dict):
        return MALFORMED
    body = {"traveller": traveller} | ({} if floor is None else {"floor": floor})
    answer = api.post(person, "screening", "/v1/match", json=body, purpose=purpose)
    return {
        "matches": [{"entry_id": row["entry_id"], "score": row["score"]} for row in answer["matches"]],
        "fault": answer["fault"],
    }
