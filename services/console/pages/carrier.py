"""A carrier's own pages: upload a file, read one's receipts, download the template; nothing else."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from shared.security.roles import Permission
from shared.web.limits import MEBIBYTE

MAX_FILE_BYTES: Final = 10 * MEBIBYTE
# The form around the file: its borders, its token and the tick.
FORM_BYTES: Final = 16_384
TEMPLATES: Final = {"csv": "text/csv; charset=utf-8", "xlsx": "application/octet-stream"}

router = APIRouter()
Sender = Annotated[Page, Depends(page_for(Permission.SUBMIT_MESSAGE))]
SenderForm = Annotated[Page, Depends(form_for(Permission.SUBMIT_MESSAGE))]
Reader = Annotated[Page, Depends(page_for(Permission.LIST_RECEIPTS))]


@router.get("/upload")
async def show_upload(page: Sender) -> Response:
    """The form."""
    return page.show("carrier_upload.html")


@router.post("/upload", max_body_size=MAX_FILE_BYTES + FORM_BYTES)
async def upload(page: SenderForm) -> Response:
    """Hand the file over; whatever became of it, its receipt says."""
    file = page.form.fields.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise FormFault(field="choose a file")
    receipts = await page.ingest.upload(
        await page.form.file("file"), name=file.filename, is_test=bool(page.form.text("is_test", limit=10))
    )
    if len(receipts) == 1:
        return page.go(f"/receipts/{UUID(receipts[0])}?sent=1")
    return page.go(f"/receipts?sent={len(receipts)}")


@router.get("/upload/template.{kind}")
async def download_template(kind: str, page: Sender) -> Response:
    """The template, so that nobody needs another address for it."""
    if kind not in TEMPLATES:
        raise FormFault(field="choose csv or xlsx")
    return Response(
        await page.ingest.template(kind),
        media_type=TEMPLATES[kind],
        headers={"Content-Disposition": f'attachment; filename="safeconduct-travellers.{kind}"'},
    )


@router.get("/receipts")
async def show_receipts(page: Reader, sent: int = 0) -> Response:
    """The newest receipts of this carrier: what it sent, and what others sent for its flights."""
    return page.show("carrier_receipts.html", receipts=await page.ingest.receipts(), sent=sent)


@router.get("/receipts/{receipt_id}")
async def show_receipt(receipt_id: UUID, page: Reader, sent: int = 0) -> Response:
    """One receipt with each fault in words."""
    receipt = await page.ingest.receipt(str(receipt_id))
    return page.show("carrier_receipt.html", receipt=receipt, sent=sent)
