"""Commands for two States that are about to connect."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.commands.options import Json, group
from deploy.local.exchange_command import conform, new_kit
from deploy.local.exchange_keys import KeyKind, make_key, show_keys
from shared.clock import SystemClock

app = group("Exchange.")
exchange = group("The exchange with other States.")
app.add_typer(exchange, name="exchange")


@exchange.command("conform")
def conform_here(
    url: Annotated[str, typer.Argument(help="The counterpart's /v1/exchange.")],
    *,
    kit: Annotated[Path, typer.Option(help="The kit of the trial: keys and authorities.", exists=True)],
    listen: Annotated[
        int | None, typer.Option(help="A port here at which their DONE arrives: the recall drill.")
    ] = None,
    json: Json = False,
) -> int:
    """Run the checks of the protocol against an endpoint; 1 when one fails."""
    return conform(url, kit, as_json=json, listen=listen)


@exchange.command("kit")
def kit_here(
    folder: Annotated[Path, typer.Argument(help="Where the kit is written.")],
    *,
    authority: Annotated[str, typer.Option(help="Our authority in the trial, such as XTS-PIU-01.")],
) -> int:
    """Make the keys of a trial, and what the counterpart registers of them."""
    return new_kit(folder, authority)


@exchange.command("keys")
def keys_here(
    folder: Annotated[Path, typer.Argument(help="The keys folder of sharing.", exists=True)],
    *,
    json: Json = False,
) -> int:
    """List the keys of the exchange; 1 when the one that signs ends within 30 days."""
    return show_keys(folder, SystemClock().now(), as_json=json)


@exchange.command("new-key")
def new_key_here(
    folder: Annotated[Path, typer.Argument(help="The keys folder of sharing.", exists=True)],
    kind: Annotated[KeyKind, typer.Argument(help="What it is for.")],
    *,
    begins: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The day from which it is used, UTC.")
    ],
    days: Annotated[int, typer.Option(min=31, max=365, help="How long.")] = 365,
) -> int:
    """Make the next key beside the old one, and print what counterparts register of it."""
    return make_key(folder, kind, begins.replace(tzinfo=UTC), days)
