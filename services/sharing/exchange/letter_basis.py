"""What a message rests on that is no notice of a share: who wants it, why, and what leaves. Values only.

Kept with the message, and asked again at each try; nothing of a person is here but codes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self, cast

from services.sharing.protocol.compose import DEFAULT_CONDITIONS, DEFAULT_HANDLING
from services.sharing.shares.court_order import CourtOrder


@dataclass(frozen=True, slots=True)
class Grant:
    """What a court or the independent authority granted for one answer (SG-24). Instants as ISO 8601 text.

    It is bound to its message and used by it alone.
    """

    authority_type: str
    signed_by: str
    record_ids: tuple[str, ...]
    fields: tuple[str, ...]
    issued_at: str
    expires: str

    def as_facts(self) -> dict[str, Any]:
        """`context.grant` of SG-24."""
        return {
            **asdict(self),
            "record_ids": list(self.record_ids),
            "fields": list(self.fields),
            "used": False,
        }


@dataclass(frozen=True, slots=True)
class LetterBasis:
    """Who wants a message, why, what leaves in it; kept with it and asked again at each try.

    `fields` and `requested_fields` by their names in SG-31; `is_adult` is `None` where no birth is known;
    `claim_sign` is whether anything points to a claim of protection, asked where no hit of ours is concerned.
    `derived_from` is the received message that is passed on, `concerns` the one that is answered or of which
    a consent speaks; `finding` is what is said of identity, `consents_to` the State that may have it then;
    `emergency_relaxes` holds until `emergency_until`; `justified` is what a review found of an emergency.
    """

    purpose_code: str
    statement: str
    alternatives_considered: str
    case_id: str
    author: str
    period_days: int
    expires: str
    fields: tuple[str, ...] = ()
    requested_fields: tuple[str, ...] = ()
    extra_fields: tuple[tuple[str, str], ...] = ()
    data_class: str = "HIT"
    handling_code: str = DEFAULT_HANDLING
    conditions: tuple[str, ...] = DEFAULT_CONDITIONS
    hit_id: str | None = None
    is_adult: bool | None = None
    category: str | None = None
    claim_sign: bool | None = None
    individual_risk: bool | None = None
    court_order: CourtOrder | None = None
    items: tuple[tuple[int | None, str | None, str], ...] = ((1, "A", "FACT"),)
    approver: str | None = None
    approver_roles: tuple[str, ...] = ()
    same_finding: bool = False
    record_ids: tuple[str, ...] = ()
    grant: Grant | None = None
    derived_from: str | None = None
    concerns: str | None = None
    finding: str | None = None
    consents_to: str | None = None
    emergency_relaxes: tuple[str, ...] = ()
    emergency_until: str | None = None
    justified: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """The basis as JSON values."""
        return asdict(self) | {"court_order": self.court_order and self.court_order.as_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The basis that was kept."""
        read = {name: _with_tuples(each) for name, each in value.items() if name != "court_order_ref"}
        read["court_order"] = CourtOrder.kept_in(value)
        grant = value.get("grant")
        if grant is not None:
            granted = {name: _with_tuples(each) for name, each in grant.items()}
            read["grant"] = Grant(**cast("dict[str, Any]", granted))
        return cls(**cast("dict[str, Any]", read))

    def approved(self, approver: str, roles: tuple[str, ...], *, same_finding: bool) -> "LetterBasis":
        """The same with the second person."""
        return replace(self, approver=approver, approver_roles=roles, same_finding=same_finding)


def _with_tuples(value: object) -> object:
    if not isinstance(value, list):
        return value
    return tuple(tuple(part) if isinstance(part, list) else part for part in value)
