"""The services' HTTP interfaces as the command line and the scripted people use them: everyone's doors."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import httpx

from deploy.local.faults import LocalFault
from shared.security.local_issuer import ACCESS_TOKEN_SECONDS, LocalIssuer
from shared.web.purpose import Purpose
from shared.web.scripted_clock import HEADER as SCRIPTED_CLOCK

TIMEOUT_SECONDS: Final = 60.0
TOKEN_REUSE_SECONDS: Final = ACCESS_TOKEN_SECONDS - 120


class Declined(LocalFault):
    """A service said no; the problem's own sentence is passed on."""

    code = "DECLINED"
    sentence = "{service} declined ({status} {problem}): {reason}"


@dataclass
class Api:
    """Calls services on behalf of demonstration people and carriers; closes its connections on the way out.

    Args:
        addresses: Each service's address by its name.
        issuer: Makes the tokens.
        client: Talks to this machine only.
    """

    addresses: Mapping[str, str]
    issuer: LocalIssuer
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
    )
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def another(self) -> "Api":
        """The same doors by connections of their own, for another thread."""
        return Api(self.addresses, self.issuer)

    def get(self, who: str, service: str, path: str, **options: Any) -> Any:
        """GET as somebody; the JSON of the answer."""
        return self.call(who, "GET", service, path, **options).json()

    def post(self, who: str, service: str, path: str, **options: Any) -> Any:
        """POST as somebody; the JSON of the answer, None when there is none."""
        answer = self.call(who, "POST", service, path, **options)
        return answer.json() if answer.content else None

    def call(
        self,
        who: str,
        method: str,
        service: str,
        path: str,
        *,
        purpose: Purpose | None = None,
        later_seconds: int = 0,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Send one request.

        Args:
            who: A demonstration person's name, or a carrier's account such as `carrier-XA`.
            method: The HTTP method.
            service: Which service is asked.
            path: Begins with `/`.
            purpose: Stated with every look at personal data.
            later_seconds: How much later than now the request happens, on the scripted clock.
            headers: Others.
            **options: As httpx takes them: `json`, `content`, `params`.

        Raises:
            Declined: The answer is 4xx or 5xx, or none came.
        """
        sent = {"Authorization": f"Bearer {self._token(who)}", **(headers or {})}
        if purpose is not None:
            sent |= purpose.as_headers()
        if later_seconds:
            sent[SCRIPTED_CLOCK] = str(later_seconds)
        try:
            answer = self.client.request(method, self.addresses[service] + path, headers=sent, **options)
        except httpx.HTTPError as fault:
            raise Declined(
                service=service, status=0, problem="no answer", reason=type(fault).__name__
            ) from None
        if answer.is_error:
            raise declined(service, answer)
        return answer

    def _token(self, who: str) -> str:
        token, made_at = self._tokens.get(who, ("", 0.0))
        if not token or time.monotonic() - made_at > TOKEN_REUSE_SECONDS:
            directory = self.issuer.directory
            account = directory.person(who) or directory.carrier_account(who)
            assert account is not None, "scripts name people of the directory"
            token = self.issuer.access_token(account.claims())
            self._tokens[who] = (token, time.monotonic())
        return token


def declined(service: str, answer: httpx.Response) -> Declined:
    """The fault that a problem document (RFC 9457) tells."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    return Declined(
        service=service,
        status=answer.status_code,
        problem=str(problem.get("type", "")).rpartition("/")[2] or str(problem.get("title", "")),
        reason=str(problem.get("detail") or problem.get("title") or "no reason given"),
    )
