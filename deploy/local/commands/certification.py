"""The command that an airline runs before it connects."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.certification.command import Order, certify
from deploy.local.commands.options import DEFAULT_DATA, Data, group
from deploy.local.layout import DataFolder
from deploy.local.token_command import token_of_carrier

app = group("Certification.")


@app.command("certify")
def certify_here(
    samples: Annotated[list[Path] | None, typer.Argument(help="Your own files, sent as tests.")] = None,
    *,
    carrier: Annotated[str, typer.Option(help="Your designator, such as XA.")] = "XA",
    url: Annotated[str, typer.Option(help="The test endpoint; else the system that runs here.")] = "",
    token_file: Annotated[
        Path | None, typer.Option(help="A file with a bearer token; else the local issuer.", exists=True)
    ] = None,
    origin: Annotated[str, typer.Option(help="Departure airport of the test flight.")] = "XQB",
    destination: Annotated[str, typer.Option(help="Arrival airport of the test flight.")] = "XQA",
    number: Annotated[str, typer.Option(help="Number of the test flight.")] = "9001",
    sender: Annotated[str, typer.Option(help="Your name in UNB; empty: carrier and DCS.")] = "",
    recipient: Annotated[str, typer.Option(help="The State's name in UNB.")] = "STATEAPI",
    report: Annotated[Path | None, typer.Option(help="Where the report goes, as JSON.")] = None,
    data: Data = DEFAULT_DATA,
) -> int:
    """Try every kind of message, and your own files, at a test endpoint; nobody is stored or screened."""
    address = url or str(DataFolder(data.absolute()).running_system()["ingest"])
    token = token_file.read_text(encoding="ascii").strip() if token_file else token_of_carrier(data, carrier)
    name = sender or f"{carrier}DCS"
    order = Order(carrier, address, origin, destination, number, name, recipient, samples or ())
    return certify(order, token, sys.stdout, report=report)
