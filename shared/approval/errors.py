"""The faults of approvals.

DomainError
├── ApprovalUnknown          there is no such proposal
├── ApprovalConflict         somebody decided first, or another version was seen
├── SamePerson               nobody approves their own proposal
├── SameRole                 the second person must act in another role
└── ApprovalRoleRefused      the role may not take this step
"""

from typing import Final

from shared.errors import DomainError


class ApprovalUnknown(DomainError):
    """There is no such proposal of this kind."""

    code = "APPROVAL_UNKNOWN"
    sentence = "There is no such proposal."


class ApprovalConflict(DomainError):
    """The proposal was decided meanwhile, or the approver saw another version of it."""

    code = "APPROVAL_CONFLICT"
    sentence = "The proposal was decided or changed meanwhile. Look at it again."


class SamePerson(DomainError):
    """The proposer tried to approve."""

    code = "SG-27.SAME_PERSON"
    sentence = "This change needs a second person with a different role. You cannot approve your own change."


class SameRole(DomainError):
    """The approver acts in the proposer's role."""

    code = "SG-27.SAME_ROLE"
    sentence = "This change needs a second person with a different role."


class ApprovalRoleRefused(DomainError):
    """The role may not propose, approve or reject this kind of change."""

    code = "APPROVAL_ROLE_REFUSED"
    sentence = "The role {role} may not take this step for {kind}."


DECISION_FAULTS: Final = (ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict)
"""Everything that the second person's decision may be refused for."""
