"""An OpenID Connect issuer for one machine: demonstration people without passwords, carriers with a secret.

It exists so that the services check the same tokens here as everywhere; it refuses to start in production.
Discovery, public keys, an authorization page (code with PKCE) and a token endpoint
(`authorization_code`, `refresh_token`, `client_credentials`). Access tokens live fifteen minutes.

    python -m shared.security.local_issuer      reads LOCAL_ISSUER_* from the environment

Source: OpenID Connect Core 1.0 §3.1, Discovery 1.0; RFC 6749 §4.1, §4.4, §6; RFC 7636; design.md §3.11.
"""

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, FastAPI, Form, Header, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.clock import Clock, SystemClock
from shared.observability.logging import configure_logging
from shared.security.keys import SIGNATURE_ALGORITHM, KeyFile
from shared.security.local_directory import LocalCarrier, LocalDirectory
from shared.security.local_grants import RefreshGrants
from shared.security.local_issuer_page import content_security_policy, render_page
from shared.security.tokens import AUDIENCE, sign_token
from shared.web.request_context import DEMONSTRATION, SECURITY_HEADERS, RequestContext
from shared.web.server import serve

ACCESS_TOKEN_SECONDS: Final = 900
CODE_SECONDS: Final = 60
MAX_CODES: Final = 1000


class LocalIssuerSettings(BaseSettings):
    """What the local issuer is told at its start."""

    model_config = SettingsConfigDict(env_prefix="LOCAL_ISSUER_", frozen=True, extra="forbid")

    profile: Literal["local", "production"]
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    issuer_url: str
    key_file: Path
    people_file: Path

    @model_validator(mode="after")
    def _never_in_production(self) -> Self:
        if self.profile != "local":
            raise ValueError("the local issuer signs anybody in; production has an identity provider")
        return self


class AuthorizationRequest(BaseModel):
    """What the console asks for when it sends a person here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    response_type: Literal["code"]
    client_id: str = Field(max_length=64)
    redirect_uri: str = Field(max_length=512)
    code_challenge: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    code_challenge_method: Literal["S256"]
    state: str = Field(default="", max_length=512)
    nonce: str = Field(default="", max_length=256)
    scope: str = Field(default="openid", max_length=256)


class PersonChosen(AuthorizationRequest):
    """The same, with the person who was picked on the page."""

    person: str = Field(max_length=64)


class TokenRequest(BaseModel):
    """The form of the token endpoint."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    grant_type: str = Field(max_length=64)
    code: str = Field(default="", max_length=128)
    redirect_uri: str = Field(default="", max_length=512)
    code_verifier: str = Field(default="", max_length=128)
    client_id: str = Field(default="", max_length=64)
    client_secret: str = Field(default="", max_length=256)
    refresh_token: str = Field(default="", max_length=128)


@dataclass(frozen=True)
class _Code:
    """An authorization that waits to be turned into a token, once."""

    request: AuthorizationRequest
    subject: str
    expires_at: datetime


@dataclass
class LocalIssuer:
    """Makes tokens for whom the directory names.

    `issuer_url` is the `iss` of every token, character by character what services expect.
    """

    issuer_url: str
    key: KeyFile
    directory: LocalDirectory
    clock: Clock
    _codes: OrderedDict[str, _Code] = field(default_factory=OrderedDict)
    _grants: RefreshGrants = field(init=False)

    def __post_init__(self) -> None:
        self._grants = RefreshGrants(self.clock)

    def access_token(self, claims: dict[str, Any]) -> str:
        """A compact JWT for the services, valid for `ACCESS_TOKEN_SECONDS`."""
        return self._sign({"aud": AUDIENCE, "jti": secrets.token_hex(16), **claims})

    def id_token(self, claims: dict[str, Any], request: AuthorizationRequest) -> str:
        """A compact JWT that tells the console who signed in."""
        nonce = {"nonce": request.nonce} if request.nonce else {}
        return self._sign({"aud": request.client_id, **nonce, **claims})

    def authorize(self, request: AuthorizationRequest, subject: str) -> str:
        """Remember an authorization and return its single-use code, valid for `CODE_SECONDS`."""
        code = secrets.token_urlsafe(32)
        expires_at = self.clock.now() + timedelta(seconds=CODE_SECONDS)
        self._codes[code] = _Code(request, subject, expires_at)
        while len(self._codes) > MAX_CODES:
            self._codes.popitem(last=False)
        return code

    def redeem(self, asked: TokenRequest) -> dict[str, Any] | None:
        """The tokens for a code and its verifier; None when anything about them is not right."""
        code = self._codes.pop(asked.code, None)
        if code is None or code.expires_at < self.clock.now():
            return None
        same_client = (asked.client_id, asked.redirect_uri) == (
            code.request.client_id,
            code.request.redirect_uri,
        )
        person = self.directory.person(code.subject)
        if (
            not same_client
            or not verifies(asked.code_verifier, code.request.code_challenge)
            or person is None
        ):
            return None
        claims = {**person.claims(), "name": person.display_name}
        return {
            **_token_answer(self.access_token(person.claims())),
            "id_token": self.id_token(claims, code.request),
            "refresh_token": self._grants.begin(asked.client_id, person.subject),
            "scope": code.request.scope,
        }

    def renew(self, asked: TokenRequest) -> dict[str, Any] | None:
        """Newer tokens for a refresh token, which is used up by it; None when it is not usable."""
        renewed = self._grants.renew(asked.refresh_token, asked.client_id)
        person = None if renewed is None else self.directory.person(renewed[0])
        if renewed is None or person is None:
            return None
        return {**_token_answer(self.access_token(person.claims())), "refresh_token": renewed[1]}

    def _sign(self, claims: dict[str, Any]) -> str:
        now = int(self.clock.now().timestamp())
        times = {"iat": now, "nbf": now, "exp": now + ACCESS_TOKEN_SECONDS}
        return sign_token({"iss": self.issuer_url, **times, **claims}, self.key.kid, self.key.jose_key())


def verifies(verifier: str, challenge: str) -> bool:
    """Whether a PKCE verifier is the one that the S256 challenge was made from (RFC 7636 §4.6)."""
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(made, challenge)


def create_app(settings: LocalIssuerSettings, *, clock: Clock | None = None) -> FastAPI:
    """Build the issuer's application."""
    app = FastAPI(title="Safeconduct issuer", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.is_draining = False
    app.state.issuer = LocalIssuer(
        issuer_url=settings.issuer_url,
        key=KeyFile.load(settings.key_file),
        directory=LocalDirectory.load(settings.people_file),
        clock=clock or SystemClock(),
    )
    app.include_router(router)
    app.add_middleware(RequestContext, service="issuer", headers=SECURITY_HEADERS | DEMONSTRATION)
    return app


def _issuer(request: Request) -> LocalIssuer:
    issuer: LocalIssuer = request.app.state.issuer
    return issuer


Issuer = Annotated[LocalIssuer, Depends(_issuer)]
router = APIRouter()


@router.get("/health/live")
@router.get("/health/ready")
async def health() -> dict[str, str]:
    """Whether the issuer answers."""
    return {"status": "ready"}


@router.get("/.well-known/openid-configuration")
async def discovery(issuer: Issuer) -> dict[str, Any]:
    """What an OpenID Connect client needs to know about us."""
    url = issuer.issuer_url
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "jwks_uri": f"{url}/jwks",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [SIGNATURE_ALGORITHM],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "scopes_supported": ["openid"],
    }


@router.get("/jwks")
async def jwks(issuer: Issuer) -> dict[str, Any]:
    """The public keys that tokens are signed with."""
    return {"keys": [issuer.key.public_jwk()]}


@router.get("/authorize")
async def show_people(asked: Annotated[AuthorizationRequest, Query()], issuer: Issuer) -> Response:
    """The page on which a demonstration person is picked."""
    if not _is_known_address(issuer, asked):
        return _fault(400, "invalid_request", "The program that sent you here, or its address, is not known.")
    style_nonce = secrets.token_urlsafe(16)
    page = render_page(issuer.directory.people, asked.model_dump(), style_nonce)
    policy = content_security_policy(style_nonce, asked.redirect_uri)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


@router.post("/authorize")
async def choose_person(chosen: Annotated[PersonChosen, Form()], issuer: Issuer) -> Response:
    """Send the browser back to the console with a code for the person who was picked."""
    if not _is_known_address(issuer, chosen) or issuer.directory.person(chosen.person) is None:
        return _fault(400, "invalid_request", "The program or the person is not known.")
    code = issuer.authorize(chosen, chosen.person)
    query = urlencode({"code": code, "state": chosen.state, "iss": issuer.issuer_url})
    return RedirectResponse(f"{chosen.redirect_uri}?{query}", status_code=303)


@router.post("/token")
async def give_token(
    asked: Annotated[TokenRequest, Form()], issuer: Issuer, authorization: Annotated[str, Header()] = ""
) -> Response:
    """Turn a code, a refresh token or a carrier's secret into tokens."""
    if asked.grant_type == "authorization_code":
        answer = issuer.redeem(asked)
        return _fault(400, "invalid_grant", "The code is not valid.") if answer is None else _no_store(answer)
    if asked.grant_type == "refresh_token":
        answer = issuer.renew(asked)
        return _fault(400, "invalid_grant", "Sign in again.") if answer is None else _no_store(answer)
    if asked.grant_type == "client_credentials":
        carrier = _carrier(issuer.directory, asked, authorization)
        if carrier is None:
            return _fault(401, "invalid_client", "The carrier or its secret is not known.")
        return _no_store(_token_answer(issuer.access_token(carrier.claims())))
    return _fault(
        400, "unsupported_grant_type", "Only authorization_code, refresh_token and client_credentials."
    )


def _is_known_address(issuer: LocalIssuer, asked: AuthorizationRequest) -> bool:
    console = issuer.directory.console(asked.client_id)
    return console is not None and asked.redirect_uri in console.redirect_uris


def _carrier(directory: LocalDirectory, asked: TokenRequest, authorization: str) -> LocalCarrier | None:
    client_id, secret = asked.client_id, asked.client_secret
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            return None
    carrier = directory.carrier_account(client_id)
    return carrier if carrier is not None and carrier.knows(secret) else None


def _token_answer(token: str) -> dict[str, Any]:
    return {"access_token": token, "token_type": "Bearer", "expires_in": ACCESS_TOKEN_SECONDS}


def _no_store(answer: dict[str, Any]) -> Response:
    return JSONResponse(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _fault(status: int, error: str, description: str) -> Response:
    """An error in the form of RFC 6749 §5.2."""
    return JSONResponse({"error": error, "error_description": description}, status_code=status)


def main() -> None:
    """Serve until told to end."""
    settings = LocalIssuerSettings()
    configure_logging("issuer")
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
