"""What goes wrong around a look at a person, with the safeguard whose words then forbid it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from tests.integration.screening.conftest import PEOPLE

if TYPE_CHECKING:
    from tests.integration.screening.looks import Looks

ENTRY: Final = "DEMO:DEMi.001"
SHIFT: Final = "interval '20 years'"


@dataclass(frozen=True)
class Asker:
    """Who asks: a person of the demonstration world, whether trained and cleared, and for which purpose."""

    person: str
    is_trained: bool = True
    is_cleared: bool = True
    purpose: str = "TERR_TRAVEL"

    @property
    def roles(self) -> frozenset[str]:
        """The posts that the person holds."""
        return frozenset(PEOPLE[self.person][0])


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, the safeguard whose words then forbid a look, and on which ways."""

    rule: str
    breaks: Callable[["Looks"], Awaitable[None]]
    mends: Callable[["Looks"], Awaitable[None]]
    ways: frozenset[str]


def _shifted(rule: str, ways: frozenset[str], table: str, *columns: str) -> Fault:
    """Something whose time was over long ago."""

    def moved(sign: str) -> Callable[["Looks"], Awaitable[None]]:
        changes = ", ".join(f"{column} = {column} {sign} {SHIFT}" for column in columns)

        async def move(looks: "Looks") -> None:
            await looks.write(f"UPDATE {table} SET {changes}")

        return move

    return Fault(rule, moved("-"), moved("+"), ways)


def _coded(ways: frozenset[str]) -> Fault:
    """The list's publisher keeps it to itself (H4)."""

    def coded(code: str) -> Callable[["Looks"], Awaitable[None]]:
        async def code_it(looks: "Looks") -> None:
            await looks.write(f"UPDATE list_source SET handling_code = '{code}'")

        return code_it

    return Fault("SG-32", coded("H4"), coded("H1"), ways)


def _risk(column: str, wrong: str, right: str) -> Fault:
    """What a person has to fear where the flight starts; it forbids advice against boarding alone."""

    def said(value: str) -> Callable[["Looks"], Awaitable[None]]:
        async def say(looks: "Looks") -> None:
            await looks.write(f"UPDATE country_risk SET {column} = {value}")

        return say

    return Fault("SG-34", said(wrong), said(right), frozenset())


def _graded(source_grade: int, info_grade: str) -> Callable[["Looks"], Awaitable[None]]:
    """How far the list's publisher and what it says can be relied on; it forbids measures alone."""

    async def grade(looks: "Looks") -> None:
        grades = f"source_grade = {source_grade}, info_grade = '{info_grade}'"
        await looks.write(f"UPDATE list_source SET {grades}")

    return grade


def _signed(persons: int) -> Callable[["Looks"], Awaitable[None]]:
    """By how many people the catalogue of the safeguards is signed."""

    async def sign(looks: "Looks") -> None:
        looks.policy.bundle_facts["signatures"] = persons

    return sign


async def _break_chain(looks: "Looks") -> None:
    looks.is_chain_whole = False


async def _mend_chain(looks: "Looks") -> None:
    looks.is_chain_whole = True


async def _suspend(looks: "Looks") -> None:
    body = {
        "kind": "ENTRY",
        "object_id": ENTRY,
        "order_number": f"IA-{uuid4()}",
        "reason": "The grounds of this listing are before the court.",
    }
    headers = {"Purpose-Code": "OVERSIGHT"}
    asked = await looks.request(
        Asker("authority"), "POST", "/v1/oversight/suspensions", json=body, headers=headers
    )
    assert asked.status_code == 201, asked.text
    looks.suspension = asked.json()["suspension_id"]


async def _lift(looks: "Looks") -> None:
    path = f"/v1/oversight/suspensions/{looks.suspension}/lifting"
    headers = {"Purpose-Code": "OVERSIGHT"}
    body = {"order_number": f"IA-{uuid4()}"}
    asked = await looks.request(Asker("authority"), "POST", path, json=body, headers=headers)
    assert asked.status_code == 200, asked.text
    # The index that is compared with has the entry again; the service builds it anew in its own time.
    await looks.desk.service.current.refresh()


async def _close_case(looks: "Looks") -> None:
    await looks.write("UPDATE case_file SET closed_at = opened_at")


async def _open_case(looks: "Looks") -> None:
    await looks.write("UPDATE case_file SET closed_at = NULL")


PORTS: Final = frozenset({"cards", "look-up"})
QUESTIONS: Final = frozenset({"match", "OpenSanctions match"})
FILES: Final = frozenset({"hit", "lease"})
STATED: Final = QUESTIONS | {"hit"}
ENTRIES: Final = frozenset({"entry", "entries", "releasable"})
JUDGED: Final = PORTS | QUESTIONS | FILES | ENTRIES
FAULTS: Final[Mapping[str, Fault]] = {
    "law lapsed": _shifted("SG-02", JUDGED, "legal_row", "valid_from", "valid_to"),
    "standing order over": _shifted("SG-03", PORTS | {"lease"}, "standing_order", "expires"),
    "matcher not approved": _shifted("SG-07", QUESTIONS, "matcher_approval", "approved_until"),
    "list kept to its publisher": _coded(JUDGED - PORTS),
    "log does not hold": Fault("SG-41", _break_chain, _mend_chain, JUDGED),
    "oversight suspends the entry": Fault("SG-42", _suspend, _lift, PORTS | QUESTIONS),
    "catalogue signed by one person": Fault("SG-45", _signed(1), _signed(2), JUDGED),
    "listing suspected to be false": Fault("SG-11", _graded(3, "E"), _graded(1, "B"), frozenset()),
    "case closed": Fault("SG-03", _close_case, _open_case, QUESTIONS),
    "State of departure at high risk": _risk("level", "'HIGH'", "'LOW'"),
    "death penalty there": _risk("death_penalty", "true", "false"),
}
