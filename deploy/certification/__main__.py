"""`python -m deploy.certification`: the certification by itself, for whoever runs no system here."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.certification.command import Order, certify


def main(
    samples: Annotated[list[Path] | None, typer.Argument(help="Your own files, sent as tests.")] = None,
    *,
    carrier: Annotated[str, typer.Option(help="Your designator, such as XA.")],
    url: Annotated[str, typer.Option(help="The test endpoint.")],
    token_file: Annotated[Path, typer.Option(help="A file with a bearer token.", exists=True)],
    origin: Annotated[str, typer.Option(help="Departure airport of the test flight.")] = "XQB",
    destination: Annotated[str, typer.Option(help="Arrival airport of the test flight.")] = "XQA",
    number: Annotated[str, typer.Option(help="Number of the test flight.")] = "9001",
    sender: Annotated[str, typer.Option(help="Your name in UNB; empty: carrier and DCS.")] = "",
    recipient: Annotated[str, typer.Option(help="The State's name in UNB.")] = "STATEAPI",
    report: Annotated[Path | None, typer.Option(help="Where the report goes, as JSON.")] = None,
) -> None:
    """Send test messages to an endpoint and tell whether it answers them as it must."""
    order = Order(
        carrier, url, origin, destination, number, sender or f"{carrier}DCS", recipient, samples or ()
    )
    token = token_file.read_text(encoding="ascii").strip()
    raise typer.Exit(certify(order, token, sys.stdout, report=report))


if __name__ == "__main__":
    typer.run(main)
