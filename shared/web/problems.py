"""The one place where faults become HTTP: RFC 9457 problem details, without personal data.

A service registers its errors once, before its routes name them: `register_problems(409, HitLeased)`. Those
of `shared` that are answered alike everywhere stand here. An unregistered `DomainError` answers 500: a fault
that nobody gave a status is our own, and no route names one.

Source: RFC 9457; RFC 9110 §15 (status codes), §10.2.3 (Retry-After).
"""

import re
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from shared.approval.errors import (
    ApprovalConflict,
    ApprovalRoleRefused,
    ApprovalUnknown,
    SamePerson,
    SameRole,
)
from shared.errors import DomainError, Fact
from shared.security.tokens import IssuerUnavailable, TokenRefused
from shared.web.request_id import current_trace_id

MEDIA_TYPE: Final = "application/problem+json"
MAX_REPORTED_FAULTS: Final = 20
_STATUS_OF: Final[dict[type[DomainError], int]] = {
    TokenRefused: 401,
    IssuerUnavailable: 503,
    ApprovalRoleRefused: 403,
    SamePerson: 403,
    SameRole: 403,
    ApprovalUnknown: 404,
    ApprovalConflict: 409,
}
_FIELD_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")
_STANDARD_MEMBERS: Final = frozenset({"type", "title", "status", "detail", "instance", "code"})


class Problem(BaseModel):
    """What a problem looks like in OpenAPI; facts of the fault stand beside these members."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str


def register_problems(status: int, *errors: type[DomainError]) -> None:
    """Say which HTTP status these errors, and errors derived from them, are answered with."""
    assert HTTPStatus(status) >= HTTPStatus.BAD_REQUEST, "a fault is never a success"
    for error in errors:
        _STATUS_OF[error] = status


def status_of(error: type[DomainError]) -> int:
    """The registered status of an error or of its nearest base; 500 when there is none."""
    for base in error.__mro__:
        if base in _STATUS_OF:
            return _STATUS_OF[base]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problems(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: each status that these errors lead to, with their codes, for OpenAPI."""
    codes: dict[int, list[str]] = {}
    for error in errors:
        status = status_of(error)
        assert status != HTTPStatus.INTERNAL_SERVER_ERROR, f"{error.__name__} has no status yet"
        codes.setdefault(status, []).append(error.code)
    return {
        status: {
            "description": ", ".join(sorted(names)),
            "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
        }
        for status, names in codes.items()
    }


def problem_response(
    status: int, code: str, detail: str, facts: dict[str, Fact] | None = None, **more: Any
) -> JSONResponse:
    """One problem as a response.

    Args:
        status: HTTP status, 400 to 599.
        code: Stable code in capitals; `type` is `urn:safeconduct:problem:` with it in lower case.
        detail: One sentence without personal data.
        facts: Safe facts, each a member of its own; `retry_after_seconds` is also the header Retry-After.
        more: Further members whose values are JSON.
    """
    extra = {**(facts or {}), **more}
    body = {name: value for name, value in extra.items() if name not in _STANDARD_MEMBERS}
    body |= {
        "type": f"urn:safeconduct:problem:{code.lower().replace('_', '-')}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": current_trace_id(),
        "code": code,
    }
    response = JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)
    if "retry_after_seconds" in extra:
        response.headers["Retry-After"] = str(extra["retry_after_seconds"])
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every fault of this application with a problem."""
    app.add_exception_handler(DomainError, _domain_problem)
    app.add_exception_handler(RequestValidationError, _validation_problem)
    app.add_exception_handler(HTTPException, _http_problem)


def _domain_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)
    return problem_response(status_of(type(error)), error.code, error.detail, error.facts)


def _validation_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [
        {"location": _location(fault), "fault": str(fault.get("type"))}
        for fault in list(error.errors())[:MAX_REPORTED_FAULTS]
    ]
    return problem_response(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "INVALID_REQUEST",
        "The request does not have the shape that this route takes.",
        faults=faults,
    )


def _location(fault: dict[str, Any]) -> str:
    """Where a fault is. A field name that we do not know is not repeated: it may be anything."""
    steps = list(fault.get("loc", ()))
    if fault.get("type") == "extra_forbidden":
        steps[-1] = "<unknown field>"
    return ".".join(_step(step) for step in steps)


def _step(step: object) -> str:
    text = str(step)
    is_plain = isinstance(step, int) or text == "<unknown field>" or _FIELD_NAME.fullmatch(text)
    return text if is_plain else "<key>"


def _http_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    # The exception's own detail is not passed on: frameworks put parts of the request in it.
    response = problem_response(status, status.name, f"{status.phrase}.")
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response
