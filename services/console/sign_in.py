"""Signing in through the OpenID Connect issuer: authorization code with PKCE, nothing else.

Source: OpenID Connect Core 1.0 §3.1; RFC 7636; RFC 9207 (`iss` in the answer); RFC 9700 (security practice).
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx

from services.console.errors import SignInFailed
from services.console.sessions import Tokens
from shared.security.tokens import IssuerUnavailable, TokenRefused, TokenVerifier

MAX_ANSWER_BYTES: Final = 65_536
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in under way: what is sent to the issuer, and what must come back with its answer."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    return_to: str = "/"

    @classmethod
    def new(cls, return_to: str) -> "Attempt":
        """A fresh attempt; afterwards the person lands at `return_to`, a path of ours."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, own_path(return_to))

    def as_dict(self) -> dict[str, str]:
        """For sealing in a cookie."""
        return {
            "state": self.state,
            "nonce": self.nonce,
            "verifier": self.verifier,
            "return_to": self.return_to,
        }


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who came back from the issuer."""

    subject: str
    display_name: str
    tokens: Tokens


class SignIn:
    """The console as a client of the issuer."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        redirect_uri: str,
        client: httpx.AsyncClient,
        identity_verifier: TokenVerifier,
    ) -> None:
        """Prepare the client.

        Args:
            issuer: The issuer's address; discovery must repeat it character by character.
            client_id: What the issuer knows us as.
            redirect_uri: Our `/callback`, as registered with the issuer.
            client: For talking to the issuer.
            identity_verifier: Checks identity tokens, whose audience is `client_id`.
        """
        self._issuer = issuer
        self._client_id = client_id
        self._redirect_uri = redirect_uri
        self._client = client
        self._verifier = identity_verifier
        self._endpoints: dict[str, str] | None = None

    async def address(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in.

        Raises:
            IssuerUnavailable: The issuer cannot be asked.
        """
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        endpoints = await self._discovered()
        return f"{endpoints['authorization_endpoint']}?{urlencode(query)}"

    async def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> SignedIn:
        """Take the issuer's answer at `/callback`.

        Raises:
            SignInFailed: The answer is not the one to this attempt, or its tokens do not hold.
            IssuerUnavailable: The issuer cannot be asked.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise SignInFailed(reason="the answer belongs to another attempt")
        if answer.get("iss", self._issuer) != self._issuer:
            raise SignInFailed(reason="the answer comes from another issuer")
        if "code" not in answer:
            raise SignInFailed(reason="the issuer gave no code")
        body = await self._token(
            {
                "grant_type": "authorization_code",
                "code": answer["code"],
                "redirect_uri": self._redirect_uri,
                "client_id": self._client_id,
                "code_verifier": attempt.verifier,
            }
        )
        return await self._identified(body, attempt.nonce)

    async def refresh(self, tokens: Tokens) -> Tokens | None:
        """Newer tokens for the same person, or `None` when the issuer gives none."""
        if tokens.refresh is None:
            return None
        form = {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh,
            "client_id": self._client_id,
        }
        try:
            body = await self._token(form)
        except (SignInFailed, IssuerUnavailable):
            return None
        return Tokens(str(body["access_token"]), body.get("refresh_token") or tokens.refresh)

    async def _identified(self, body: dict[str, Any], nonce: str) -> SignedIn:
        try:
            claims = await self._verifier.claims(str(body.get("id_token", "")))
        except TokenRefused:
            raise SignInFailed(reason="the identity token does not hold") from None
        if claims.get("nonce") != nonce:
            raise SignInFailed(reason="the identity token belongs to another attempt")
        name = claims.get("name")
        subject = str(claims["sub"])
        display_name = name if isinstance(name, str) and name else subject
        return SignedIn(subject, display_name, Tokens(body["access_token"], body.get("refresh_token")))

    async def _discovered(self) -> dict[str, str]:
        if self._endpoints is None:
            body = await self._ask("GET", f"{self._issuer}/.well-known/openid-configuration")
            if body.get("issuer") != self._issuer:
                raise SignInFailed(reason="the issuer calls itself differently")
            self._endpoints = {name: _endpoint(body, name) for name in _ENDPOINTS}
        return self._endpoints

    async def _token(self, form: dict[str, str]) -> dict[str, Any]:
        endpoints = await self._discovered()
        body = await self._ask("POST", endpoints["token_endpoint"], form)
        if not isinstance(body.get("access_token"), str):
            raise SignInFailed(reason="the issuer gave no access token")
        return body

    async def _ask(self, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            response = await self._client.request(method, url, data=form)
        except httpx.HTTPError:
            raise IssuerUnavailable(retry_after_seconds=10) from None
        if response.is_server_error:
            raise IssuerUnavailable(retry_after_seconds=10)
        if not response.is_success or len(response.content) > MAX_ANSWER_BYTES:
            raise SignInFailed(reason="the issuer refused")
        try:
            body = json.loads(response.content)
        except ValueError:
            raise SignInFailed(reason="the issuer's answer cannot be read") from None
        if not isinstance(body, dict):
            raise SignInFailed(reason="the issuer's answer cannot be read")
        return body


def own_path(address: str) -> str:
    """The address if it is a path of ours, else the first page: nobody is sent elsewhere after signing in."""
    parts = urlsplit(address)
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/") and address[1:2] not in "/\\"
    return address if is_ours or address == "/" else "/"


def _endpoint(body: dict[str, Any], name: str) -> str:
    address = body.get(name)
    if not isinstance(address, str) or urlsplit(address).scheme not in {"https", "http"}:
        raise SignInFailed(reason="the issuer does not say where to go")
    return address
