"""One record for a refused request, the same in every service."""

import json

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.audit.log import AuditLog
from shared.audit.reads import AuditFilter, search
from shared.audit.refused_requests import REFUSED_REQUEST, record_refused_requests
from shared.oversight.figures import LEAST_SHOWN, Month
from shared.oversight.log_figures import log_figures
from shared.security.roles import Permission, Role
from shared.security.tokens import Principal, PrincipalKind
from tests.fakes import FixedClock

AUDITOR = Principal("auditor", PrincipalKind.USER, frozenset({Role.AUDITOR}))


@pytest.mark.parametrize(
    ("template", "route"), [("/v1/hits/{hit_id}/decision", "v1/hits/:hit_id/decision"), ("/", None)]
)
async def test_refused_request_names_permission_and_route(
    engine: AsyncEngine, audit: AuditLog, template: str, route: str | None
) -> None:
    await record_refused_requests(engine, audit)(AUDITOR, Permission.REVIEW, template)
    async with engine.connect() as connection:
        (found,) = await search(connection, AuditFilter(action=REFUSED_REQUEST), limit=10)
    record = json.loads(found.content)
    assert (record["actor"], record["outcome"]) == ("auditor", "REFUSED")
    assert (record["object_kind"], record["object_id"]) == ("PERMISSION", "REVIEW")
    assert record["facts"] == {"route": route}


async def test_older_name_of_a_refused_request_still_counts(
    engine: AsyncEngine, audit: AuditLog, clock: FixedClock
) -> None:
    record = record_refused_requests(engine, audit)
    for _ in range(LEAST_SHOWN - 1):
        await record(AUDITOR, Permission.REVIEW, "/v1/hits")
    async with engine.begin() as connection:
        await audit.append(
            connection,
            actor="auditor",
            action="access.refused",
            object_kind="PERMISSION",
            object_id="REVIEW",
            outcome="REFUSED",
        )
        figures = await log_figures(connection, Month.of(clock.now()))
    (counted,) = [each.value for each in figures if each.name == "requests_refused_for_the_role"]
    assert counted == LEAST_SHOWN
