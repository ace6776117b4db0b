"""Commands for the keys that a service signs its tokens and its audit log with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.commands.options import group
from deploy.local.service_keys import KeyUse, new_service_key, retire_checkpoint_key, show_service_keys
from shared.clock import SystemClock

Folder = Annotated[Path, typer.Argument(help="The keys folder of the service.", exists=True)]

app = group("Keys.")
keys = group("The keys of a service's tokens and of its audit log.")
app.add_typer(keys, name="keys")


@keys.command("list")
def list_here(folder: Folder) -> int:
    """List the keys; 1 when nothing signs in 30 days from now."""
    return show_service_keys(folder, SystemClock().now())


@keys.command("new")
def new_here(
    folder: Folder,
    use: Annotated[KeyUse, typer.Argument(help="What it is for.")],
    *,
    begins: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The day from which it signs, UTC.")
    ],
    days: Annotated[int, typer.Option(min=31, max=365, help="How long.")] = 365,
    register: Annotated[
        Path | None,
        typer.Option(help="The file of the services' public keys, for a token's key.", exists=True),
    ] = None,
) -> int:
    """Make the next key beside the old one, and print its public half."""
    return new_service_key(folder, use, begins.replace(tzinfo=UTC), days, register)


@keys.command("retire")
def retire_here(
    folder: Folder, name: Annotated[str, typer.Argument(help="The file, such as audit-checkpoint.json.")]
) -> int:
    """Take a key of the audit log out of the folder; what it signed goes on verifying."""
    return retire_checkpoint_key(folder, name)
