"""Advice against boarding as it goes its way to the carrier, and an oracle of whether it may."""

from collections.abc import Mapping
from typing import Any, Final

from tests.integration.screening.looks import Looks
from tests.integration.screening.looks_faults import FAULTS, Asker
from tests.integration.screening.test_boarding import LOOKED_INTO, allow, assess_state
from tests.integration.screening.test_boarding import STATEMENT as DRAFTED

DRAFTER, ASSESSOR, OVERSEER = Asker("supervisor"), Asker("legal"), Asker("overseer")
#: Whoever looks after the work of the unit does none of it.
OVERSEEING: Final = frozenset({"AUDITOR", "DPO", "INDEPENDENT_AUTHORITY", "COURT"})
#: What the officers of human rights found: nothing, a risk of the person's own, or they did not look.
FINDINGS: Final[Mapping[str, Any]] = {
    "no risk": {"human_rights": "CLEAR", "individual_risk": False},
    "a risk": {"human_rights": "RISK", "individual_risk": True},
    "nobody looked": None,
}
#: What in the world forbids an advice, of what goes wrong with looks too.
CONCERNS: Final = frozenset(
    {
        *("law lapsed", "standing order over", "log does not hold", "oversight suspends the entry"),
        *("State of departure at high risk", "death penalty there"),
        *("catalogue signed by one person", "listing suspected to be false"),
    }
)


async def make_lawful(looks: Looks) -> None:
    """A law that allows advice, beside a State of low risk."""
    await allow(looks.desk, "BOARDING_ADVICE")
    await assess_state(looks.desk)


async def grow_young(looks: Looks) -> None:
    """It turns out after the two reviews that the person is a child."""
    await looks.write("UPDATE hit SET traveller = jsonb_set(traveller, '{birth_date}', '\"2014-05-14\"')")
    await looks.write(
        "INSERT INTO child_case (hit_id, opened_at, due_at) SELECT hit_id, now(), now() FROM hit"
        " ON CONFLICT DO NOTHING"
    )
    looks.facts.is_child = True


async def is_no_suspect(looks: Looks) -> None:
    """It turns out that the person is listed as somebody who is no suspect."""
    await looks.write("UPDATE hit SET entry = jsonb_set(entry, '{category}', '\"ASSOCIATE\"')")
    looks.facts.is_no_suspect = True


async def advise(looks: Looks, finding: str = "no risk", approver: Asker = ASSESSOR) -> frozenset[str]:
    """Draft, look into the risk, let go; why, in plain words, the carrier may not be told at that moment."""
    path = f"/v1/hits/{looks.hit_id}/orders"
    body = {"kind": "BOARDING_ADVICE", "statement": DRAFTED}
    drafted = await looks.request(DRAFTER, "POST", path, json=body)
    if drafted.status_code != 201:
        return forbidden(looks, finding, approver)
    order = f"/v1/orders/{drafted.json()['order_id']}"
    found = FINDINGS[finding]
    if found is not None:
        words = {**found, "words": LOOKED_INTO}
        await looks.request(ASSESSOR, "POST", f"{order}/assessment", json=words)
    await looks.request(approver, "POST", f"{order}/approval", json={})
    return forbidden(looks, finding, approver)


def forbidden(looks: Looks, finding: str, approver: Asker) -> frozenset[str]:
    """Why nobody may be advised against now by this person."""
    found = {FAULTS[name].rule for name in looks.facts.wrong & CONCERNS}
    if not looks.is_confirmed or looks.facts.is_over:
        found.add("SG-08")
    if looks.facts.is_child:
        found.add("SG-16")
    if looks.facts.is_no_suspect:
        found.add("SG-17")
    if finding != "no risk":
        found.add("SG-34")
    if approver.roles & OVERSEEING:
        found.add("SG-42")
    return frozenset(found)


async def is_told_to_the_carrier(looks: Looks) -> bool:
    """Whether the carrier's service was told not to board this traveller."""
    await looks.desk.sent()
    [row] = await looks.desk.rows("SELECT traveller_id FROM hit")
    told = [each.body for each in looks.desk.carrier.delivered if each.kind == "DirectiveChangedV1"]
    return any(
        body["meaning"] == "DO_NOT_BOARD" and body["traveller_id"] == str(row.traveller_id) for body in told
    )


async def advice(looks: Looks, wrong: str = "") -> tuple[bool, frozenset[str]]:
    """Whether the carrier is told not to board when one thing is wrong, and what the oracle says of it."""
    await looks.begin()
    if wrong != "nobody confirmed":
        await looks.confirm()
    if wrong == "a child":
        await grow_young(looks)
    if wrong == "no suspect":
        await is_no_suspect(looks)
    if wrong in FAULTS:
        await looks.turn(wrong)
    return await once_more(looks, wrong)


async def once_more(looks: Looks, wrong: str) -> tuple[bool, frozenset[str]]:
    """The same of another advice on the same person."""
    finding = wrong if wrong in FINDINGS else "no risk"
    forbidden = await advise(looks, finding, OVERSEER if wrong == "whoever oversees lets go" else ASSESSOR)
    return await is_told_to_the_carrier(looks), forbidden


#: What forbids an advice, and the safeguard that has to be forgotten before the carrier is told all the same;
#: none where the use case refuses before it asks.
ADVICE = {
    "State of departure at high risk": "SG-34",
    "death penalty there": "SG-34",
    "a risk": "SG-34",
    "nobody looked": "SG-34",
    "a child": "SG-16",
    "no suspect": "SG-17",
    "listing suspected to be false": "SG-11",
    "whoever oversees lets go": "SG-42",
    "catalogue signed by one person": "SG-45",
    "log does not hold": "SG-41",
    "nobody confirmed": "",
    "law lapsed": "",
    "standing order over": "",
    "oversight suspends the entry": "",
}
