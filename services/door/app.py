"""The door's application: a notice, two forms, no session, no cookie, no script, nothing to sign in to."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from joserfc.jwk import OKPKey

from services.door.mailbox import Mailbox
from services.door.settings import DoorSettings
from shared.clock import Clock, SystemClock
from shared.web.application import service_app
from shared.web.authentication import public
from shared.web.limits import limited_body

_HERE: Final = Path(__file__).parent
_PAGES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined
)
KINDS: Final = frozenset({"ACCESS", "RECTIFY", "ERASE", "RESTRICT", "REDRESS"})
STATEMENT: Final = range(10, 8001)
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Language(StrEnum):
    """The six official languages of the United Nations."""

    EN = "en"
    FR = "fr"
    ES = "es"
    AR = "ar"
    RU = "ru"
    ZH = "zh"


NAMES: Final = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
    "ru": "Русский",
    "zh": "中文",
}
WORDS: Final[Mapping[str, Any]] = {
    each.value: json.loads((_HERE / "words" / f"{each}.json").read_text(encoding="utf-8"))
    for each in Language
}

router = APIRouter(dependencies=[Depends(public())])
Body = Annotated[bytes, Depends(limited_body)]


def create_app(settings: DoorSettings, *, clock: Clock | None = None) -> FastAPI:
    """Build the door. It has one key, which closes, and a folder; no database and no neighbour."""
    key = OKPKey.import_key(json.loads(settings.rights_key_file.read_text(encoding="utf-8")))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield

    time = clock or SystemClock()
    app = service_app(
        title="Safeconduct door",
        settings=settings,
        lifespan=lifespan,
        routers=[router],
        clock=time,
        headers=HEADERS,
    )
    app.state.mailbox = Mailbox(settings.folder, key)
    return app


@router.get("/", include_in_schema=False)
async def choose_language(request: Request) -> RedirectResponse:
    """To the page in the first language of the browser's that we write; English otherwise."""
    wanted = request.headers.get("Accept-Language", "")
    codes = [part.split(";")[0].strip()[:2].lower() for part in wanted.split(",")]
    return RedirectResponse(f"/{next((code for code in codes if code in NAMES), 'en')}")


@router.get("/{language}", include_in_schema=False)
async def read_notice(language: Language) -> HTMLResponse:
    """The notice of SG-21, and both forms."""
    return _page(language)


@router.post("/{language}/requests", include_in_schema=False)
async def submit_request(language: Language, request: Request, body: Body) -> HTMLResponse:
    """Seal a request; its number and secret are shown once, at once."""
    form = _form(body)
    kind, statement = form.get("kind", ""), form.get("statement", "").strip()
    if kind not in KINDS or len(statement) not in STATEMENT:
        return _page(language, status=422, message=WORDS[language]["incomplete"])
    mailbox: Mailbox = request.app.state.mailbox
    now = request.app.state.clock.now()
    ticket = mailbox.submit(kind, language.value, statement, now, is_urgent="urgent" in form)
    return _page(language, status=201, ticket=ticket)


@router.post("/{language}/status", include_in_schema=False)
async def read_status(language: Language, request: Request, body: Body) -> HTMLResponse:
    """How far a request is; a wrong secret is answered like an unknown number."""
    form = _form(body)
    mailbox: Mailbox = request.app.state.mailbox
    status = mailbox.status(form.get("number", ""), form.get("secret", ""))
    words = WORDS[language]
    if status is None:
        return _page(language, status=404, message=words["unknown"])
    if status["is_answered"]:
        return _page(language, message=words["answered"])
    return _page(language, message=f"{words['received']} {status['due_at'].date().isoformat()}")


def _form(body: bytes) -> dict[str, str]:
    fields = parse_qs(body.decode("utf-8", errors="replace"), max_num_fields=10)
    return {name: values[0] for name, values in fields.items()}


def _page(
    language: Language, *, status: int = 200, message: str | None = None, ticket: Any = None
) -> HTMLResponse:
    content = _PAGES.get_template("page.html").render(
        language=language.value,
        direction="rtl" if language is Language.AR else "ltr",
        languages=list(NAMES),
        names=NAMES,
        words=WORDS[language],
        message=message,
        ticket=ticket,
    )
    return HTMLResponse(content, status_code=status)
