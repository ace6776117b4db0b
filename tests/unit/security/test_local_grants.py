"""Refresh tokens of the local issuer: once each, an hour at most, and a copied one ends the whole line."""

import pytest

from shared.security.local_grants import LINE_HOURS, MAX_REMEMBERED, REFRESH_MINUTES, RefreshGrants
from tests.fakes import FixedClock


@pytest.fixture
def grants(clock: FixedClock) -> RefreshGrants:
    return RefreshGrants(clock)


def test_token_gives_its_person_and_the_next_token(grants: RefreshGrants) -> None:
    first = grants.begin("console", "verifier-1")
    renewed = grants.renew(first, "console")
    assert renewed is not None
    assert renewed[0] == "verifier-1"
    assert renewed[1] != first


@pytest.mark.parametrize("token", ["", "guess"])
def test_unknown_token_gives_nothing(grants: RefreshGrants, token: str) -> None:
    grants.begin("console", "verifier-1")
    assert grants.renew(token, "console") is None


def test_token_of_another_program_gives_nothing_and_stays(grants: RefreshGrants) -> None:
    token = grants.begin("console", "verifier-1")
    assert grants.renew(token, "another") is None
    assert grants.renew(token, "console") is not None


def test_used_token_that_comes_back_ends_its_line_and_no_other(grants: RefreshGrants) -> None:
    first, other = grants.begin("console", "verifier-1"), grants.begin("console", "verifier-1")
    renewed = grants.renew(first, "console")
    assert renewed is not None
    assert grants.renew(first, "console") is None
    assert grants.renew(renewed[1], "console") is None
    assert grants.renew(other, "console") is not None


@pytest.mark.parametrize(("minutes", "is_taken"), [(REFRESH_MINUTES - 1, True), (REFRESH_MINUTES, False)])
def test_token_ends(grants: RefreshGrants, clock: FixedClock, minutes: int, is_taken: bool) -> None:
    token = grants.begin("console", "verifier-1")
    clock.advance(minutes=minutes)
    assert (grants.renew(token, "console") is not None) is is_taken


def test_line_ends_however_often_it_is_renewed(grants: RefreshGrants, clock: FixedClock) -> None:
    token = grants.begin("console", "verifier-1")
    for _ in range(2 * LINE_HOURS - 1):
        clock.advance(minutes=30)
        renewed = grants.renew(token, "console")
        assert renewed is not None
        token = renewed[1]
    clock.advance(minutes=30)
    assert grants.renew(token, "console") is None


def test_oldest_leave_when_too_many_are_out(grants: RefreshGrants) -> None:
    oldest = grants.begin("console", "verifier-1")
    second = grants.begin("console", "verifier-1")
    for _ in range(MAX_REMEMBERED - 1):
        grants.begin("console", "verifier-2")
    assert grants.renew(oldest, "console") is None
    assert grants.renew(second, "console") is not None
