"""Who acts, why, and how a hit was verified: the parts of every question to the safeguards. Values."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.screening.registers.rows import StandingOrder
from shared.security.tokens import Principal


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the claims of the token, or this service itself."""

    subject: str
    authority: str | None
    roles: tuple[str, ...] = ()
    training_valid_to: date | None = None
    clearance: str | None = None

    @classmethod
    def of(cls, principal: Principal) -> "Actor":
        """The actor behind a request."""
        return cls(
            principal.subject,
            principal.authority,
            tuple(sorted(role.value for role in principal.roles)),
            principal.training_valid_to,
            principal.clearance,
        )

    def as_facts(self) -> dict[str, Any]:
        """`actor` of a request."""
        return {
            "id": self.subject,
            "roles": list(self.roles),
            "authority": self.authority,
            "training_valid_to": None if self.training_valid_to is None else str(self.training_valid_to),
            "clearance": self.clearance,
        }


@dataclass(frozen=True, slots=True)
class Stated:
    """The purpose of an act, with the words that a person or the standing order gave for it."""

    code: str
    case_id: str | None
    statement: str | None = field(default=None, repr=False)
    alternatives_considered: str | None = field(default=None, repr=False)

    @classmethod
    def under(cls, order: StandingOrder, case_id: str | None) -> "Stated":
        """The standing order's purpose, for the work on one hit or one batch."""
        return cls(order.purpose_code, case_id, order.statement, order.alternatives_considered)

    def as_facts(self) -> dict[str, Any]:
        """`purpose` of a request."""
        return {
            "code": self.code,
            "case_id": self.case_id,
            "statement": self.statement,
            "alternatives_considered": self.alternatives_considered,
        }


@dataclass(frozen=True, slots=True)
class Verification:
    """The two reviews of a hit as SG-08 and SG-09 read them: the smaller time, the worse freshness."""

    first: str | None
    second: str | None
    second_blind: bool
    same_outcome: bool
    reports_to_first: bool
    reviewer: str
    role: str
    seconds_open: int
    compared_fields: tuple[str, ...]
    reasons: str = field(repr=False)
    after_last_change: bool = True

    def as_context(self) -> dict[str, Any]:
        """The facts of SG-08 and SG-09 in `context`."""
        return {
            "first": self.first,
            "second": self.second,
            "second_blind": self.second_blind,
            "same_outcome": self.same_outcome,
            "reports_to_first": self.reports_to_first,
            "human_verification": {
                "reviewer": self.reviewer,
                "role": self.role,
                "seconds_open": self.seconds_open,
                "compared_fields": list(self.compared_fields),
                "reasons": self.reasons,
                "after_last_change": self.after_last_change,
            },
        }
