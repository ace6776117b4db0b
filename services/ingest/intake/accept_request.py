"""The question that ingest asks the safeguards before it collects anything: `ingest.accept`.

Pure: every fact is gathered before. What is not known is `None`, which the safeguards evaluate.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.ingest.registers.rows import LegalRow

ACTION = "ingest.accept"
PURPOSE = "TERR_TRAVEL"
DATA_CLASS = "API"
PNR_DATA_CLASS = "PNR"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptFacts:
    """What is known when a message asks to be accepted."""

    sender: str
    authority: str
    elements: Collection[str]
    allowed_elements: Collection[str]
    legal_row: LegalRow | None
    route_in_force: bool
    push_count: int
    push_max: int | None
    notice_confirmed: bool | None
    chain_ok: bool
    now: datetime
    data_class: str = DATA_CLASS


def accept_request(facts: AcceptFacts) -> dict[str, Any]:
    """The request object of `ingest.accept`.

    Source:
        safeguards.md SG-01, 02, 04, 05, 21, 41, 45 (Facts); §5, stage ingest. SG-35 and SG-44 judge no action
        of ingest; the log's own transaction is the effect's, so that a log that is down takes it along.
    """
    return {
        "action": ACTION,
        "actor": {"id": facts.sender, "roles": ["CARRIER"], "authority": facts.authority},
        "purpose": {"code": PURPOSE, "case_id": None, "statement": None},
        "object": {
            "data_class": facts.data_class,
            "element_names": sorted(facts.elements),
            "fields": sorted(set(facts.elements) & set(facts.allowed_elements)),
            "tags": [],
        },
        "context": {
            "allowed_elements": sorted(facts.allowed_elements),
            "legal_row": None if facts.legal_row is None else facts.legal_row.as_facts(),
            "route_in_force": facts.route_in_force,
            "push_count": facts.push_count,
            "push_max": facts.push_max,
            "pull": False,
            "carrier_notice_confirmed": facts.notice_confirmed,
            "log_store": "UP",
            "chain_ok": facts.chain_ok,
        },
        "now": facts.now.isoformat(),
    }
