"""HTTP of the door: everybody may come in, from where they come decides only how often."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.door.callers import caller_of
from services.door.mailbox import Mailbox
from services.door.pages import STYLE, WORDS, Shown, page, wanted_language
from services.door.settings import DoorSettings
from shared.observability.logging import get_logger
from shared.web.authentication import public
from shared.web.limits import Rate, TooManyRequests, limited_body

KINDS: Final = frozenset({"ACCESS", "RECTIFY", "ERASE", "RESTRICT", "REDRESS"})
STATEMENT: Final = range(10, 8001)
#: What a person writes besides the statement, and how many characters of it are taken.
FIELDS: Final = {"name": 200, "birth_date": 40, "document": 100, "journey": 200, "reach": 500}
NEEDED: Final = ("name", "reach")
MAX_NUMBER_CHARACTERS: Final = 20
MAX_FORM_BYTES: Final = 131_072
MAX_FORM_FIELDS: Final = 20
# A person writes one request, perhaps a second one; a family of ten sits behind one address.
SUBMIT_RATE: Final = Rate(per_second=1 / 60, burst=10)
STATUS_RATE: Final = Rate(per_second=1 / 5, burst=20)
# All callers together: what is written here takes room on the disk until it is answered.
EVERYBODY_RATE: Final = Rate(per_second=1, burst=200)

router = APIRouter(dependencies=[Depends(public())], tags=["door"])
Body = Annotated[bytes, Depends(limited_body)]


class Language(StrEnum):
    """The languages that the door speaks."""

    EN = "en"
    FR = "fr"
    ES = "es"
    AR = "ar"
    RU = "ru"
    ZH = "zh"


@router.get("/", status_code=HTTPStatus.TEMPORARY_REDIRECT)
async def choose_language(request: Request) -> RedirectResponse:
    """To the page in the first language of the browser's that we write; English otherwise."""
    return RedirectResponse(f"/{wanted_language(request.headers.get('Accept-Language', ''))}")


@router.get("/door.css", response_class=Response)
async def read_style() -> Response:
    """The style sheet; the only file besides the page."""
    return Response(STYLE, media_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=3600"})


@router.get("/{language}", response_class=HTMLResponse)
async def read_notice(language: Language, request: Request) -> HTMLResponse:
    """The notice of SG-21, and both forms."""
    return page(language, _settings(request))


@router.post(
    "/{language}/requests",
    status_code=HTTPStatus.CREATED,
    response_class=HTMLResponse,
    max_body_size=MAX_FORM_BYTES,
)
async def submit_request(language: Language, request: Request, body: Body) -> HTMLResponse:
    """Seal a request; its number and secret are shown once, at once.

    Source: safeguards.md SG-19, SG-20 (anyone may file on the web; number at once).
    """
    form = _form(body)
    written = {name: form.get(name, "").strip() for name in (*FIELDS, "statement")}
    words = WORDS[language]
    if not _is_complete(form.get("kind", ""), written):
        fault = Shown(message=words["incomplete"], is_fault=True, filled=form)
        return page(language, _settings(request), fault, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _take(request, "submit", SUBMIT_RATE)
        request.app.state.rate_limiter.take("door-submit:everybody", EVERYBODY_RATE)
    except TooManyRequests as refusal:
        return _too_many(language, request, refusal, form)
    mailbox: Mailbox = request.app.state.mailbox
    now = request.app.state.clock.now()
    try:
        ticket = mailbox.submit(form["kind"], language.value, written, now, is_urgent="urgent" in form)
    except OSError as fault:
        # A full disk, or a folder that is away: the person must know that nothing was taken.
        get_logger().error("submission_not_kept", error=type(fault).__name__)
        away = Shown(message=words["unavailable"], is_fault=True, filled=form)
        return page(language, _settings(request), away, status=HTTPStatus.SERVICE_UNAVAILABLE)
    taken = Shown(ticket=ticket, due=ticket.due_at.date())
    return page(language, _settings(request), taken, status=HTTPStatus.CREATED)


@router.post("/{language}/status", response_class=HTMLResponse, max_body_size=MAX_FORM_BYTES)
async def read_status(language: Language, request: Request, body: Body) -> HTMLResponse:
    """How far a request is; a wrong secret is answered like an unknown number."""
    try:
        _take(request, "status", STATUS_RATE)
    except TooManyRequests as refusal:
        return _too_many(language, request, refusal, {})
    form = _form(body)
    mailbox: Mailbox = request.app.state.mailbox
    status = mailbox.status(form.get("number", ""), form.get("secret", ""))
    words = WORDS[language]
    if status is None:
        # The number alone opens nothing; who mistyped one of the two need not type both again.
        typed = {"number": form.get("number", "")[:MAX_NUMBER_CHARACTERS]}
        unknown = Shown(message=words["unknown"], is_fault=True, filled=typed)
        return page(language, _settings(request), unknown, status=HTTPStatus.NOT_FOUND)
    if status["is_answered"]:
        return page(language, _settings(request), Shown(message=words["answered"]))
    due = Shown(message=words["received"], due=status["due_at"].date())
    return page(language, _settings(request), due)


def _settings(request: Request) -> DoorSettings:
    settings: DoorSettings = request.app.state.settings
    return settings


def _take(request: Request, what: str, rate: Rate) -> None:
    caller = caller_of(request, _settings(request).trusted_proxy)
    request.app.state.rate_limiter.take(f"door-{what}:{caller}", rate)


def _too_many(
    language: Language, request: Request, refusal: TooManyRequests, form: dict[str, str]
) -> HTMLResponse:
    seconds = refusal.facts["retry_after_seconds"]
    assert isinstance(seconds, int), "the limiter counts whole seconds"
    message = WORDS[language]["too_many"].format(seconds=seconds)
    return page(
        language,
        _settings(request),
        Shown(message=message, is_fault=True, filled=form),
        status=HTTPStatus.TOO_MANY_REQUESTS,
        retry_after_seconds=seconds,
    )


def _is_complete(kind: str, written: dict[str, str]) -> bool:
    return (
        kind in KINDS
        and len(written["statement"]) in STATEMENT
        and all(written[name] for name in NEEDED)
        and all(len(written[name]) <= limit for name, limit in FIELDS.items())
    )


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(body.decode("utf-8", errors="replace"), max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        # More fields than any form of ours has: none of them is read.
        return {}
    return {name: values[0] for name, values in fields.items()}
