"""The auditor's log: who looked at this traveller, what this person looked at, what was refused; the proof.

The proof is checked here, by code that shares nothing with the service that keeps the log: the signed
export is read and every leaf, root and signature computed anew (`shared/audit/verify.py`).
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.clients.service import MAX_ROWS, ServiceClient
from services.console.errors import FormFault
from services.console.log_words import ACTIONS
from services.console.page import Page, Submitted, form_for, page_for
from shared.audit.checkpoint import log_origin
from shared.audit.verify import read_sink, verify_export
from shared.security.roles import Permission
from shared.web.purpose import OVERSIGHT, PURPOSE_CODES

SERVICES: Final = ("screening", "ingest", "sharing", "console")
OUTCOMES: Final = ("REFUSED", "PERMITTED", "DONE", "FAILED")
MAX_IDENTIFIER: Final = 200
MAX_EXPORT_BYTES: Final = 64 * 1_048_576
EXPORT_SECONDS: Final = 60.0

router = APIRouter()
Auditor = Annotated[Page, Depends(page_for(Permission.READ_AUDIT))]
AuditorForm = Annotated[Page, Depends(form_for(Permission.READ_AUDIT))]


@router.get("/log")
async def show_log(page: Auditor) -> Response:
    """The search form; nothing is read before something is asked."""
    return _shown(page, Submitted(page.form.fields))


@router.post("/log")
async def search(page: AuditorForm) -> Response:
    """Records that match; sent as a form, so that what is looked for is in no address."""
    form = page.form
    service = form.choice("service", frozenset(SERVICES))
    client, about = page.services[service], form.text("about", limit=MAX_IDENTIFIER)
    records = await _found(client, _query(form) | {"subject_id": about})
    if about and not records:
        # A hit is mostly the object of a record, and its traveller the subject.
        records = await _found(client, _query(form) | {"object_id": about})
    return _shown(page, form, records=records)


@router.post("/log/proof")
async def prove(page: AuditorForm) -> Response:
    """Fetch one service's signed export and verify it from its first record to its last."""
    service = page.form.choice("service", frozenset(SERVICES))
    export = await _export(page, service)
    published = _published(page, service)
    # In a thread: a long log takes seconds, and others wait for the same loop.
    findings = await asyncio.to_thread(verify_export, export.splitlines(), published=published)
    return _shown(page, page.form, findings=findings, proved=service)


@router.post("/log/export")
async def download(page: AuditorForm) -> Response:
    """The signed export as a file, to be verified anywhere with the program that stands alone."""
    service = page.form.choice("service", frozenset(SERVICES))
    return Response(
        await _export(page, service),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="safeconduct-{service}-log.ndjson"'},
    )


def _shown(page: Page, form: Submitted, **facts: Any) -> Response:
    sought = {
        name: form.text(name, limit=MAX_IDENTIFIER)
        for name in ("service", "about", "actor", "outcome", "purpose", "since", "until")
    }
    shown = {"records": None, "findings": None, "proved": None} | facts
    return page.show(
        "log.html",
        services=SERVICES,
        outcomes=OUTCOMES,
        purposes=sorted(PURPOSE_CODES),
        action_words=ACTIONS,
        most=MAX_ROWS,
        sought=sought,
        **shown,
    )


def _published(page: Page, service: str) -> list[tuple[str, str]]:
    """The checkpoints that the service published into folders that we can read."""
    settings = page.console.settings
    folders = [Path(sink) for sink in settings.audit_checkpoint_sinks if "://" not in sink]
    origin = log_origin(settings.own_state, service)
    return [checkpoint for folder in folders for checkpoint in read_sink(folder, origin)]


async def _found(client: ServiceClient, query: Mapping[str, str]) -> list[dict[str, Any]]:
    answer = await client.ask("GET", "/v1/audit/records", query=query, purpose=OVERSIGHT)
    rows = answer.get("records") if isinstance(answer, dict) else None
    return [_record(row) for row in rows[:MAX_ROWS] if isinstance(row, dict)] if rows else []


async def _export(page: Page, service: str) -> bytes:
    client = page.services[service]
    response = await client.fetch("GET", "/v1/audit/export", purpose=OVERSIGHT, seconds=EXPORT_SECONDS)
    if len(response.content) > MAX_EXPORT_BYTES:
        raise FormFault(field="the log is too long for this page; use ./run audit verify")
    return response.content


def _query(form: Submitted) -> dict[str, str]:
    since, until = _day(form, "since"), _day(form, "until")
    query = {name: form.text(name, limit=MAX_IDENTIFIER) for name in ("actor", "outcome", "purpose")}
    if since is not None:
        query["from"] = since.isoformat()
    if until is not None:
        query["to"] = (until + timedelta(days=1)).isoformat()
    return query | {"limit": str(MAX_ROWS)}


def _day(form: Submitted, name: str) -> datetime | None:
    text = form.text(name, limit=10)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError:
        raise FormFault(field=f"{name} is a day such as 2026-06-01") from None


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    """One record, whether the service gives it as an object or as the bytes that were signed."""
    content = row.get("record", row)
    if isinstance(content, str):
        content = json.loads(content)
    return {**content, "position": row.get("position")}
