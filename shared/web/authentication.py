"""Who may open a route. Every route says it, with `require(Permission.X)` or `public()`.

```python
@router.get("/v1/flights")
async def list_flights(asking: Annotated[Principal, Depends(require(Permission.READ_FLIGHTS))]) -> ...:

@router.get("/health/live", dependencies=[Depends(public())])
```
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.accounts.errors import AccountFrozen
from shared.errors import DomainError
from shared.observability.logging import get_logger
from shared.security.roles import Permission
from shared.security.tokens import Principal, PrincipalKind, TokenRefused, TokenVerifier
from shared.web.limits import CARRIER_RATE, USER_RATE, RateLimiter

Authenticate = Callable[[Request], Awaitable[Principal]]
OnRefusal = Callable[[Principal, Permission, str], Awaitable[None]]

# Declares the scheme in OpenAPI; reading and checking the header is `bearer_principal`'s.
_BEARER: Final = HTTPBearer(auto_error=False, bearerFormat="JWT")


class FrozenAccounts(Protocol):
    """Which accounts an incident froze; `shared/accounts` knows them from a service's database."""

    def holds(self, principal: Principal) -> bool:
        """Whether this caller's account is frozen.

        Raises:
            FrozenAccountsUnknown: They cannot be told.
        """
        ...


class NotPermitted(DomainError):
    """The caller is known, and may not open this route."""

    code = "NOT_PERMITTED"
    sentence = "Your roles do not open this ({permission})."


async def bearer_principal(request: Request) -> Principal:
    """The principal of the `Authorization: Bearer` header; the default of `app.state.authenticate`.

    Raises:
        TokenRefused: No token, or one that does not hold.
    """
    verifier: TokenVerifier = request.app.state.token_verifier
    return await verifier.verify(bearer_token(request))


def bearer_token(request: Request) -> str:
    """The token of the `Authorization: Bearer` header.

    `ApiKey` in place of `Bearer` is how clients of the OpenSanctions match API send the same token.

    Raises:
        TokenRefused: There is none.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in {"bearer", "apikey"} or not token.strip():
        raise TokenRefused(reason="no bearer token")
    return token.strip()


@dataclass(frozen=True)
class Requirement:
    """The dependency that `require` returns; the route table finds it by its type."""

    permission: Permission

    async def __call__(
        self, request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Principal:
        """The caller, if allowed.

        Raises:
            TokenRefused: Nobody known asks (401).
            AccountFrozen: An incident names the caller's account (403).
            FrozenAccountsUnknown: Which accounts are frozen cannot be told (503).
            NotPermitted: The caller's roles do not open this route (403).
            TooManyRequests: The caller asks too often (429).
        """
        return await self.admit(request)

    async def admit(self, request: Request) -> Principal:
        """The same; asked twice within one request, the second answer is the first one's."""
        admitted: Principal | None = getattr(request.state, "principal", None)
        if admitted is not None and admitted.may(self.permission):
            return admitted
        authenticate: Authenticate = request.app.state.authenticate
        principal = await authenticate(request)
        _count(request.app.state.rate_limiter, principal)
        frozen: FrozenAccounts | None = request.app.state.frozen_accounts
        if frozen is not None and frozen.holds(principal):
            await _note_refusal(request, principal, self.permission)
            raise AccountFrozen
        if not principal.may(self.permission):
            await _note_refusal(request, principal, self.permission)
            raise NotPermitted(permission=self.permission.value)
        request.state.principal = principal
        return principal


@dataclass(frozen=True)
class Public:
    """The dependency that `public` returns: this route is open to everyone, on purpose."""

    def __call__(self) -> None:
        """Nothing is asked."""


@cache
def require(permission: Permission) -> Requirement:
    """A dependency that lets only those in who hold `permission`, and gives the route its `Principal`."""
    return Requirement(permission)


@cache
def public() -> Public:
    """Marks one of the few routes that anyone may open."""
    return Public()


async def admit_first(request: Request) -> None:
    """Ask a route's permission before any other of its dependencies runs, in whatever order it names them.

    Without this a caller whom nobody knows could learn from a 422 or 503 what only others may ask.
    """
    guard: Requirement | Public = request.app.state.guards[id(request.scope["route"])]
    if isinstance(guard, Requirement):
        await guard.admit(request)


def _count(limiter: RateLimiter, principal: Principal) -> None:
    if principal.kind is PrincipalKind.CARRIER:
        limiter.take(f"carrier:{principal.subject}", CARRIER_RATE)
    elif principal.kind is PrincipalKind.USER:
        limiter.take(f"user:{principal.subject}", USER_RATE)


async def _note_refusal(request: Request, principal: Principal, permission: Permission) -> None:
    """Tell the service, which keeps refusals in its audit log."""
    template = getattr(request.scope.get("route"), "path", "")
    get_logger().warning("access_refused", subject=principal.subject, permission=permission, route=template)
    on_refusal: OnRefusal | None = request.app.state.on_refusal
    if on_refusal is not None:
        await on_refusal(principal, permission, template)
