"""Talking to the other services with the token of the person at the screen, never in our own name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from services.console.errors import ServiceFault
from services.console.shape_words import shape_in_words
from shared.accounts.errors import AccountFrozen
from shared.web.purpose import Purpose
from shared.web.request_id import outgoing_traceparent

MAX_ROWS: Final = 200
#: Rows of a line each, whose number is what the page is about.
MAX_SHORT_ROWS: Final = 1000
MAX_REASONS_CHARACTERS: Final = 1000
SERVICE_SECONDS: Final = 10.0
UPLOAD_SECONDS: Final = 120.0
BYTES: Final = "application/octet-stream"
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ServiceClient:
    """One service, asked as one person."""

    service: str
    address: str
    http: httpx.AsyncClient
    token: str = field(repr=False)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        purpose: Purpose | None = None,
        seconds: float = SERVICE_SECONDS,
    ) -> Any:
        """One request; the answer's JSON, or `None` when it has no body.

        Raises:
            ServiceFault: The service refused, does not answer, or answers something that is not JSON.
        """
        response = await self.fetch(
            method, path, body=body, content=content, query=query, purpose=purpose, seconds=seconds
        )
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise self._unreadable() from None

    async def fetch(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        purpose: Purpose | None = None,
        seconds: float = SERVICE_SECONDS,
        content_type: str = BYTES,
        accept: str = "application/json",
        also: Collection[int] = (),
    ) -> httpx.Response:
        """One request whose answer is handed on as it is; that of the statuses in `also` too.

        Raises:
            ServiceFault: The service refused or does not answer.
            AccountFrozen: An incident names the person's account.
        """
        headers = {
            "Authorization": f"Bearer {self.token}",
            "traceparent": outgoing_traceparent(),
            "Accept": accept,
        }
        headers |= {} if purpose is None else purpose.as_headers()
        if content is not None:
            headers["Content-Type"] = content_type
        try:
            response = await self.http.request(
                method,
                f"{self.address.rstrip('/')}{path}",
                headers=headers,
                json=body,
                content=content,
                params=given(query),
                timeout=seconds,
            )
        except httpx.HTTPError:
            raise ServiceFault(
                service=self.service,
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                refusal="NO_ANSWER",
                words=f"The {self.service} service does not answer at the moment.",
            ) from None
        if not response.is_success and response.status_code not in also:
            refused = self._refused(response)
            if refused.refusal == AccountFrozen.code:
                raise AccountFrozen
            raise refused
        return response

    def receipts_in(self, response: httpx.Response) -> list[str]:
        """The identifiers of the receipts of an answer: one, a list, or a refusal's.

        Raises:
            ServiceFault: There is none.
        """
        try:
            body = response.json()
        except ValueError:
            raise self._unreadable() from None
        rows = body if isinstance(body, list) else [body]
        if not response.is_success and isinstance(body, dict):
            rows = body.get("receipts") or [body.get("receipt")]
        found = [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]
        if not found:
            raise self._refused(response)
        return found

    def read(self, model: type[_Model], value: Any) -> _Model:
        """An answer as a value.

        Raises:
            ServiceFault: It does not have the shape.
        """
        try:
            return model.model_validate(value)
        except ValidationError:
            raise self._unreadable() from None

    def read_all(self, model: type[_Model], answer: Any, name: str, limit: int = MAX_ROWS) -> list[_Model]:
        """The rows under `name`, at most `limit`."""
        rows = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise self._unreadable()
        return [self.read(model, row) for row in rows[:limit]]

    def _refused(self, response: httpx.Response) -> ServiceFault:
        try:
            problem = response.json()
        except ValueError:
            problem = {}
        if not isinstance(problem, dict):
            problem = {}
        return ServiceFault(
            service=self.service,
            status=response.status_code,
            refusal=str(problem.get("code", "REFUSED")),
            words=shape_in_words(problem)
            or str(problem.get("detail") or f"The {self.service} service refused this."),
            reasons=_joined(problem.get("reasons")),
        )

    def _unreadable(self) -> ServiceFault:
        return ServiceFault(
            service=self.service,
            status=HTTPStatus.BAD_GATEWAY,
            refusal="UNREADABLE",
            words=f"The answer of the {self.service} service could not be read.",
        )


def rows_of(answer: Any, name: str) -> list[dict[str, Any]]:
    """The rows under `name` as they came, at most `MAX_ROWS`."""
    rows = answer.get(name, []) if isinstance(answer, dict) else answer
    return [row for row in rows[:MAX_ROWS] if isinstance(row, dict)] if isinstance(rows, list) else []


def given(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values that were given: neither absent nor empty."""
    return {name: value for name, value in (values or {}).items() if value not in (None, "")}


def _joined(reasons: Any) -> str:
    """A refusal's codes as one text, in whichever of both forms a service gives them."""
    if isinstance(reasons, str):
        return reasons[:MAX_REASONS_CHARACTERS]
    if not isinstance(reasons, list):
        return ""
    codes = [reason.get("code", "") if isinstance(reason, dict) else reason for reason in reasons]
    return ", ".join(str(code) for code in codes[:20] if code)
