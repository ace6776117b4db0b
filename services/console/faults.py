"""Faults as pages: a sentence, what was not done, and the way on."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from services.console.errors import (
    ConsoleFault,
    CrossSiteRefused,
    FormFault,
    ServiceFault,
    SignInFailed,
    SignInNeeded,
    WrongHost,
)
from services.console.page import FRAGMENTS, Console
from services.console.shown_again import sentences_written, shown_again
from shared.accounts.errors import AccountFrozen
from shared.errors import DomainError
from shared.web.problems import register_problems, status_of
from shared.web.request_context import fault_problem
from shared.web.request_id import current_trace_id

Handler = Callable[[Request, Any], Response | Awaitable[Response]]
_OPERATION: Final = ("/health/", "/metrics", "/openapi.json", "/v1/")

register_problems(400, SignInFailed)
register_problems(401, SignInNeeded)
register_problems(403, CrossSiteRefused)
register_problems(421, WrongHost)
register_problems(422, FormFault)
register_problems(500, ConsoleFault)


def install_fault_pages(app: FastAPI) -> None:
    """Answer faults of pages with pages; the routes for machines keep their problems."""
    for kind in (DomainError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _page_or(app.exception_handlers[kind]))


def _page_or(problem: Handler) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        if not request.url.path.startswith(_OPERATION):
            return await _fault_page(request, error)
        answer = problem(request, error)
        return await answer if isinstance(answer, Awaitable) else answer

    return handle


def unforeseen_fault(scope: Scope) -> Response:
    """A page for a fault that nobody foresaw: that something failed, and the trace to tell; nothing else."""
    if scope["path"].startswith(_OPERATION):
        return fault_problem(scope)
    console: Console = scope["app"].state.console
    sentence = "Something went wrong on our side, and nobody foresaw it."
    if scope["path"].startswith(FRAGMENTS):
        html = console.templates.draw("fragment_fault.html", sentence=sentence, code="INTERNAL_FAULT")
        return HTMLResponse(html, status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
    html = console.templates.draw(
        "fault.html",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        sentence=sentence,
        code="INTERNAL_FAULT",
        reasons="",
        written=[],
        trace_id=current_trace_id(),
    )
    return HTMLResponse(html, status_code=HTTPStatus.INTERNAL_SERVER_ERROR)


async def _fault_page(request: Request, error: Exception) -> Response:
    console: Console = request.app.state.console
    if isinstance(error, WrongHost) and request.method == "GET":
        return RedirectResponse(console.settings.own_url + request.url.path, status_code=303)
    if isinstance(error, SignInNeeded):
        return _to_sign_in(request, console)
    status, sentence, code = _told(error)
    if isinstance(error, AccountFrozen) and hasattr(request.state, "session"):
        # SG-44: nothing is left open; the services refuse this account's tokens too.
        await console.sessions.end(request.state.session)
    if request.url.path.startswith(FRAGMENTS):
        # It stands in the middle of a page: a sentence there, and no page within the page.
        return HTMLResponse(
            console.templates.draw("fragment_fault.html", sentence=sentence, code=code), status
        )
    told = {"status": status, "sentence": sentence, "code": code, "reasons": _reasons(error)}
    html = await shown_again(request, status, told)
    if html is None:
        html = console.templates.draw(
            "fault.html",
            **told,
            written=sentences_written(request),
            trace_id=current_trace_id(),
        )
    return HTMLResponse(html, status_code=status)


def _told(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, ServiceFault):
        return error.status, error.detail, error.refusal
    if isinstance(error, DomainError):
        return status_of(type(error)), error.detail, error.code
    if isinstance(error, RequestValidationError):
        return HTTPStatus.NOT_FOUND, "There is no such page.", "NOT_FOUND"
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    sentence = "There is no such page." if status is HTTPStatus.NOT_FOUND else f"{status.phrase}."
    return status, sentence, status.name


def _reasons(error: Exception) -> str:
    """The codes behind a refusal of another service; empty when it gave none."""
    return str(error.facts.get("reasons") or "") if isinstance(error, ServiceFault) else ""


def _to_sign_in(request: Request, console: Console) -> Response:
    """A page is asked for again after signing in; a form is not, because nobody may repeat it unseen."""
    if request.url.path.startswith(FRAGMENTS):
        # Never a redirect: the page around the fragment may hold words that nobody saved yet.
        return HTMLResponse(console.templates.draw("session_ended.html"), status_code=401)
    if request.method == "GET":
        return RedirectResponse(f"/sign-in?to={quote(request.url.path, safe='/')}", status_code=303)
    html = console.templates.draw("signed_out.html", is_interrupted=True)
    return HTMLResponse(html, status_code=401)
