"""What can go wrong in the world, with the safeguard whose words then forbid what is about to leave."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from services.sharing.shares.minimum_sets import N_MIN
from services.sharing.store.registers import Register
from services.sharing.suspended import Rule
from shared.oversight.suspensions import Suspension, SuspensionKind, SuspensionStore
from tests.integration.sharing.outside_letters import (
    AGREEMENT,
    CONSENT,
    COUNTERPART,
    EMERGENCY,
    FEEDBACK,
    KINDS,
    NAMED,
    NOTICE,
    STANDING,
    STATE,
    WITHDRAWING,
)
from tests.unit.sharing.samples import a_hit_state

if TYPE_CHECKING:
    from tests.integration.sharing.outside import Outside

EMERGENCIES_SUSPENDED: Final = "oversight suspends emergencies"
#: Whatever tells a counterpart something.
TELLING: Final = frozenset({NOTICE, *KINDS}) - {*WITHDRAWING, *STANDING}
#: What names a hit of ours.
NAMING: Final = frozenset(kind for kind in TELLING if kind == NOTICE or KINDS[kind].names_the_hit)
#: What a State could act upon against somebody; on a consent, the State that it names.
AGAINST_SOMEBODY: Final = NAMING | {FEEDBACK}
#: What says that two people of ours compared the person with the entry.
OF_A_REVIEW: Final = frozenset({NOTICE, EMERGENCY})


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong in the world, and the safeguards whose words then forbid a message.

    `alike` are the message types that it concerns; a query rests on no review of ours, for example. Where
    there is a `word`, it concerns what tells that; `forbids_writing` is whether it binds what is written
    meanwhile, and not what was written before; `is_of_the_hit` whether screening says it of a
    hit that is named.
    """

    rules: frozenset[str]
    breaks: Callable[["Outside"], Awaitable[None]]
    mends: Callable[["Outside"], Awaitable[None]]
    alike: frozenset[str] = TELLING
    word: str = ""
    forbids_writing: bool = False
    is_of_the_hit: bool = False


@dataclass(frozen=True)
class Entry:
    """One entry of a register."""

    register: Register
    entry_id: str


PARTNER: Final = Entry(Register.AUTHORITY, COUNTERPART)
TREATY: Final = Entry(Register.AGREEMENT, AGREEMENT)
RISK: Final = Entry(Register.COUNTRY_RISK, STATE)
RISK_NAMED: Final = Entry(Register.COUNTRY_RISK, NAMED)
LAW: Final = Entry(Register.LEGAL_ROW, "XAA-ACT-12-2025")
ENTRIES: Final = (PARTNER, TREATY, RISK, RISK_NAMED, LAW)


def _entry(entry: Entry, rule_id: str, alike: frozenset[str] = TELLING, **changes: Any) -> Fault:
    """An entry of the registers that is otherwise."""

    async def breaks(outside: "Outside") -> None:
        outside.changed[entry] |= changes
        await outside.put(entry)

    async def mends(outside: "Outside") -> None:
        for name in changes:
            del outside.changed[entry][name]
        await outside.put(entry)

    return Fault(frozenset({rule_id}), breaks, mends, alike)


def _screening(*rules: str, alike: frozenset[str], **changes: Any) -> Fault:
    """Screening says otherwise of every hit."""

    async def breaks(outside: "Outside") -> None:
        outside.said |= changes
        outside.world.hit_states.answer = a_hit_state(**outside.said)

    async def mends(outside: "Outside") -> None:
        for name in changes:
            del outside.said[name]
        outside.world.hit_states.answer = a_hit_state(**outside.said)

    return Fault(frozenset(rules), breaks, mends, alike, is_of_the_hit=True)


def _order(object_id: str, rule_id: str, kind: SuspensionKind = SuspensionKind.PARTNER) -> Fault:
    """Oversight suspends a partner or a rule; only a lifting order ends it."""
    orders: list[UUID] = []

    async def breaks(outside: "Outside") -> None:
        orders.append(uuid4())
        now = outside.clock.now()
        order = Suspension(orders[-1], kind, object_id, "IA-1", "A complaint.", "DPO", "dpo", now)
        async with outside.world.engine.begin() as connection:
            await SuspensionStore().add(connection, order)

    async def mends(outside: "Outside") -> None:
        async with outside.world.engine.begin() as connection:
            await SuspensionStore().lift(
                connection, orders[-1], by="court", at=outside.clock.now(), lifting_order="C-1"
            )

    return Fault(frozenset({rule_id}), breaks, mends)


def _broken_chain() -> Fault:
    async def breaks(outside: "Outside") -> None:
        outside.world.chain[0] = False

    async def mends(outside: "Outside") -> None:
        outside.world.chain[0] = True

    return Fault(frozenset({"SG-41"}), breaks, mends)


FAULTS: Final[dict[str, Fault]] = {
    "authority suspended": _entry(PARTNER, "SG-29", status="SUSPENDED"),
    "authority verified long ago": _entry(PARTNER, "SG-29", verified_at="2024-01-01"),
    "authority without function": _entry(PARTNER, "SG-29", functions=[]),
    "authority may see nothing": _entry(PARTNER, "SG-32", handling_max="H0"),
    "authority cannot be asked to erase": _entry(PARTNER, "SG-37", recall_endpoint=None),
    "partner not assessed": _entry(PARTNER, "SG-38", safeguards=None),
    "agreement over": _entry(TREATY, "SG-30", valid_to="2026-06-01"),
    "agreement for another purpose": _entry(TREATY, "SG-30", purposes=["TERR_DETECT"]),
    "country at high risk": _entry(RISK, "SG-34", AGAINST_SOMEBODY, level="HIGH"),
    "death penalty without assurance": _entry(RISK, "SG-34", AGAINST_SOMEBODY, death_penalty=True),
    "country that a consent names at high risk": _entry(
        RISK_NAMED, "SG-34", frozenset({CONSENT}), level="HIGH"
    ),
    "law lapsed": _entry(LAW, "SG-02", valid_to="2026-06-01"),
    "hit in review": _screening("SG-08", alike=OF_A_REVIEW, state="IN_REVIEW"),
    "hit never reviewed by a second": _screening("SG-08", "SG-09", alike=OF_A_REVIEW, reviews=None),
    "entry removed": _screening("SG-37", entry_status="REMOVED", alike=NAMING),
    "case closed": _screening("SG-03", is_open=False, alike=NAMING),
    "oversight suspends the authority": _order(COUNTERPART, "SG-29"),
    "oversight suspends the State": _order(STATE, "SG-29"),
    "oversight suspends the agreement": _order(AGREEMENT, "SG-30"),
    "log does not hold": _broken_chain(),
    "agreement names fewer fields": replace(
        _entry(
            TREATY, "SG-31", frozenset({NOTICE, EMERGENCY}), min_sets={"NOTIFY": sorted(N_MIN - {"document"})}
        ),
        word="X1234567",
    ),
    EMERGENCIES_SUSPENDED: replace(
        _order(Rule.EMERGENCY, "SG-39", SuspensionKind.RULE),
        alike=frozenset({EMERGENCY}),
        forbids_writing=True,
    ),
}
"""What can go wrong in the world, with the rule of safeguards.md that then forbids what is about to leave."""
