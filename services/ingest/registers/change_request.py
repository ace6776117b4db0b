"""The question that ingest asks the safeguards before two people change something: `config.change`.

Pure: every fact is gathered before.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from services.ingest.registers.rows import Register
from shared.approval.approvals import Approval

ACTION: Final = "config.change"
# A setting serves all operational purposes; it is no look at anybody.
PURPOSE: Final = "TERR_PREVENT"
KINDS: Final[Mapping[Register, str]] = MappingProxyType(
    {
        Register.CARRIERS: "CARRIER",
        Register.COLLECTION_PROFILES: "COLLECTION_PROFILE",
        Register.ROUTES: "ROUTE",
        Register.LEGAL_ROWS: "LEGAL_REGISTER",
        Register.SENDERS: "CARRIER",
    }
)


def change_request(
    kind: str, approved: Approval, roles: Collection[str], *, chain_ok: bool, now: datetime
) -> dict[str, Any]:
    """The request object of `config.change`, for a proposal that a second person approved.

    Args:
        kind: What changes, as SG-27 calls it.
        approved: The proposal with both persons, and the role in which each acts.
        roles: All roles of the second person, who makes the change take effect.
        chain_ok: Whether the log's chain holds.
        now: When, in UTC.

    Source:
        safeguards.md SG-01, 27, 41, 42, 45 (Facts). None of it touches what oversight sees.
    """
    return {
        "action": ACTION,
        "actor": {"id": approved.decided_by, "roles": sorted(roles)},
        "purpose": {"code": PURPOSE, "case_id": str(approved.approval_id)},
        "object": {"kind": kind, "oversight_effect": None},
        "context": {
            "author": approved.proposer,
            "author_role": approved.proposer_role,
            "approver": approved.decided_by,
            "approver_role": approved.decided_role,
            "log_store": "UP",
            "chain_ok": chain_ok,
        },
        "now": now.isoformat(),
    }
