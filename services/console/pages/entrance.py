"""The way in and out: sign in, come back from the issuer, sign out; and the files that pages are made of."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.console.authentication import session_cookie, sign_in_cookie
from services.console.errors import SignInFailed
from services.console.page import Console, Page, form_for, page_for
from services.console.rendering import read_static
from services.console.sign_in import Attempt
from services.console.waiting import tasks_of, waiting_for
from shared.security.roles import Permission
from shared.web.authentication import public
from shared.web.limits import SIGN_IN_RATE

SIGN_IN_SECONDS: Final = 600
SIGN_IN: Final = "sign-in"
ONE_YEAR: Final = "public, max-age=31536000, immutable"

router = APIRouter()
open_router = APIRouter(dependencies=[Depends(public())])


@router.get("/")
async def home(page: Annotated[Page, Depends(page_for(Permission.USE_CONSOLE))]) -> Response:
    """What this person can do here; what waits for them is asked for by the page itself."""
    return page.show("home.html", has_work=bool(tasks_of(page)))


@router.get("/fragments/waiting")
async def show_waiting(page: Annotated[Page, Depends(page_for(Permission.USE_CONSOLE))]) -> Response:
    """What waits for this person, asked for by the first page at once and every minute."""
    return page.show("waiting.html", waiting=await waiting_for(page))


@open_router.get("/sign-in")
async def sign_in(request: Request, to: str = "/") -> Response:
    """Send the browser to the issuer, remembering what has to come back."""
    console: Console = request.app.state.console
    caller = request.client.host if request.client else "unknown"
    request.app.state.rate_limiter.take(f"sign-in:{caller}", SIGN_IN_RATE)
    attempt = Attempt.new(to)
    response = RedirectResponse(await console.sign_in.address(attempt), status_code=303)
    response.set_cookie(
        sign_in_cookie(console.settings),
        console.sessions.seal(attempt.as_dict(), SIGN_IN),
        max_age=SIGN_IN_SECONDS,
        httponly=True,
        secure=console.settings.is_secure,
        # Lax, because the issuer's redirect comes from elsewhere; it holds nothing but this attempt.
        samesite="lax",
    )
    return response


@open_router.get("/callback")
async def come_back(request: Request) -> Response:
    """Take the issuer's answer and begin a session."""
    console: Console = request.app.state.console
    sealed = request.cookies.get(sign_in_cookie(console.settings), "")
    remembered = console.sessions.open_sealed(sealed, SIGN_IN)
    if remembered is None:
        raise SignInFailed(reason="it took too long, or began in another browser")
    attempt = Attempt(**remembered)
    signed_in = await console.sign_in.finish(attempt, request.query_params)
    # The services' own check of the same token: who cannot use them gets no session.
    await request.app.state.token_verifier.verify(signed_in.tokens.access)
    session_id = await console.sessions.open(signed_in.subject, signed_in.display_name, signed_in.tokens)
    # A page of ours in between, because a Strict cookie does not follow a redirect that began elsewhere.
    response = HTMLResponse(console.templates.draw("signed_in.html", to=attempt.return_to))
    response.delete_cookie(sign_in_cookie(console.settings))
    response.set_cookie(
        session_cookie(console.settings),
        session_id,
        httponly=True,
        secure=console.settings.is_secure,
        samesite="strict",
    )
    return response


@router.post("/sign-out")
async def sign_out(page: Annotated[Page, Depends(form_for(Permission.USE_CONSOLE))]) -> Response:
    """End the session here; the issuer's own session is the issuer's."""
    await page.console.sessions.end(page.session)
    response = page.go("/signed-out")
    response.delete_cookie(session_cookie(page.console.settings))
    return response


@open_router.get("/signed-out")
async def signed_out(request: Request) -> Response:
    """The last page."""
    console: Console = request.app.state.console
    return HTMLResponse(console.templates.draw("signed_out.html"))


@open_router.get("/static/{name:path}")
async def static_file(name: str) -> Response:
    """One of our own files; its address changes with its content."""
    found = read_static(name)
    if found is None:
        return Response(status_code=404)
    content, media_type = found
    return Response(content, media_type=media_type, headers={"Cache-Control": ONE_YEAR})
