"""Who may propose and who may approve each kind of change."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from shared.approval.errors import ApprovalRoleRefused


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """The roles of one kind of change.

    `different_roles` asks that the two also act in different roles; that they are different persons always
    holds.

    Source:
        safeguards.md SG-27 (dual control).
    """

    kind: str
    proposer_roles: frozenset[str]
    approver_roles: frozenset[str]
    different_roles: bool = True

    def __post_init__(self) -> None:
        assert self.proposer_roles, "a kind of change without proposers is never changed"
        assert self.approver_roles, "a kind of change without approvers is never changed"

    def proposing_role(self, roles: Iterable[str]) -> str:
        """The role in which a person with these roles proposes.

        Raises:
            ApprovalRoleRefused: None of them may.
        """
        return self._first(self.proposer_roles.intersection(roles))

    def approving_role(self, roles: Iterable[str], proposer_role: str) -> str:
        """The role in which a person with these roles approves; another one than the proposer's if they have
        it.

        Raises:
            ApprovalRoleRefused: None of them may.
        """
        allowed = self.approver_roles.intersection(roles)
        return self._first(allowed - {proposer_role} or allowed)

    def _first(self, roles: Set[str]) -> str:
        if not roles:
            raise ApprovalRoleRefused(role="NONE", kind=self.kind)
        return min(roles)
