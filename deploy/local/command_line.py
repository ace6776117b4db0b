"""Which command is meant, and what its outcome is for the shell.

A module of commands is imported only when it is called: `./run policy test` waits for no database driver.
"""

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

import typer

from deploy.local.terminal import EXIT_FAULT, EXIT_INTERRUPTED, say
from shared.errors import DomainError

DEFAULT_COMMAND: Final = "demo"
HELP_OPTIONS: Final = frozenset({"--help", "-h"})
PACKAGE: Final = "deploy.local.commands"
MODULES: Final[Mapping[str, Sequence[str]]] = {
    "systems": ("demo", "up", "token"),
    "certification": ("certify",),
    "development": ("test", "check", "bench"),
    "tools": ("parse", "policy"),
    "matching": ("match",),
    "records": ("watchlist", "audit"),
    "exchange": ("exchange",),
    "keys": ("keys",),
    "evidence": ("evidence",),
}


def application(words: Sequence[str]) -> typer.Typer:
    """The commands of the module that the first word names; all of them when it names none."""
    named = [module for module, commands in MODULES.items() if words and words[0] in commands]
    app = typer.Typer(
        help="Safeconduct: passenger screening under resolution 2396, with full respect for human rights.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    # Typer makes a single command the whole program; a callback keeps the command's name in the line.
    app.callback()(_all_commands)
    for module in named or MODULES:
        app.add_typer(import_module(f"{PACKAGE}.{module}").app)
    return app


def _all_commands() -> None:
    """Safeconduct: passenger screening under resolution 2396, with full respect for human rights."""


def main(arguments: list[str]) -> int:
    """Carry out one command; a fault is one sentence on standard error and exit code 2."""
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in HELP_OPTIONS):
        arguments = [DEFAULT_COMMAND, *arguments]
    try:
        code = application(arguments)(arguments, prog_name="./run", standalone_mode=False)
    except BrokenPipeError:
        # Whoever read our output has enough, for instance `head`; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (DomainError, OSError) as fault:
        say(sentence_of(fault))
        return EXIT_FAULT
    except typer.Exit as ended:
        return ended.exit_code
    except typer.TyperException as misuse:
        told = misuse.format_message().rstrip(".")
        say(f"{told}. `./run --help` and `./run COMMAND --help` say what there is.")
        return EXIT_FAULT
    except (typer.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    return code if isinstance(code, int) else 0


def sentence_of(fault: DomainError | OSError) -> str:
    """What to tell the person.

    Raises:
        OSError: It is none that a person could mend.
    """
    if isinstance(fault, DomainError):
        return fault.detail
    if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "The disk is full: make room, or choose another data folder with --data."
    if isinstance(fault, PermissionError) or fault.errno == errno.EROFS:
        return f"You may not write {fault.filename}: choose another data folder with --data."
    raise fault
