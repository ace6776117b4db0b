"""Who is at the screen: told by the session cookie, and checked at each request by the token behind it."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from services.console.clients.service import ServiceClient
from services.console.errors import ServiceFault, SignInNeeded, WrongHost
from services.console.page import FRAGMENTS, Console
from services.console.sessions import Session, Tokens
from services.console.settings import ConsoleSettings
from shared.accounts.errors import RETRY_AFTER_SECONDS, FrozenAccountsUnknown
from shared.security.tokens import Principal, TokenRefused, TokenVerifier
from shared.web.authentication import bearer_principal, bearer_token

# The console's own audit log is read over HTTP like every service's, with a bearer token and never a cookie.
MACHINES: Final = "/v1/"


def session_cookie(settings: ConsoleSettings) -> str:
    """The session cookie's name.

    Over TLS it has the prefix by which browsers insist on Secure, this host and no other path.
    Loopback without TLS cannot have that; there the name carries the port, because browsers give a host's
    cookies to all its ports.
    """
    return "__Host-session" if settings.is_secure else f"local-session-{settings.port}"


def sign_in_cookie(settings: ConsoleSettings) -> str:
    """The name of the cookie that a sign-in under way needs."""
    return "__Host-sign-in" if settings.is_secure else f"local-sign-in-{settings.port}"


async def session_principal(request: Request) -> Principal:
    """The person of this request's session; also leaves the session in `request.state.session`.

    Raises:
        WrongHost: See `own_host_only`.
        SignInNeeded: No session, or the issuer's token ended and could not be renewed.
        AccountFrozen, FrozenAccountsUnknown: See `_stands`.
    """
    console: Console = request.app.state.console
    if request.url.path.startswith(MACHINES):
        principal = await bearer_principal(request)
        await _stands(console, bearer_token(request))
        return principal
    own_host_only(request)
    cookie = request.cookies.get(session_cookie(console.settings))
    session = None if cookie is None else await console.sessions.find(cookie)
    if session is None:
        raise SignInNeeded
    session, principal = await _renewed(request.app.state.token_verifier, console, session)
    # What the page asks for by itself keeps nobody signed in.
    if not request.url.path.startswith(FRAGMENTS):
        await console.sessions.touch(session)
    request.state.session = session
    return principal


async def _stands(console: Console, token: str) -> None:
    """Have ingest say that an incident froze nobody by this token, for what is answered here alone.

    Pages need it not: what they show comes from services, which refuse such an account themselves.

    Raises:
        AccountFrozen: An incident names the account.
        FrozenAccountsUnknown: Ingest does not say.
    """
    try:
        await ServiceClient("ingest", console.settings.ingest_url, console.http, token).ask(
            "GET", "/v1/account"
        )
    except ServiceFault:
        raise FrozenAccountsUnknown(retry_after_seconds=RETRY_AFTER_SECONDS) from None


def own_host_only(request: Request) -> None:
    """Answer only under our own name, so that no foreign name can be pointed at us (DNS rebinding).

    Raises:
        WrongHost: `Host` is another's.
    """
    console: Console = request.app.state.console
    if request.headers.get("host") != urlsplit(console.settings.own_url).netloc:
        raise WrongHost


async def _renewed(verifier: TokenVerifier, console: Console, session: Session) -> tuple[Session, Principal]:
    """The session with a token that holds now, and whose it is."""
    try:
        return session, await verifier.verify(session.tokens.access)
    except TokenRefused:
        pass
    # A page and what it asks for by itself may both find the token ended; a refresh token works only once.
    async with console.sessions.renewing(session):
        newest = await console.sessions.again(session)
        if newest is not None and newest.tokens != session.tokens:
            return newest, await _own_principal(verifier, newest, newest.tokens)
        tokens = await console.sign_in.refresh(session.tokens)
        if tokens is None:
            await console.sessions.end(session)
            raise SignInNeeded
        principal = await _own_principal(verifier, session, tokens)
        return await console.sessions.replace_tokens(session, tokens), principal


async def _own_principal(verifier: TokenVerifier, session: Session, tokens: Tokens) -> Principal:
    """Whose the newer tokens are, who must be the session's own person."""
    try:
        principal = await verifier.verify(tokens.access)
    except TokenRefused:
        raise SignInNeeded from None
    if principal.subject != session.stored.subject:
        raise SignInNeeded
    return principal
