"""What the legal and the human-rights officer find about an order, each for their own office (SG-34)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from services.screening.errors import AlreadyDecided, NotFound
from services.screening.ports import Ports
from shared.approval.errors import ApprovalRoleRefused
from shared.security.tokens import Principal

LEGAL, HUMAN_RIGHTS = "LEGAL", "HUMAN_RIGHTS"


@dataclass(frozen=True, slots=True)
class Finding:
    """CLEAR or RISK of either office, whether the person is at risk of their own, and why."""

    legal: str | None
    human_rights: str | None
    individual_risk: bool | None
    words: str = field(repr=False)

    def by_role(self) -> Iterator[tuple[str, str, bool | None]]:
        """Each office that found something, with what it found."""
        if self.legal is not None:
            yield LEGAL, self.legal, None
        if self.human_rights is not None:
            yield HUMAN_RIGHTS, self.human_rights, self.individual_risk


class Assessing:
    """Records findings while an order is a draft."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, order_id: UUID, finding: Finding, principal: Principal) -> None:
        """Record what an officer found; a later finding of the same office replaces it.

        Raises:
            NotFound: No such order.
            AlreadyDecided: It is no draft any more.
            ApprovalRoleRefused: The finding belongs to an office that this person does not hold.

        Source:
            SG-34: both officers record an individual assessment.
        """
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            order = await self._ports.stores.orders.lock(connection, order_id)
            if order is None:
                raise NotFound(kind="order")
            if order.state != "DRAFT":
                raise AlreadyDecided(kind="order")
            for role, found, individual_risk in finding.by_role():
                if role not in principal.roles:
                    raise ApprovalRoleRefused(role=role, kind=order.kind)
                await self._ports.stores.boarding.assess(
                    connection,
                    order_id,
                    role=role,
                    person=principal.subject,
                    finding=found,
                    individual_risk=individual_risk,
                    words=finding.words,
                    at=now,
                )
                await self._ports.audit.append(
                    connection,
                    actor=principal.subject,
                    action="order.assess",
                    object_kind="order",
                    object_id=str(order_id),
                    case_id=str(order.hit_id),
                    facts={"role": role, "finding": found},
                )
