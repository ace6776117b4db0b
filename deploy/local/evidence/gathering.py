"""Asks a running system for what the pack rests on; each answer is kept as a data set with date and query."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from shared.errors import DomainError
from shared.web.purpose import OVERSIGHT

TIMEOUT_SECONDS: Final = 60.0


class EvidenceNotGiven(DomainError):
    """A service did not answer what the pack needs."""

    code = "EVIDENCE_NOT_GIVEN"
    sentence = "{service} did not give {path} ({reason}), so the pack was not made."


@dataclass(frozen=True, slots=True)
class Query:
    """One question: the data set's name, the service, the path."""

    name: str
    service: str
    path: str
    of_month: bool = False


QUERIES: Final = (
    Query("figures-ingest", "ingest", "/v1/oversight/figures", of_month=True),
    Query("figures-screening", "screening", "/v1/oversight/figures", of_month=True),
    Query("figures-sharing", "sharing", "/v1/oversight/figures", of_month=True),
    Query("transfers", "sharing", "/v1/oversight/transfers"),
    Query("retention", "ingest", "/v1/retention"),
    Query("data-quality", "ingest", "/v1/data-quality"),
    Query("laws-ingest", "ingest", "/v1/registers"),
    Query("laws-screening", "screening", "/v1/registers"),
    Query("laws-sharing", "sharing", "/v1/registers/legal-rows"),
    Query("authorities", "sharing", "/v1/registers/authorities"),
    Query("agreements", "sharing", "/v1/registers/agreements"),
    Query("country-risk", "sharing", "/v1/registers/country-risk"),
    Query("matcher", "screening", "/v1/matcher-approvals"),
    Query("standing-orders", "screening", "/v1/standing-orders"),
    Query("fairness", "screening", "/v1/fairness"),
    Query("watchlist", "screening", "/v1/watchlist"),
    Query("watchlist-statistics", "screening", "/v1/watchlist/statistics"),
)
LOGGED: Final = ("ingest", "screening", "sharing", "console")


@dataclass(frozen=True, slots=True)
class DataSet:
    """What one query gave, and when."""

    query: Query
    asked_at: datetime
    content: Any

    def as_json(self) -> dict[str, Any]:
        """As its file holds it."""
        return {
            "name": self.query.name,
            "service": self.query.service,
            "query": f"GET {self.query.path}",
            "asked_at": self.asked_at.isoformat(),
            "content": self.content,
        }


@dataclass(frozen=True)
class Gathering:
    """Asks as one person with an oversight role.

    Args:
        addresses: Each service's address.
        client: How they are reached.
        token: The person's access token, made anew for each question.
        now: The present instant.
        month: `2026-11`, for what is told by month.
    """

    addresses: Mapping[str, str]
    client: httpx.Client
    token: Callable[[], str]
    now: Callable[[], datetime]
    month: str

    def data_sets(self) -> Iterator[DataSet]:
        """Each answer in turn.

        Raises:
            EvidenceNotGiven: A service refused or did not answer: a pack with holes is none.
        """
        for query in QUERIES:
            params = {"month": self.month} if query.of_month else {}
            answer = self._ask(query.service, query.path, params)
            yield DataSet(query, self.now(), json.loads(answer))

    def logs(self) -> Iterator[tuple[str, bytes]]:
        """Each service's whole signed log."""
        for service in LOGGED:
            yield service, self._ask(service, "/v1/audit/export", {})

    def _ask(self, service: str, path: str, params: Mapping[str, str]) -> bytes:
        headers = {
            "Authorization": f"Bearer {self.token()}",
            **OVERSIGHT.as_headers(),
        }
        try:
            answer = self.client.get(f"{self.addresses[service]}{path}", headers=headers, params=params)
        except httpx.HTTPError as fault:
            raise EvidenceNotGiven(service=service, path=path, reason=type(fault).__name__) from None
        if not answer.is_success:
            raise EvidenceNotGiven(service=service, path=path, reason=f"HTTP {answer.status_code}")
        return answer.content
