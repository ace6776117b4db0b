"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Final

import typer

from deploy.local.layout import ROOT

DEFAULT_DATA: Final = ROOT / "var"
Data = Annotated[
    Path, typer.Option("--data", envvar="SAFECONDUCT_DATA", help="The data folder.", show_default="./var")
]
Port = Annotated[int, typer.Option("--port", min=0, max=65_000, help="The first of the ports; 0: free ones.")]
Json = Annotated[bool, typer.Option("--json", help="One line of JSON for machines.")]


def group(help_text: str) -> typer.Typer:
    """A group of commands that looks like all others."""
    return typer.Typer(help=help_text, rich_markup_mode=None, pretty_exceptions_enable=False)
