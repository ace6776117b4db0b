"""The commands of `./run` and their options; each hands over to a module of its own."""

import os
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from deploy.local.checks import run_checks, run_tests
from deploy.local.layout import DEFAULT_FIRST_PORT, ROOT
from deploy.local.parse_command import parse_files
from deploy.local.terminal import EXIT_FAULT, EXIT_INTERRUPTED, say
from deploy.local.token_command import token_of_carrier, token_of_person
from deploy.local.up_command import up
from shared.errors import DomainError

DEFAULT_COMMAND: Final = "demo"
PASSED_THROUGH: Final = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    name="./run",
    help="Safeconduct: passenger screening under resolution 2396, with full respect for human rights.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Data = Annotated[
    Path, typer.Option("--data", envvar="SAFECONDUCT_DATA", help="The data folder.", show_default="./var")
]
Port = Annotated[int, typer.Option("--port", min=0, max=65_000, help="The first of the ports; 0: free ones.")]
Json = Annotated[bool, typer.Option("--json", help="One line of JSON for machines.")]
DEFAULT_DATA: Final = ROOT / "var"


@app.command("up")
def up_here(data: Data = DEFAULT_DATA, port: Port = DEFAULT_FIRST_PORT, *, json: Json = False) -> int:
    """Start everything on this machine, without the demonstration, and stay."""
    return up(data, port, as_json=json)


@app.command("test", context_settings=PASSED_THROUGH)
def test_here(context: typer.Context) -> int:
    """Run the tests; further arguments go to pytest."""
    return run_tests(context.args)


@app.command("check")
def check_here() -> int:
    """Run everything that CI runs: format, lint, types, import contracts, tests."""
    return run_checks()


@app.command("parse")
def parse_here(files: Annotated[list[Path], typer.Argument(help="Messages in any format.")]) -> int:
    """Read messages to JSON on standard output; faults go to standard error, 1 when one is refused."""
    return parse_files(files, sys.stdout, sys.stderr)


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


def main(arguments: list[str]) -> int:
    """Carry out one command; a fault is one sentence on standard error and exit code 2."""
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in {"--help", "-h"}):
        arguments = [DEFAULT_COMMAND, *arguments]
    try:
        code = app(arguments, prog_name="./run", standalone_mode=False)
    except DomainError as fault:
        say(fault.detail)
        return EXIT_FAULT
    except typer.Exit as ended:
        return ended.exit_code
    except typer.TyperException as misuse:
        say(f"{misuse} `./run --help` and `./run COMMAND --help` say what there is.")
        return EXIT_FAULT
    except (typer.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough, for instance `head`; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0
