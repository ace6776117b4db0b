"""A policy's outcome, as it is stored, shown and replayed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the safeguards say about one request.

    `reasons` holds every reason code, sorted, and is empty for a permit; `obligations` come with a permit.
    `pending` names the safeguards that judge this action but are not in force (`local` profile only).
    `inputs_hash` covers the request as judged, without the facts of the protection vault (SG-35).

    Source:
        Safeguards catalogue §1 (decision object) and SG-45.
    """

    decision: str
    reasons: tuple[str, ...]
    obligations: tuple[str, ...]
    pending: tuple[str, ...]
    policy_version: str
    catalogue_digest: str
    inputs_hash: str
    decided_at: datetime
    decision_id: UUID

    @property
    def permits(self) -> bool:
        """Whether the effect may happen. Nothing upgrades a refusal."""
        return self.decision == "permit"

    @property
    def is_hold(self) -> bool:
        """Whether only named reviews are outstanding: refused now, asked again once they are recorded."""
        return bool(self.reasons) and all(reason.endswith(".HOLD_REVIEW") for reason in self.reasons)

    def as_json(self) -> dict[str, object]:
        """The decision object of the catalogue, with the instant in UTC and the identifier as text."""
        return {
            "decision": self.decision,
            "reasons": list(self.reasons),
            "obligations": list(self.obligations),
            "pending": list(self.pending),
            "policy_version": self.policy_version,
            "catalogue_digest": self.catalogue_digest,
            "inputs_hash": self.inputs_hash,
            "decided_at": self.decided_at.isoformat(),
            "decision_id": str(self.decision_id),
        }


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict on an act that takes several questions: each has to permit, every reason counts.

    Reasons and obligations are named once, sorted; only a permit obliges. Of one question it is that one's
    own verdict. Of several, `inputs_hash` covers their hashes in their order, and the first one numbers it.

    Args:
        verdicts: At least one, all by the same catalogue.
    """
    first, *others = verdicts
    if not others:
        return first
    reasons = {reason for each in verdicts for reason in each.reasons}
    obligations = {code for each in verdicts for code in each.obligations}
    hashes = " ".join(each.inputs_hash for each in verdicts)
    return replace(
        first,
        decision="forbid" if reasons else "permit",
        reasons=tuple(sorted(reasons)),
        obligations=() if reasons else tuple(sorted(obligations)),
        inputs_hash=f"sha256:{hashlib.sha256(hashes.encode()).hexdigest()}",
    )
