"""A State's ingest endpoint as a carrier's program sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

SECONDS: Final = 30.0
EDIFACT: Final = "application/edifact"
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where messages go, with whose token."""

    url: str
    http: httpx.Client
    token: str = field(repr=False)

    def post(
        self,
        path: str,
        body: bytes,
        *,
        content_type: str = EDIFACT,
        accept: str = JSON,
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a body.

        Raises:
            httpx.HTTPError: It does not answer.
        """
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": content_type,
            "Accept": accept,
        }
        return self.http.post(self.url + path, content=body, headers=headers, params=query, timeout=SECONDS)

    def get(self, path: str, *, with_token: bool = True) -> httpx.Response:
        """Read something.

        Raises:
            httpx.HTTPError: It does not answer.
        """
        headers = {"Authorization": f"Bearer {self.token}"} if with_token else {}
        return self.http.get(self.url + path, headers=headers, timeout=SECONDS)


def receipts_of(answer: httpx.Response) -> list[dict[str, Any]]:
    """The receipts of an answer, those of a refusal too; none where it is no receipt at all."""
    try:
        body = answer.json()
    except ValueError:
        return []
    if isinstance(body, list):
        return [each for each in body if isinstance(each, dict)]
    if not isinstance(body, dict):
        return []
    if "receipts" in body:
        return [each for each in body["receipts"] if isinstance(each, dict)]
    shown = body.get("receipt", body)
    return [shown] if isinstance(shown, dict) and "status" in shown and "digest" in shown else []
