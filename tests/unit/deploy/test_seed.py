"""What a start puts in force, and what it leaves as it is."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

import pytest

from deploy.local.api import Api
from deploy.local.seed import country_risks, list_sources, screening_laws, seed_screening

TODAY = date(2026, 11, 22)
IN_USE = {"algorithm": "safeconduct-8-1233782b", "threshold": 0.04, "digest": None}


class FakeApi:
    """Screening with everything in force, and one approval of a matcher."""

    def __init__(self, approval: Mapping[str, Any]) -> None:
        self.posted: list[tuple[str, str]] = []
        self._answers: dict[str, Any] = {
            "/v1/registers": {
                "legal_rows": screening_laws(TODAY),
                "country_risk": country_risks(TODAY),
                "list_sources": list_sources(),
            },
            "/v1/standing-orders": {"standing_orders": [{"state": "IN_FORCE"}]},
            "/v1/matcher-approvals": {"matcher_approvals": [approval], "in_use": IN_USE},
        }

    def get(self, _who: str, _service: str, path: str) -> Any:
        """What is in force."""
        return self._answers[path]

    def post(self, who: str, _service: str, path: str, **_: object) -> Any:
        """A proposal, or its approval."""
        self.posted.append((who, path))
        return {"approval_id": "1"}

    def call(self, *_: str, **__: object) -> None:
        """The case that questions are asked for."""


@pytest.mark.parametrize(
    "changed", [{}, {"algorithm": "safeconduct-2"}, {"threshold": 0.1}, {"state": "EXPIRED"}], ids=str
)
def test_the_matcher_in_use_is_approved_whatever_an_earlier_checkout_approved(
    changed: dict[str, Any],
) -> None:
    api = FakeApi({"state": "IN_FORCE", "algorithm": IN_USE["algorithm"], "threshold": 0.04} | changed)
    seed_screening(cast(Api, api), TODAY)
    path = "/v1/matcher-approvals"
    assert api.posted == ([("supervisor", path), ("legal", f"{path}/1/approval")] if changed else [])
