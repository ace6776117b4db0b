import pytest

from shared.approval.errors import ApprovalRoleRefused
from shared.approval.rules import ApprovalRule

RULE = ApprovalRule("ROUTE", frozenset({"SUPERVISOR", "LEGAL"}), frozenset({"SUPERVISOR", "LEGAL", "DPO"}))


def test_proposing_role_is_one_that_the_person_has_and_the_rule_knows() -> None:
    assert RULE.proposing_role({"ANALYST", "SUPERVISOR"}) == "SUPERVISOR"


def test_approving_role_differs_from_the_proposers_where_it_can() -> None:
    assert RULE.approving_role({"SUPERVISOR", "LEGAL"}, "LEGAL") == "SUPERVISOR"
    assert RULE.approving_role({"SUPERVISOR", "LEGAL"}, "SUPERVISOR") == "LEGAL"


def test_approving_role_may_be_the_same_when_there_is_no_other() -> None:
    assert RULE.approving_role({"LEGAL"}, "LEGAL") == "LEGAL"


def test_without_a_fitting_role_nothing_is_chosen() -> None:
    with pytest.raises(ApprovalRoleRefused):
        RULE.proposing_role({"DPO"})
    with pytest.raises(ApprovalRoleRefused):
        RULE.approving_role({"ANALYST"}, "LEGAL")


def test_a_kind_needs_proposers_and_approvers() -> None:
    with pytest.raises(AssertionError):
        ApprovalRule("ROUTE", frozenset(), frozenset({"DPO"}))
    with pytest.raises(AssertionError):
        ApprovalRule("ROUTE", frozenset({"LEGAL"}), frozenset())
