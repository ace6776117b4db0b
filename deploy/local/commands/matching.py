"""`./run match`: compare people with a list, or with the watchlist of the running system."""

import json as json_module
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.commands.options import DEFAULT_DATA, Data, Json, group
from deploy.local.match_command import match_lines, threshold_lines
from deploy.local.query_command import ask_running_system
from deploy.local.seed import DEMONSTRATION_CASE
from shared.web.purpose import Purpose

app = group("Matching.")
PURPOSE_CODE = "TERR_TRAVEL"


@app.command("match")
def match_here(
    *,
    file: Annotated[
        Path | None, typer.Argument(help="Travellers as JSON lines; else standard input.")
    ] = None,
    entries: Annotated[
        Path | None, typer.Option("--list", help="Watchlist entries as JSON lines.", exists=True)
    ] = None,
    floor: Annotated[float | None, typer.Option(help="The least score that is printed.")] = None,
    thresholds: Annotated[
        bool, typer.Option("--thresholds", help="Thresholds for 1, 5, 10, 50 alerts in 10,000; with --list.")
    ] = False,
    surname: Annotated[str | None, typer.Option(help="One person, from options.")] = None,
    given_names: Annotated[str | None, typer.Option()] = None,
    birth_date: Annotated[str | None, typer.Option(help="YYYY-MM-DD, YYYY-MM or YYYY.")] = None,
    nationality: Annotated[str | None, typer.Option(help="Three letters.")] = None,
    document_number: Annotated[str | None, typer.Option()] = None,
    person: Annotated[str, typer.Option("--as", help="Who asks the running system.")] = "verifier-1",
    case: Annotated[str, typer.Option(help="The open case that is asked for.")] = DEMONSTRATION_CASE,
    statement: Annotated[str | None, typer.Option(help="Why, in words; asked for when left out.")] = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> int:
    """Compare travellers, one JSON line each; with the running system's list unless --list is given."""
    del json  # There is no other form; the specification's command line names the option.
    documents = [] if document_number is None else [{"type": "P", "number": document_number}]
    one = {
        "surname": surname,
        "given_names": given_names,
        "birth_date": birth_date,
        "nationality": nationality,
        "documents": documents,
    }
    with travellers(one if surname is not None else None, file) as lines:
        if entries is not None and thresholds:
            return threshold_lines(entries, lines, sys.stdout)
        if entries is not None:
            return match_lines(entries, floor, lines, sys.stdout)
        said = statement or typer.prompt("Why do you look at this person", err=True)
        purpose = Purpose(PURPOSE_CODE, case, said)
        return ask_running_system(data, person, purpose, lines, sys.stdout, floor=floor)


@contextmanager
def travellers(one: Mapping[str, object] | None, file: Path | None) -> Iterator[Iterable[str]]:
    """The JSON lines to be compared: one person's, a file's, or those of standard input."""
    if one is not None:
        yield [json_module.dumps(one)]
    elif file is not None:
        # A line of other bytes is told as no traveller; those after it are answered.
        with file.open(encoding="utf-8", errors="surrogateescape") as lines:
            yield lines
    else:
        yield sys.stdin
