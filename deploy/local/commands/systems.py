"""Commands about a whole local system: start it, sign in to it."""

import sys
from typing import Annotated

import typer

from deploy.local.commands.options import DEFAULT_DATA, Data, Json, Port, group
from deploy.local.demo_command import demo
from deploy.local.layout import DEFAULT_FIRST_PORT
from deploy.local.token_command import token_of_carrier, token_of_person
from deploy.local.up_command import up

app = group("Systems.")


@app.command("demo")
def demo_here(
    data: Data = DEFAULT_DATA,
    port: Port = DEFAULT_FIRST_PORT,
    *,
    ends: Annotated[bool, typer.Option("--exit", help="End after the summary.")] = False,
    json: Json = False,
) -> int:
    """Start everything, play a day at a border, and stay (the default)."""
    return demo(data, port, ends=ends, as_json=json)


@app.command("up")
def up_here(
    data: Data = DEFAULT_DATA,
    port: Port = DEFAULT_FIRST_PORT,
    *,
    simulator: Annotated[
        bool, typer.Option("--simulator", help="Run simulated counterparts as well.")
    ] = False,
    json: Json = False,
) -> int:
    """Start everything on this machine, without the demonstration, and stay."""
    return up(data, port, with_simulator=simulator, as_json=json)


@app.command("token")
def token_here(
    person: Annotated[str, typer.Option("--person", help="A demonstration person, such as verifier-1.")] = "",
    carrier: Annotated[str, typer.Option("--carrier", help="A carrier, such as XA.")] = "",
    data: Data = DEFAULT_DATA,
) -> int:
    """Print an access token of the local issuer, valid for 15 minutes."""
    if bool(person) == bool(carrier):
        raise typer.BadParameter("Say either --person or --carrier.")
    token = token_of_person(data, person) if person else token_of_carrier(data, carrier)
    sys.stdout.write(token + "\n")
    return 0
