"""The commands of `./run` and their options; each hands over to a module of its own."""

import os
import sys
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from deploy.local.audit_command import audit_verify
from deploy.local.checks import run_checks, run_tests
from deploy.local.layout import DEFAULT_FIRST_PORT, ROOT
from deploy.local.match_command import match_lines
from deploy.local.parse_command import parse_files
from deploy.local.policy_command import policy_sign, policy_test
from deploy.local.terminal import EXIT_FAULT, EXIT_INTERRUPTED, say
from deploy.local.token_command import token_of_carrier, token_of_person
from deploy.local.up_command import up
from deploy.local.watchlist_command import watchlist_approve, watchlist_import
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

policy = typer.Typer(help="The safeguards as policy.", rich_markup_mode=None)
watchlist = typer.Typer(help="The lists that are screened against.", rich_markup_mode=None)
audit = typer.Typer(help="The audit logs.", rich_markup_mode=None)
app.add_typer(watchlist, name="watchlist")
app.add_typer(policy, name="policy")
app.add_typer(audit, name="audit")

ListFormat = Literal["un", "ofac", "eu", "uk", "opensanctions", "interpol", "documents", "csv"]
Service = Literal["ingest", "screening", "sharing", "console"]

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


@app.command("match")
def match_here(
    entries: Annotated[Path, typer.Option("--list", help="Watchlist entries as JSON lines.", exists=True)],
    file: Annotated[
        Path | None, typer.Argument(help="Travellers as JSON lines; else standard input.")
    ] = None,
    floor: Annotated[float | None, typer.Option(help="The least score that is printed.")] = None,
    *,
    json: Json = False,
) -> int:
    """Compare travellers with a list, one JSON line each, in order."""
    del json  # It has no other form; the option is there because the specification's command line names it.
    if file is None:
        return match_lines(entries, floor, sys.stdin, sys.stdout)
    with file.open(encoding="utf-8") as travellers:
        return match_lines(entries, floor, travellers, sys.stdout)


@watchlist.command("import")
def watchlist_import_here(
    location: Annotated[str, typer.Argument(metavar="FILE|URL")],
    source: Annotated[ListFormat, typer.Option(help="The file's format.")],
    as_source: Annotated[str | None, typer.Option(help="The source in the register, such as DEMO.")] = None,
    sha256: Annotated[str | None, typer.Option(help="The digest that the publisher states.")] = None,
    data: Data = DEFAULT_DATA,
    *,
    json: Json = False,
) -> int:
    """Import a list; it may be held until two people approve it."""
    return watchlist_import(data, location, source, as_source, sha256, as_json=json)


@watchlist.command("approve")
def watchlist_approve_here(
    source: Annotated[str, typer.Option(help="The source in the register, such as DEMO.")],
    person: Annotated[str, typer.Option("--as", help="Who approves, such as steward.")],
    data: Data = DEFAULT_DATA,
    *,
    json: Json = False,
) -> int:
    """Approve a held list version as one of two people."""
    return watchlist_approve(data, source, person, as_json=json)


@policy.command("test")
def policy_test_here(files: Annotated[list[Path], typer.Argument()], *, json: Json = False) -> int:
    """Let the safeguards judge files of vectors; 1 when one is not as expected."""
    return policy_test(files, json, sys.stdout, sys.stderr)


@policy.command("sign")
def policy_sign_here(
    person: Annotated[str, typer.Option("--as", help="Who signs.")], data: Data = DEFAULT_DATA
) -> int:
    """Put one person's signature under the safeguards of a data folder."""
    return policy_sign(data, person, sys.stdout, sys.stderr)


@audit.command("verify")
def audit_verify_here(
    service: Annotated[Service | None, typer.Option(help="One service; all when left out.")] = None,
    export: Annotated[
        Path | None, typer.Option(help="An exported log in place of the running system's.")
    ] = None,
    keys: Annotated[
        list[str] | None, typer.Option("--key", help="A verifier key obtained elsewhere.")
    ] = None,
    sinks: Annotated[
        list[Path] | None, typer.Option("--sink", help="A folder of published checkpoints.")
    ] = None,
    data: Data = DEFAULT_DATA,
    *,
    json: Json = False,
) -> int:
    """Check that nobody rewrote an audit log; 1 when one does not hold."""
    return audit_verify(
        data,
        service,
        export,
        keys=keys or (),
        sinks=sinks or (),
        as_json=json,
        out=sys.stdout,
        err=sys.stderr,
    )


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
