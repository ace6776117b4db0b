"""Commands that need no running system: read messages, compare with a list, try the safeguards."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.commands.options import DEFAULT_DATA, Data, Json, group
from deploy.local.parse_command import parse_files
from deploy.local.policy_command import policy_sign, policy_test

app = group("Tools.")
policy = group("The safeguards as policy.")
app.add_typer(policy, name="policy")


@app.command("parse")
def parse_here(
    files: Annotated[
        list[Path], typer.Argument(help="Messages in any format; a folder of them; - for standard input.")
    ],
) -> int:
    """Read messages to JSON on standard output; faults go to standard error, 1 when one is refused."""
    return parse_files(files, sys.stdout, sys.stderr, stdin=sys.stdin.buffer)


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
