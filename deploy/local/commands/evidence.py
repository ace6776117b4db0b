"""The command that makes the evidence pack."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.commands.options import DEFAULT_DATA, Data, group
from deploy.local.evidence_command import make_evidence

app = group("Evidence.")


@app.command("evidence")
def evidence_here(
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.")],
    month: Annotated[
        str | None, typer.Option("--month", help="Such as 2026-11; the present one when left out.")
    ] = None,
    data: Data = DEFAULT_DATA,
) -> int:
    """Fill the mandate's table in from the running system, for an assessor; 1 when a log does not hold."""
    logs = make_evidence(data, out, month=month)
    for each in logs:
        verdict = "holds" if each.holds else "DOES NOT HOLD"
        sys.stdout.write(f"{each.origin}: {each.records} records, {each.published} checkpoints: {verdict}.\n")
    sys.stdout.write(f"The evidence is in {out / 'evidence.html'} and {out / 'evidence.json'}.\n")
    return 0 if all(each.holds for each in logs) else 1
