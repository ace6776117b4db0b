"""Looks at a person through a running screening service, and an oracle of who may have what."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid4, uuid5

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.integration.screening.conftest import PEOPLE, WRITTEN, Desk
from tests.integration.screening.lists import a_traveller
from tests.integration.screening.looks_faults import ENTRY, FAULTS, PORTS, QUESTIONS, STATED, Asker
from tests.ways_out.forgetful import Forgetful

NAME, DOCUMENT = "NAMUDHAJI", "XB4471902"
WHY: Final = "A colleague at the port asks whether this person is listed; the reply is on paper."
#: How long before and after a departure the port's own desk works (SG-26).
BEFORE, AFTER = timedelta(hours=72), timedelta(hours=24)


@dataclass(frozen=True)
class Way:
    """One way on which something of the person leaves the service.

    `roles` are the posts whose work it is, `asks` the request, `told` whether the answer says who it is.
    """

    roles: frozenset[str]
    asks: Callable[["Looks", Asker], Awaitable[httpx.Response]]
    right: Asker
    names: tuple[str, ...] = (NAME, DOCUMENT)


@dataclass
class Facts:
    """What is so in the world, as somebody outside the service knows it."""

    wrong: set[str] = field(default_factory=set)
    is_released: bool = False
    is_over: bool = False
    is_child: bool = False
    is_no_suspect: bool = False
    finding: bool | None = None
    is_told_little: bool = False
    frozen: set[str] = field(default_factory=set)
    reviews: list[tuple[str, float]] = field(default_factory=list)


class Looks:
    """A running service, one traveller who resembles a listed person, and what was told of either.

    Args:
        desk: The service as its people use it, with a list in force.
        owner: The database as its owner changes it.
        policy: The safeguards, of which some can be forgotten.
    """

    def __init__(self, desk: Desk, owner: AsyncEngine, policy: Forgetful) -> None:
        self.desk = desk
        self.owner = owner
        self.policy = policy
        self.facts = Facts()
        self.case = ""
        self.hit_id = ""
        self.is_chain_whole = True
        self.suspension: Any = None
        self.departure = desk.clock.now()

    async def begin(self, *, is_matched: bool = True, is_told_little: bool = False) -> None:
        """Begin with everything right: an open case and, where it matters, a possible match.

        `is_told_little`: the carrier told the name, the year of birth and the nationality alone.
        """
        for name in sorted(self.facts.wrong):
            await FAULTS[name].mends(self)
        for person in sorted(self.facts.frozen):
            await self.freeze(person)
        self.facts = Facts(is_told_little=is_told_little)
        little = {"birth_date": "1979", "documents": []} if is_told_little else {}
        until = self.desk.clock.now() + timedelta(days=80)
        # Time goes on from one order of calls to the next, and a standing order has an end.
        await self.write(f"UPDATE standing_order SET expires = '{until.date()}'")
        self.departure = self.desk.clock.now() + timedelta(hours=3)
        if is_matched:
            await self.write("TRUNCATE hit CASCADE")
            await self.desk.deliver(self.desk.batch([a_traveller(**little)], journey=str(uuid4())))
            self.hit_id = str((await self.desk.queue())[0]["hit_id"])
        self.case = f"C-{uuid4()}"
        body = {"case_id": self.case, "members": ["verifier-1"]}
        await self.desk.ask("supervisor", "POST", "/v1/cases", json=body, status=204)

    async def write(self, statement: str) -> None:
        """Bring tables into a state that no call leads to at once, such as a law that lapsed."""
        async with self.owner.begin() as connection:
            await connection.execute(text("SET LOCAL ROLE screening_owner"))
            await connection.execute(text(statement))

    async def turn(self, name: str) -> None:
        """Let something go wrong, or be mended if it is wrong."""
        is_wrong = name in self.facts.wrong
        await (FAULTS[name].mends if is_wrong else FAULTS[name].breaks)(self)
        self.facts.wrong ^= {name}

    async def freeze(self, person: str) -> None:
        """Let an incident freeze an account, or two people release it if it is frozen."""
        is_over = person in self.facts.frozen
        now = self.desk.clock.now().isoformat()
        message_id, incident = str(uuid4()), str(uuid5(NAMESPACE_URL, f"{person}{self.case}"))
        body: dict[str, Any] = {"message_id": message_id, "freeze_id": incident, "incident_id": incident}
        body |= {"account": person, "is_by_oversight": False}
        body |= {"frozen_at": now, "released_at": now if is_over else None}
        told = {"message_id": message_id, "kind": "AccountFreezeV1", "body": body}
        headers = self.desk.service_headers("ingest")
        answer = await self.desk.client.post("/internal/v1/inbox", json=told, headers=headers)
        assert answer.status_code == 200, answer.text
        await self.desk.app.state.frozen_accounts.read()
        self.facts.frozen ^= {person}

    async def request(self, asker: Asker, method: str, path: str, **more: Any) -> httpx.Response:
        """One request of somebody, a second after the last one."""
        self.desk.clock.advance(seconds=1)
        roles, claims = PEOPLE[asker.person]
        now = self.desk.clock.now()
        trained = now + timedelta(days=200 if asker.is_trained else -1)
        told = {
            "authority": "XAA-PIU-01",
            "clearance": "H3",
            "training_valid_to": trained.date().isoformat(),
            **claims,
            **({} if asker.is_cleared else {"clearance": "H0"}),
        }
        token = self.desk.issuer.token(*roles, subject=asker.person, minutes=60, **told)
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return await self.desk.client.request(method, path, headers=headers, **more)

    async def told(self, way: str, asker: Asker) -> bool:
        """Whether somebody learns on this way who the person is."""
        answer = await WAYS[way].asks(self, asker)
        return any(name in answer.text for name in WAYS[way].names)

    def forbidden(self, way: str, asker: Asker) -> frozenset[str]:
        """Why, in plain words of the catalogue, this person may learn nothing on this way now."""
        how, wrong = WAYS[way], self.facts.wrong
        found = {"SG-26"} if not how.roles & asker.roles else set()
        found |= {FAULTS[name].rule for name in wrong if way in FAULTS[name].ways}
        if not asker.is_trained:
            found.add("SG-26")
        if not asker.is_cleared:
            found.add("SG-32")
        if way in STATED and asker.purpose != Asker.purpose:
            found.add("SG-01")
        if asker.person in self.facts.frozen:
            found.add("SG-44")
        return frozenset(found | self._of_the_way(way, asker))

    def _of_the_way(self, way: str, asker: Asker) -> set[str]:
        if way in PORTS:
            return self._of_the_port(asker)
        if way in QUESTIONS and asker.person != "verifier-1":
            return {"SG-26"}
        if way == "hit" and (self.facts.is_over or "SUPERVISOR" not in asker.roles):
            return {"SG-26"}
        if way == "lease" and self.facts.reviews and asker.person == self.facts.reviews[0][0]:
            return {"SG-09"}
        return set()

    def _of_the_port(self, asker: Asker) -> set[str]:
        """A card is for the flight's own ports, in its window, after two people's notice to them."""
        found = set()
        if PEOPLE[asker.person][1].get("port") not in {"XQA", "XQB"}:
            found.add("SG-26")
        if not self.departure - BEFORE <= self.desk.clock.now() <= self.departure + AFTER:
            found.add("SG-26")
        if not self.facts.is_released or not self.is_confirmed:
            found.add("SG-08")
        if self.facts.is_over:
            found.add("SG-37")
        return found

    @property
    def is_confirmed(self) -> bool:
        """Whether two people who do not report to each other compared enough for half a minute each."""
        if len(self.facts.reviews) < 2 or self.facts.is_told_little:
            return False
        (first, one), (second, other) = self.facts.reviews[:2]
        is_apart = first != second and PEOPLE[second][1].get("manager") != first
        return is_apart and min(one, other) >= 30

    async def decide(self, person: str, seconds: float) -> bool:
        """A verifier compares for a while and says that it is the person; whether it was taken."""
        lease = await self.request(Asker(person), "POST", f"/v1/hits/{self.hit_id}/lease")
        if lease.status_code != 200:
            return False
        self.desk.clock.advance(seconds=seconds)
        body = {
            "outcome": "SAME",
            "reasons": WRITTEN,
            "compared_fields": ["name", "date_of_birth", "doc_number"],
        }
        answer = await self.request(Asker(person), "POST", f"/v1/hits/{self.hit_id}/decision", json=body)
        if answer.status_code == 200:
            self.facts.reviews.append((person, seconds))
        return answer.status_code == 200

    async def confirm(self) -> None:
        """Two people compare, one after the other."""
        await self.decide("verifier-1", 60)
        await self.decide("verifier-2", 60)

    async def release(self) -> None:
        """Sharing says that the port may see the card."""
        await self.desk.release(self.hit_id)
        self.facts.is_released = True

    async def tap(self, outcome: str) -> None:
        """The port says who stood there."""
        path = f"/v1/front-line/cards/{self.hit_id}/outcome"
        answer = await self.request(Asker("front-line"), "POST", path, json={"outcome": outcome})
        self.facts.is_over |= answer.status_code == 204 and outcome != "SAME_PERSON_ACTION"

    async def is_told_to_sharing(self) -> bool:
        """Whether the person was handed on as confirmed."""
        await self.desk.sent()
        told = [each.body for each in self.desk.carrier.delivered if each.kind == "HitConfirmedV1"]
        return any(body["hit_id"] == self.hit_id for body in told)


def _get(path: str, **headers: str) -> Callable[[Looks, Asker], Awaitable[httpx.Response]]:
    async def ask(looks: Looks, asker: Asker) -> httpx.Response:
        return await looks.request(asker, "GET", path.format(hit_id=looks.hit_id), headers=headers)

    return ask


def _post(path: str, body: Mapping[str, Any]) -> Callable[[Looks, Asker], Awaitable[httpx.Response]]:
    async def ask(looks: Looks, asker: Asker) -> httpx.Response:
        headers = _purpose(looks.case, asker)
        return await looks.request(
            asker, "POST", path.format(hit_id=looks.hit_id), json=dict(body), headers=headers
        )

    return ask


async def _read_hit(looks: Looks, asker: Asker) -> httpx.Response:
    return await looks.request(
        asker, "GET", f"/v1/hits/{looks.hit_id}", headers=_purpose(looks.hit_id, asker)
    )


def _purpose(case: str, asker: Asker) -> dict[str, str]:
    """Why somebody asks, in words of their own each time: one statement serves five people (SG-03)."""
    words = quote(f"{WHY} {uuid4()}")
    return {"Purpose-Code": asker.purpose, "Purpose-Case": case, "Purpose-Statement": words}


_ASKED = {name: value for name, value in a_traveller().items() if name != "role"}
_ENTITY = {
    "schema": "Person",
    "properties": {"name": ["Samir Hadi Namudhaji"], "birthDate": ["1979-05-14"]},
}
_OFFICERS = frozenset({"ANALYST", "VERIFIER", "SUPERVISOR"})
_KEEPERS = frozenset({"SUPERVISOR", "NOMINATOR", "APPROVER", "REVIEWER", "LIST_STEWARD"})
WAYS: Final[dict[str, Way]] = {
    "cards": Way(frozenset({"FRONT_LINE"}), _get("/v1/front-line/cards"), Asker("front-line")),
    "look-up": Way(
        frozenset({"FRONT_LINE"}),
        _post("/v1/front-line/look-up", {"document_number": DOCUMENT}),
        Asker("front-line"),
    ),
    "match": Way(
        _OFFICERS, _post("/v1/match", {"traveller": _ASKED}), Asker("verifier-1"), names=("DEMi.001",)
    ),
    "OpenSanctions match": Way(
        _OFFICERS,
        _post("/match/default", {"queries": {"q": _ENTITY}}),
        Asker("verifier-1"),
        names=("DEMi.001",),
    ),
    "hit": Way(frozenset({"SUPERVISOR", "AUDITOR", "DPO"}), _read_hit, Asker("supervisor")),
    "lease": Way(frozenset({"VERIFIER"}), _post("/v1/hits/{hit_id}/lease", {}), Asker("verifier-1")),
    "entry": Way(_KEEPERS, _get(f"/v1/watchlist/entries/{ENTRY}"), Asker("steward")),
    "entries": Way(_KEEPERS, _post("/v1/watchlist/entries/search", {"words": "namudhaji"}), Asker("steward")),
    "releasable": Way(_KEEPERS, _get(f"/v1/watchlist/entries/{ENTRY}/releasable"), Asker("steward")),
}
"""Every way on which a person of a hit or of a list is told."""
