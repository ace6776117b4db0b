"""Which accounts the door of a service keeps out, and that it lets nobody in when it cannot tell."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from shared.accounts.errors import FrozenAccountsUnknown
from shared.accounts.frozen_accounts import FrozenAccounts, watching_frozen_accounts
from shared.security.roles import Role
from shared.security.tokens import Principal, PrincipalKind


class AwayEngine:
    """A database that does not answer; it ends the reading after so many tries."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def connect(self) -> Any:
        """It fails."""
        self._stop.set()
        raise OperationalError("", {}, OSError())


def a_person(*roles: Role) -> Principal:
    return Principal("supervisor", PrincipalKind.USER, frozenset(roles))


async def test_nobody_is_let_in_before_the_first_reading_but_services() -> None:
    unread = FrozenAccounts(AwayEngine(asyncio.Event()))  # type: ignore[arg-type]
    with pytest.raises(FrozenAccountsUnknown) as refused:
        unread.holds(a_person(Role.SUPERVISOR))
    assert refused.value.facts["retry_after_seconds"] == 10
    assert not unread.holds(Principal("ingest", PrincipalKind.SERVICE))


async def test_reading_outlives_a_database_that_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    stop = asyncio.Event()
    await FrozenAccounts(AwayEngine(stop)).run(stop)  # type: ignore[arg-type]
    assert "frozen_accounts_not_read" in capsys.readouterr().out


async def test_a_service_starts_while_its_database_is_away() -> None:
    async with watching_frozen_accounts(AwayEngine(asyncio.Event())) as frozen:  # type: ignore[arg-type]
        with pytest.raises(FrozenAccountsUnknown):
            frozen.holds(a_person(Role.SUPERVISOR))
