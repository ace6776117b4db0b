"""Commands about what a system holds: its lists, its audit logs."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from deploy.local.audit_command import audit_verify
from deploy.local.commands.options import DEFAULT_DATA, Data, Json, group
from deploy.local.watchlist_command import ListWanted, watchlist_approve, watchlist_import

ListFormat = Literal["un", "ofac", "eu", "uk", "opensanctions", "interpol", "documents", "national"]
Service = Literal["ingest", "screening", "sharing", "console"]

app = group("Records.")
watchlist = group("The lists that are screened against.")
audit = group("The audit logs.")
app.add_typer(watchlist, name="watchlist")
app.add_typer(audit, name="audit")


@watchlist.command("import")
def watchlist_import_here(
    location: Annotated[str, typer.Argument(metavar="FILE|URL")],
    source: Annotated[ListFormat, typer.Option(help="The file's format.")],
    as_source: Annotated[str | None, typer.Option(help="The source in the register, such as DEMO.")] = None,
    sha256: Annotated[str | None, typer.Option(help="The digest that the publisher states.")] = None,
    dated: Annotated[
        datetime | None, typer.Option(help="Of when the file is (UTC), where it does not say so itself.")
    ] = None,
    *,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> int:
    """Import a list; it may be held until two people approve it."""
    dated_at = None if dated is None else dated.replace(tzinfo=UTC)
    return watchlist_import(data, ListWanted(location, source, as_source, sha256, dated_at), as_json=json)


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
    witnesses: Annotated[
        list[str] | None, typer.Option("--witness", help="A witness's key, got from it.")
    ] = None,
    json: Json = False,
) -> int:
    """Check that nobody rewrote an audit log; 1 when one does not hold."""
    return audit_verify(
        data,
        service,
        export,
        keys=keys or (),
        sinks=sinks or (),
        witnesses=witnesses or (),
        as_json=json,
        out=sys.stdout,
        err=sys.stderr,
    )
