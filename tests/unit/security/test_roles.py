"""The table of roles and permissions."""

import pytest

from shared.security.roles import OVERSIGHT, ROLES_OF, STAFF, Permission, Role, is_forbidden_combination
from shared.security.tokens import Principal, PrincipalKind


def test_every_permission_has_a_row() -> None:
    assert set(ROLES_OF) == set(Permission)


def test_roles_are_those_of_the_catalogue() -> None:
    assert len(Role) == 21


def test_no_persons_role_opens_what_is_for_services() -> None:
    everyone = Principal("p", PrincipalKind.USER, frozenset(Role))
    assert not everyone.may(Permission.SERVICE)


def test_a_service_opens_nothing_but_internal_routes() -> None:
    service = Principal("ingest", PrincipalKind.SERVICE)
    assert [permission for permission in Permission if service.may(permission)] == [Permission.SERVICE]


def test_oversight_takes_no_operational_decision() -> None:
    """Source: safeguards.md SG-42."""
    decisions = {
        Permission.REVIEW,
        Permission.DRAFT_ORDER,
        Permission.APPROVE_ORDER,
        Permission.PROPOSE_SHARE,
        Permission.APPROVE_SHARE,
        Permission.APPROVE_LIST,
    }
    assert not any(ROLES_OF[permission] & OVERSIGHT for permission in decisions)


def test_a_carrier_sends_and_reads_its_receipts_only_here_and_in_the_console() -> None:
    carrier = Principal("xa", PrincipalKind.CARRIER, frozenset({Role.CARRIER}))
    opened = {permission for permission in Permission if carrier.may(permission)}
    assert opened == {
        Permission.SUBMIT_MESSAGE,
        Permission.READ_RECEIPT,
        Permission.LIST_RECEIPTS,
        Permission.READ_OWN_QUALITY,
        Permission.USE_CONSOLE,
    }
    assert Role.CARRIER not in STAFF


@pytest.mark.parametrize(
    "roles",
    [
        {Role.NOMINATOR, Role.APPROVER},
        {Role.ANALYST, Role.AUDITOR},
        {Role.ADMIN, Role.ANALYST},
        {Role.DPO, Role.VERIFIER},
        {Role.DPO, Role.ADMIN},
    ],
    ids=lambda roles: "+".join(sorted(roles)),
)
def test_combination_is_forbidden_on_one_account(roles: set[Role]) -> None:
    """Source: safeguards.md SG-27."""
    assert is_forbidden_combination(frozenset(roles))


@pytest.mark.parametrize(
    "roles",
    [
        {Role.VERIFIER, Role.ANALYST},
        {Role.SUPERVISOR, Role.APPROVER},
        {Role.LIST_STEWARD, Role.NOMINATOR},
        {Role.LEGAL, Role.HUMAN_RIGHTS},
        {Role.DPO},
    ],
    ids=lambda roles: "+".join(sorted(roles)),
)
def test_smallest_lawful_staffing_is_allowed(roles: set[Role]) -> None:
    """Source: workflow.md §7."""
    assert not is_forbidden_combination(frozenset(roles))
