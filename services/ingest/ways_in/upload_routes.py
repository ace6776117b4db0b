"""HTTP for a carrier's desk: upload a file of any kind, get the template, list one's own receipts."""

from datetime import UTC, datetime
from pathlib import PurePath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from services.ingest.errors import IdempotencyKeyReused, StoreUnavailable, UploadMalformed
from services.ingest.formats.sheet_template import template_csv, template_workbook
from services.ingest.intake.answers import answer
from services.ingest.intake.arrival import RawMessage
from services.ingest.intake.receive import ReceiveMessage
from services.ingest.routes import PortsOf, SubmissionHeaders
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import public, require
from shared.web.limits import limited_body
from shared.web.problems import problems, register_problems

MAX_RECEIPTS: Final = 200
FORM_TYPE: Final = "multipart/form-data"
CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES_BY_ENDING: Final = {".csv": "text/csv", ".json": "application/json", ".xml": "application/xml"}
_TICKED: Final = frozenset({"true", "on", "yes", "1"})
_FIELDS: Final = 5
_FIELD_BYTES: Final = 1_000
# A template never changes while a service runs; a day is short enough to notice a new one.
_FOR_A_DAY: Final = {"Cache-Control": "public, max-age=86400"}

register_problems(400, UploadMalformed)

router = APIRouter(tags=["carrier's desk"])


def content_type_of(name: str) -> str:
    """The content type that a file's ending promises; empty where its bytes decide."""
    return TYPES_BY_ENDING.get(PurePath(name).suffix.lower(), "")


async def upload_manifest(
    request: Request,
    carrier: Annotated[Principal, Depends(require(Permission.SUBMIT_MESSAGE))],
    ports: PortsOf,
    headers: Annotated[SubmissionHeaders, Header()],
    *,
    is_test: Annotated[bool, Query()] = False,
) -> Response:
    """Take a file of any format that is read, as the body or as the field `file` of a form.

    `is_test`, in the address or in the form, makes a trial of it whatever the file itself says: it is read,
    checked and answered, and neither stored nor screened.
    """
    body, content_type = b"", headers.content_type
    if content_type.lower().startswith(FORM_TYPE):
        body, content_type, is_ticked = await _of_form(request)
        is_test = is_test or is_ticked
    else:
        body = await limited_body(request)
    raw = RawMessage(
        body, content_type, carrier.carrier, carrier.subject, headers.idempotency_key, is_test=is_test
    )
    taken = await ReceiveMessage(ports)(raw)
    return answer(taken, wants_edifact=False, own_name=ports.authority)


async def _of_form(request: Request) -> tuple[bytes, str, bool]:
    """The file of a form, its type by its ending, and whether the form says that it is a trial.

    Raises:
        UploadMalformed: It is no form, or has no file.
    """
    parser = MultiPartParser(
        request.headers, request.stream(), max_files=1, max_fields=_FIELDS, max_part_size=_FIELD_BYTES
    )
    # The body is limited already, and nothing of a manifest is ever written to a temporary file.
    parser.spool_max_size = request.app.state.settings.max_body_bytes + 1
    try:
        form = await parser.parse()
    except MultiPartException:
        raise UploadMalformed from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise UploadMalformed
        is_test = str(form.get("is_test", "")).lower() in _TICKED
        return await file.read(), content_type_of(file.filename or ""), is_test
    finally:
        await form.close()


@router.get("/v1/manifests/template.csv", dependencies=[Depends(public())])
async def download_csv_template() -> Response:
    """The template for small carriers as CSV."""
    return _file(template_csv(), CSV_TYPE, "safeconduct-travellers.csv")


@router.get("/v1/manifests/template.xlsx", dependencies=[Depends(public())])
async def download_workbook_template() -> Response:
    """The template for small carriers as a workbook."""
    return _file(template_workbook(), XLSX_TYPE, "safeconduct-travellers.xlsx")


@router.get("/v1/receipts")
async def list_receipts(
    asking: Annotated[Principal, Depends(require(Permission.LIST_RECEIPTS))],
    ports: PortsOf,
    since: Annotated[datetime | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_RECEIPTS)] = 50,
) -> dict[str, Any]:
    """The asking carrier's receipts, newest first: what it sent, and what others sent for its flights."""
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    async with ports.database.connect() as connection:
        receipts = await ports.stores.messages.listed(
            connection, carrier=asking.carrier or asking.subject, since=since, limit=limit
        )
    return {"receipts": [receipt.as_json() for receipt in receipts]}


def upload_router(max_body_bytes: int) -> APIRouter:
    """The route that takes files; its limit is a setting of the service."""
    uploads = APIRouter(tags=["carrier's desk"])
    uploads.add_api_route(
        "/v1/manifests/upload",
        upload_manifest,
        methods=["POST"],
        status_code=202,
        response_class=Response,
        responses=problems(UploadMalformed, IdempotencyKeyReused, StoreUnavailable),
        max_body_size=max_body_bytes,
    )
    return uploads


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {**_FOR_A_DAY, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
