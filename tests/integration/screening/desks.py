"""The desks of those who were met beside a person, and of a child: who is told there, and what follows."""

from typing import Final

from tests.integration.screening.looks import Looks
from tests.integration.screening.looks_faults import Asker

WORDS: Final = "The child travels with an aunt; a short look at the documents in her presence does no harm."
#: Where somebody waits who was met beside the person, and whose care they are in.
WAITING: Final = {True: "with the carer at gate 4", False: "in waiting area B"}
CARING: Final = {True: "CHILD_SPECIALIST", False: "HUMAN_RIGHTS"}


async def meet(looks: Looks, *, is_child: bool) -> None:
    """A supervisor meets somebody beside the person."""
    body = {"hit_id": looks.hit_id, "link": "FAMILY", "is_child": is_child, "whereabouts": WAITING[is_child]}
    await looks.request(Asker("supervisor"), "POST", "/v1/companions", json=body)


async def told_of_companions(looks: Looks, asker: Asker) -> list[bool]:
    """Of whom the asker is told, though they are in nobody's care of these: children, adults."""
    answer = await looks.request(asker, "GET", "/v1/companions")
    return [is_child for is_child in WAITING if WAITING[is_child] in answer.text]


async def tells_the_child(looks: Looks, asker: Asker) -> bool:
    """Whether the child's case is before the asker."""
    answer = await looks.request(asker, "GET", "/v1/children")
    return looks.hit_id in answer.text


async def assess(looks: Looks, asker: Asker, *, allows: bool) -> bool:
    """Whether it counts what the asker finds to be in the child's best interests."""
    path = f"/v1/children/{looks.hit_id}/assessment"
    body = {"allows_inspection": allows, "allows_share": allows, "words": WORDS}
    answer = await looks.request(asker, "POST", path, json=body)
    if answer.status_code == 200:
        looks.facts.finding = allows
    return answer.status_code == 200


async def refer(looks: Looks, asker: Asker) -> bool:
    """Whether the asker refers the child to those who help."""
    path = f"/v1/children/{looks.hit_id}/referral"
    return (await looks.request(asker, "POST", path, json={"words": WORDS})).status_code == 201


async def inspect(looks: Looks, kind: str) -> bool:
    """Whether two people order this measure on the person."""
    body = {
        "kind": kind,
        "statement": "Two officers confirmed the person; look at the documents again.",
    }
    drafted = await looks.request(Asker("supervisor"), "POST", f"/v1/hits/{looks.hit_id}/orders", json=body)
    if drafted.status_code != 201:
        return False
    path = f"/v1/orders/{drafted.json()['order_id']}/approval"
    return (await looks.request(Asker("legal"), "POST", path, json={})).status_code == 200


def forbids_a_child(looks: Looks, kind: str) -> frozenset[str]:
    """Why this measure may not be ordered on a child now: never observed, nor inspected without a finding."""
    is_allowed = not looks.facts.is_child or (kind != "OBSERVE" and looks.facts.finding is True)
    return frozenset() if is_allowed else frozenset({"SG-16"})


async def finding_told_to_sharing(looks: Looks) -> bool | None:
    """What sharing is told that the specialist found."""
    found = (await looks.desk.state(looks.hit_id))["best_interests"]
    return None if found is None else bool(found["allows_share"])
