"""Fairness: the measured tables of false alerts by region of name origin, sex and age band (SG-43)."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from services.screening.errors import RowRefused
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.store.fairness import LEAST_CELL, FairnessResult, FairnessStore
from services.screening.views import Out
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.limits import limited_body

router = APIRouter(tags=["fairness"])
MAX_TABLES = 10
MAX_GROUPS = 60


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GroupIn(_In):
    """A group's false alerts, with the 95 % interval of the rate per 10,000 travellers."""

    group: Annotated[str, Field(pattern="^[A-Z0-9_-]{1,60}$")]
    travellers: Annotated[int, Field(ge=LEAST_CELL)]
    alerts: Annotated[int, Field(ge=0)]
    per_10000: Annotated[float, Field(ge=0)]
    low_95: Annotated[float, Field(ge=0)]
    high_95: Annotated[float, Field(ge=0)]


Groups = Annotated[list[GroupIn], Field(max_length=MAX_GROUPS)]


class TableIn(_In):
    """False alerts against one list."""

    list: Annotated[str, Field(pattern="^[A-Z0-9_]{1,40}$")]
    entries: Annotated[int, Field(ge=1)]
    threshold: Annotated[float, Field(ge=0, le=1)]
    seed: int
    worst_over_best: float | None
    worst_over_best_low_95: float | None
    fp_ratio_max: float | None
    region: Groups
    sex: Groups
    age: Groups


class MeasurementIn(_In):
    """The file that `./run bench fairness` writes."""

    measured_at: AwareDatetime
    algorithm: Annotated[str, Field(min_length=1, max_length=100)]
    tables: Annotated[list[TableIn], Field(min_length=1, max_length=MAX_TABLES)]


class FairnessOut(Out):
    """The newest measurement, and what became of real hits in counts; a region is on no person's record."""

    measured_at: datetime | None
    algorithm: str | None
    sha256: str | None
    is_of_algorithm_in_use: bool
    tables: list[dict[str, Any]]
    imported_by: str | None
    live: list[dict[str, Any]]
    least_cell: int


@router.get("/v1/fairness", dependencies=[Depends(require(Permission.READ_FAIRNESS))])
async def read_fairness(ports: RequestPorts) -> FairnessOut:
    """The tables as last measured, and live counts."""
    store = FairnessStore()
    async with ports.database.connect() as connection:
        latest = await store.latest(connection)
        live = await store.live(connection, ports.clock.now())
        approvals = await ports.stores.registers.matcher_approvals(connection)
    return FairnessOut(
        measured_at=None if latest is None else latest.measured_at,
        algorithm=None if latest is None else latest.algorithm,
        sha256=None if latest is None else latest.sha256,
        is_of_algorithm_in_use=latest is not None
        and bool(approvals)
        and latest.algorithm == approvals[0].algorithm,
        tables=[] if latest is None else list(latest.body["tables"]),
        imported_by=None if latest is None else latest.imported_by,
        live=live,
        least_cell=LEAST_CELL,
    )


@router.post("/v1/fairness", status_code=204, responses=problems(RowRefused))
async def import_fairness(
    body: Annotated[bytes, Depends(limited_body)],
    principal: Annotated[Principal, Depends(require(Permission.IMPORT_FAIRNESS))],
    ports: RequestPorts,
) -> None:
    """Store the file of a measurement; its SHA-256 stands in the audit log."""
    try:
        measured = MeasurementIn.model_validate_json(body)
    except ValidationError as fault:
        field = ".".join(str(step) for step in fault.errors(include_input=False)[0]["loc"])
        raise RowRefused(field=field or "file") from None
    if measured.measured_at > ports.clock.now():
        # The newest measurement counts, and one from the future would be the newest for good.
        raise RowRefused(field="measured_at")
    sha256 = hashlib.sha256(body).hexdigest()
    result = FairnessResult(
        sha256,
        measured.measured_at,
        measured.algorithm,
        json.loads(body),
        principal.subject,
        ports.clock.now(),
    )
    async with ports.transaction() as connection:
        await FairnessStore().add(connection, result)
        await ports.audit.append(
            connection,
            actor=principal.subject,
            action="fairness.import",
            object_kind="fairness_result",
            object_id=sha256,
            facts={"algorithm": measured.algorithm, "tables": len(measured.tables)},
        )
