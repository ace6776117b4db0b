"""Commands for two States that are about to connect."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.local.commands.options import Json, group
from deploy.local.exchange_command import conform, new_kit

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
