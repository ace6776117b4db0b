"""`./run`: everything runs, a scripted day is played, and then it is the visitor's turn."""

import io
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.local.audit_command import audit_verify
from deploy.local.installation import OWN_AUTHORITY
from deploy.local.layout import DataFolder, Ports
from deploy.local.scripted_day import DayReport, ScriptedDay
from deploy.local.supervisor import Interrupted, LocalSystem, running
from deploy.local.terminal import ERRORS, EXIT_INTERRUPTED, OUTPUT, Steps, print_json, say
from deploy.local.up_command import prepared
from shared.clock import SystemClock


@dataclass
class _Played:
    """What came of the day, told by the thread that played it."""

    report: DayReport = field(default_factory=DayReport)
    logs: list[dict[str, Any]] = field(default_factory=list)
    fault: Exception | None = None
    is_over: bool = False


def demo(data: Path, first_port: int, *, ends: bool, as_json: bool) -> int:
    """Start everything, play the day, show what happened; stay until it is ended.

    Args:
        data: The data folder.
        first_port: The first of the ports, or 0.
        ends: End after the summary.
        as_json: The summary as one line.

    Returns:
        0 when the day went as written and every audit log holds, 1 when a log does not, 130 when it was ended
        before the day was over.

    Raises:
        LocalFault: In one sentence, why it could not start, or where the day got stuck.
    """
    folder = DataFolder(data.absolute())
    steps = Steps()
    played = _Played()
    with folder.claimed():
        system = LocalSystem(folder, Ports.starting_at(first_port), steps, with_simulator=True)
        try:
            with running(system, steps.shown()):
                # The main thread looks after the processes, so the day is played beside it.
                day = threading.Thread(
                    target=_play, args=(system, folder, played, ends, as_json), daemon=True
                )
                day.start()
                system.run()
        except Interrupted:
            return EXIT_INTERRUPTED
    if played.fault is not None:
        raise played.fault
    if not played.is_over:
        return EXIT_INTERRUPTED
    return 0 if all(row["holds"] for row in played.logs) else 1


def _play(system: LocalSystem, folder: DataFolder, played: _Played, ends: bool, as_json: bool) -> None:
    """Play the day and show its summary; a fault ends the system."""
    try:
        _play_day(system, folder, played)
    except Exception as fault:  # noqa: BLE001 - the thread's outermost loop: the main thread tells it.
        # Whoever ends us in the middle of the day sees services go away; that is no fault of the day.
        played.fault = None if system.is_ending else fault
        system.end()
        return
    played.is_over = True
    if as_json:
        print_json(as_machine_reads(played.report, played.logs, system.addresses()))
    else:
        show(played.report, played.logs, system)
    if ends:
        system.end()
    elif not as_json:
        say("Everything stays up; Ctrl-C ends it.")


def _play_day(system: LocalSystem, folder: DataFolder, played: _Played) -> None:
    with progress() as bar, prepared(system, folder, lambda _: None) as api:
        task = bar.add_task("the day begins", total=7)
        day = ScriptedDay(api, SystemClock(), lambda words: _tell(bar, words), str(folder.path / "log"))
        for words, step in day.steps():
            bar.update(task, advance=1, description=words)
            step()
        bar.update(task, advance=1, description="the auditor verifies every log")
        played.report = day.report
        played.logs = verified_logs(folder.path)
        bar.update(task, completed=7, description="the day is over")


def progress() -> Progress:
    """A bar on a terminal; elsewhere the lines that `_tell` prints are enough."""
    columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=ERRORS, disable=not ERRORS.is_terminal)


def _tell(bar: Progress, words: str) -> None:
    bar.console.print(f"  {words}", markup=False, highlight=False, soft_wrap=True)


def verified_logs(data: Path) -> list[dict[str, Any]]:
    """What `./run audit verify` finds about each service's log."""
    found = io.StringIO()
    audit_verify(data, None, None, as_json=True, out=found, err=io.StringIO())
    return [json.loads(line) for line in found.getvalue().splitlines()]


def as_machine_reads(
    report: DayReport, logs: Sequence[Mapping[str, Any]], addresses: Mapping[str, str]
) -> dict[str, Any]:
    """The summary as one JSON object."""
    return {
        "demonstration": "over",
        **addresses,
        "list": {name: report.list_version[name] for name in ("source", "state", "stored")},
        "messages": report.messages,
        "travellers": report.travellers,
        "reviews": report.reviews,
        "hits": report.hits,
        "recipients": report.recipients,
        "waiting_in_queue": report.waiting_in_queue,
        "missing_flights": report.missing_flights,
        "audit": list(logs),
    }


def show(report: DayReport, logs: Sequence[Mapping[str, Any]], system: LocalSystem) -> None:
    """The summary for a person, and where to go from here."""
    OUTPUT.print(_messages(report), _recipients(report), sep="\n")
    states = ", ".join(f"{count} {state}" for state, count in sorted(report.hits.items()))
    lines = [
        f"List {report.list_version['source']}: {report.list_version['stored']} persons.",
        f"{report.travellers} travellers accepted and screened; hits: {states}; {report.reviews} reviews.",
        f"Expected, and nothing came: {', '.join(report.missing_flights) or 'no flight'}.",
        f"The front line at XQA sees {report.cards} cards.",
        *(f"Audit log {row['origin']}: {_holds(row)}, {row['records']} records." for row in logs),
        "",
        f"Console: {system.ports.url('console')}",
        "Sign in as verifier-1 or verifier-2 (possible matches wait for you: "
        f"{report.waiting_in_queue}), supervisor, legal, steward, front-line, dpo, auditor or admin.",
        f"We are {OWN_AUTHORITY}, which does not exist; nothing here may be acted upon.",
    ]
    OUTPUT.print("\n".join(lines), markup=False, soft_wrap=True)


def _holds(row: Mapping[str, Any]) -> str:
    return "holds" if row["holds"] else "DOES NOT HOLD"


def _messages(report: DayReport) -> Table:
    table = Table("message", "travellers", "answer", title="What the carrier sent")
    for row in report.messages:
        table.add_row(row["title"], str(row["travellers"]), f"{row['status']} {row['why']}".strip())
    return table


def _recipients(report: DayReport) -> Table:
    table = Table(
        "authority", "owed by", "decision", "why not", "notice", title="Who was told of confirmed hits"
    )
    for row in report.recipients:
        reasons = " ".join(row["reasons"])
        table.add_row(row["authority_id"], row["paragraph"], row["outcome"], reasons, row["notice"].lower())
    return table
