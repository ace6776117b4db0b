"""What carriers are answered and told, and an oracle of what each may learn: plain words, without Cedar."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.integration.ingest.carrier_system import Callback, CarrierSystem
from tests.integration.ingest.conftest import CARRIER_ROW, LEGAL_ROW, PROFILE_ROW, ROUTE_ROW, Ingest
from tests.integration.ingest.inside import stored
from tests.integration.ingest.parties import (
    EMAIL,
    Decision,
    Person,
    Sent,
    directives,
    letters,
    list_of,
    party,
)
from tests.integration.ingest.test_callback import carry
from tests.security.planted import FORMATS, SEAT_FOR_DISABLED, Planting
from tests.ways_out.forgetful import Forgetful

CARRIERS: Final = ("XA", "XB")
#: A flight is of so many messages at most, while too many come.
FEW: Final = 1
CODES: Final = {"BOARD": "0Z", "DO_NOT_BOARD": "1Z", "ADVISE": "2Z"}
OVER: Final = "2027-06-01"
#: Who works at the service's own desks; the first calls carriers.
PEOPLE: Final = {
    "supervisor": ["SUPERVISOR"],
    "legal": ["LEGAL"],
    "analyst": ["ANALYST"],
    "auditor": ["AUDITOR"],
}
CALLING: Final = frozenset({"SUPERVISOR", "DUTY_SUPERVISOR"})
#: Not a safeguard's number: what belongs to another carrier.
OTHERS: Final = "another carrier's"


#: What can be wrong in the registers, and the safeguard that then lets nothing be collected.
REGISTERS: Final[Mapping[str, tuple[str, str, Mapping[str, Any]]]] = {
    "law over": ("SG-02", "legal-rows", LEGAL_ROW | {"valid_to": OVER}),
    "route not in force": ("SG-04", "routes", ROUTE_ROW | {"valid_to": OVER}),
    "notice not given": ("SG-21", "carriers", {"notice_confirmed": False}),
    "pushed too often": ("SG-04", "carriers", {"push_max": FEW}),
}
_RIGHT: Final = {"legal-rows": LEGAL_ROW, "routes": ROUTE_ROW}


class Answers:
    """A running service between two carriers and a screening whose people decide.

    Args:
        ingest: The service, with the registers of the carrier XA.
        policy: The safeguards, of which some can be forgotten.
        systems: The carriers' own systems, by designator.
    """

    def __init__(self, ingest: Ingest, policy: Forgetful, systems: Mapping[str, CarrierSystem]) -> None:
        self.ingest = ingest
        self.policy = policy
        self.systems = systems
        self.is_chain_whole = True
        self.wrong: set[str] = set()
        self._number = count(100)
        self._person = count(1)
        self._renew()

    async def prepare(self) -> None:
        """Let XB send as well, register both callbacks, and let bookings be collected."""
        app = self.ingest.app
        app.state.ports = replace(
            app.state.ports, safeguards=self.policy, is_chain_ok=lambda: self.is_chain_whole
        )
        self.ingest.screening.is_up = True
        for carrier in CARRIERS:
            await self._register(carrier)
        booked = {"data_class": "PNR"}
        await self.ingest.put_in_force(
            "collection-profiles", PROFILE_ROW | booked | {"allowed_elements": ["surname"]}
        )
        await self.ingest.put_in_force("legal-rows", LEGAL_ROW | booked)

    async def begin(self) -> None:
        """Everything right, new flights and new people; what was decided before is nobody's business."""
        await self.mend()
        await self.last_callbacks()
        self.ingest.screening.delivered.clear()
        self._renew()

    def _renew(self) -> None:
        self.flight = next(self._number)
        self.people = {each: party(each, self._person) for each in CARRIERS}
        self.sent: list[Sent] = []
        self.decisions: list[Decision] = []
        self.plants: list[Planting] = []
        self._looked_at = self.ingest.clock.now()
        self._seen = {each: len(system.received) for each, system in self.systems.items()}

    async def _register(self, carrier: str) -> None:
        changes: dict[str, Any] = {}
        for each in self.wrong:
            _, register, change = REGISTERS[each]
            changes |= change if register == "carriers" else {}
        row = CARRIER_ROW | {"designator": carrier, "callback_url": self.systems[carrier].url} | changes
        await self.ingest.put_in_force("carriers", row)

    async def turn(self, wrong: str) -> None:
        """Let something go wrong, or right again."""
        if wrong == "log does not hold":
            self.is_chain_whole = not self.is_chain_whole
            return
        self.wrong ^= {wrong}
        # While the log does not hold nobody changes a register: this was changed before.
        held, self.is_chain_whole = self.is_chain_whole, True
        self.ingest.clock.advance(seconds=1)
        _, register, change = REGISTERS[wrong]
        if register == "carriers":
            for carrier in CARRIERS:
                await self._register(carrier)
        else:
            await self.ingest.put_in_force(
                register, dict(change if wrong in self.wrong else _RIGHT[register])
            )
        self.is_chain_whole = held

    async def mend(self) -> None:
        """Put everything right."""
        for each in sorted(self.wrong):
            await self.turn(each)
        self.is_chain_whole = True

    def forbidden(self, carrier: str) -> frozenset[str]:
        """Why nothing may be collected from a carrier now, in plain words."""
        found = set() if self.is_chain_whole else {"SG-41"}
        found |= {REGISTERS[each][0] for each in self.wrong - {"pushed too often"}}
        pushed = sum(not each.forbidden for each in self.sent if each.carrier == carrier)
        if "pushed too often" in self.wrong and pushed >= FEW:
            found.add("SG-04")
        return frozenset(found)

    async def send(
        self,
        carrier: str,
        *,
        path: str = "/v1/interactive",
        accept: str = "application/json",
        flight_of: str = "",
    ) -> Sent:
        """A carrier reports its party of three, on its own flight or on the other carrier's."""
        flight_of = flight_of or carrier
        people = self.people[carrier]
        body = list_of(people, flight_of, self.flight, f"R{next(self._person):07}")
        return await self._sent(Sent(carrier, flight_of, path, body, {"Accept": accept}, people))

    async def send_again(self, sent: Sent) -> Sent:
        """The same message once more; one that was refused is judged anew."""
        if sent.answer.is_success:
            return replace(sent, answer=await self._post(sent))
        return await self._sent(replace(sent))

    async def _sent(self, sent: Sent) -> Sent:
        sent.forbidden = self.forbidden(sent.carrier)
        sent.forbidden |= {OTHERS} if sent.flight_of != sent.carrier else frozenset()
        sent.expected = tuple(self.expected(each) for each in sent.party)
        sent.answer = await self._post(sent)
        self.sent.append(sent)
        return sent

    async def plant(self, kind: str, accept: str = "application/json") -> httpx.Response:
        """XA sends a message in which everything is planted that may never be kept."""
        plant = Planting(f"{kind}{letters(next(self._person))}")
        self.plants.append(plant)
        content_type, write = FORMATS[kind]
        headers = {"Content-Type": content_type, "Accept": accept}
        return await self._post(Sent("XA", "XA", "/v1/messages", write(plant), headers))

    def expected(self, person: Person) -> str:
        """What a check-in desk is told about somebody: that they may board, but for what people decided."""
        newest = max(
            (each for each in self.decisions if each.person == person), key=lambda each: each.at, default=None
        )
        stands = newest is not None and newest.stands_at(self.ingest.clock.now() + timedelta(seconds=1))
        return CODES[newest.meaning] if newest is not None and stands else CODES["BOARD"]

    async def decide(
        self,
        person: Person,
        meaning: str,
        *,
        minutes: int | None = None,
        late: int = 0,
        sender: str = "screening",
    ) -> bool:
        """People decide about somebody's boarding; a service other than screening has no say.

        Args:
            person: Of a message that was taken, or nobody is decided about.
            meaning: BOARD, DO_NOT_BOARD or ADVISE.
            minutes: After how long a hold releases itself.
            late: By how many minutes the word comes late.
            sender: Which service says so.
        """
        self.ingest.clock.advance(seconds=1)
        rows = await self.ingest.rows(
            "SELECT traveller_id FROM traveller WHERE followed_by IS NULL"
            f" AND record ->> 'surname' = '{person.surname}'"
        )
        if not rows:
            return False
        now = self.ingest.clock.now()
        # No two decisions are of one instant, however late they come.
        at = now - timedelta(minutes=late, microseconds=next(self._person) if late else 0)
        ends_at = None if minutes is None else now + timedelta(minutes=minutes)
        decision = Decision(uuid4(), person, meaning, at, ends_at, now)
        body = {
            "message_id": str(decision.message_id),
            "directive_id": str(uuid4()),
            "traveller_id": str(rows[0][0]),
            "flight_id": str(uuid4()),
            "meaning": meaning,
            "decided_at": at.isoformat(),
            "ends_at": None if ends_at is None else ends_at.isoformat(),
        }
        message = {"message_id": body["message_id"], "kind": "DirectiveChangedV1", "body": body}
        token = self.ingest.issuer.service_token(sender, audience="ingest")
        headers = {"Authorization": f"Bearer {token}"}
        taken = await self.ingest.http.post("/internal/v1/inbox", json=message, headers=headers)
        if sender == "screening":
            self.decisions.append(decision)
        return taken.status_code == 200

    def wrongly_answered(self, sent: Sent) -> frozenset[str]:
        """What is wrong with an answer: what no law lets be collected, a stranger, another directive."""
        found = set(sent.forbidden) if sent.answer.is_success else set()
        if self.strangers(sent.carrier, f"{sent.answer.text} {sent.answer.headers}"):
            found.add(OTHERS)
        is_taken = sent.answer.is_success and not sent.forbidden and sent.path == "/v1/interactive"
        if is_taken and directives(sent.answer) != sent.expected:
            found.add("SG-08")
        return frozenset(found)

    def signs_in(self, answer: httpx.Response) -> frozenset[str]:
        """Whether an answer repeats what may never be kept."""
        said = f"{answer.text} {answer.headers}"
        signs = [sign for plant in self.plants for sign in (*plant.dropped, plant.lawful)]
        return frozenset({"SG-05"} if any(sign in said for sign in signs) else ())

    async def read_receipt(self, carrier: str, sent: Sent) -> frozenset[str]:
        """What is wrong with what a carrier reads of a message: another's, or somebody's name."""
        receipt = sent.answer.headers.get("Location", "")
        token, found = self.ingest.issuer.carrier_token(carrier), set()
        for path in (receipt, "/v1/receipts", "/v1/data-quality/mine"):
            answer = await self.ingest.get(path, token)
            is_others = sent.carrier != carrier and path == receipt and not sent.forbidden
            if (is_others and answer.is_success) or self.strangers(carrier, answer.text):
                found.add(OTHERS)
        return frozenset(found)

    async def _asked(self, person: str, decision: Decision, act: str) -> httpx.Response:
        self.ingest.clock.advance(seconds=1)
        token = self.ingest.issuer.token(*PEOPLE[person], subject=person)
        path = f"/v1/directive-changes/{decision.message_id}/{act}"
        return await self.ingest.http.post(path, headers={"Authorization": f"Bearer {token}"})

    async def read_references(self, person: str, decision: Decision) -> frozenset[str]:
        """What is wrong with what somebody reads of a traveller whom a decision is about.

        The carrier's references are for whoever has to call the carrier, as long as nobody told it.
        """
        states = f"SELECT state FROM directive_change WHERE message_id = '{decision.message_id}'"
        before = [row[0] for row in await self.ingest.rows(states)]
        answer = await self._asked(person, decision, "references")
        has_to_call = CALLING & set(PEOPLE[person]) and before in (["NO_CALLBACK"], ["EXPIRED"])
        is_named = any(each in answer.text for each in (decision.person.surname, decision.person.document))
        return frozenset({"SG-26"} if is_named or (answer.is_success and not has_to_call) else ())

    async def note_told(self, person: str, decision: Decision) -> None:
        """Somebody says that they called the carrier."""
        await self._asked(person, decision, "told")

    async def callbacks(self) -> frozenset[str]:
        """What is wrong with what came to the carriers' own systems since the last look, in plain words."""
        async with self.ingest.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE outbox SET available_at = now()")
        await carry(self.ingest)
        found: set[str] = set()
        for carrier, system in self.systems.items():
            for each in system.received[self._seen[carrier] :]:
                found |= self.forbidden_callback(carrier, each)
            self._seen[carrier] = len(system.received)
        self._looked_at = self.ingest.clock.now()
        return frozenset(found)

    async def last_callbacks(self) -> frozenset[str]:
        """The same, of whatever still waits: the carriers' systems are all there."""
        for system in self.systems.values():
            system.answers.clear()
        return await self.callbacks()

    def forbidden_callback(self, carrier: str, callback: Callback) -> frozenset[str]:
        """Why this word may not have come to this carrier: not its traveller, or nobody's decision."""
        found = {OTHERS} if self.strangers(carrier, callback.body.decode("ascii")) else set()
        return frozenset(found if self._says_what_people_decided(callback) else {*found, "SG-08"})

    def _says_what_people_decided(self, callback: Callback) -> bool:
        """Whether it is the newest decision about its traveller, and was not over when it was told."""
        message_id = callback.headers["idempotency-key"]
        found = [each for each in self.decisions if str(each.message_id) == message_id]
        if not found:
            return False
        (decision,), (told,) = found, callback.message.travellers
        # It was told after the last look, and after it came.
        since = max(self._looked_at, decision.came)
        is_overtaken = any(
            each.person == decision.person and each.at > decision.at and each.came <= since
            for each in self.decisions
        )
        is_over = decision.ends_at is not None and decision.ends_at <= since
        is_right = told.codes == (CODES[decision.meaning],) and told.locator == decision.person.locator
        return is_right and not is_overtaken and not is_over

    def strangers(self, carrier: str, text: str) -> list[str]:
        """What a carrier reads and may not: anybody's name and document, references not its own."""
        found = []
        for person in (each for people in self.people.values() for each in people):
            secret = [person.surname, person.document]
            secret += [] if person.carrier == carrier else [person.locator, person.reference]
            found += [each for each in secret if each in text]
        return found

    async def kept(self) -> frozenset[str]:
        """What forbids something that is stored or was handed on: planted, not listed, unlawful."""
        handed = [each.body for each in self.ingest.screening.delivered]
        everything = f"{await stored(self.ingest)}{handed}"
        planted = [sign for plant in self.plants for sign in plant.dropped if sign != SEAT_FOR_DISABLED]
        found = {"SG-05"} if any(sign in everything for sign in planted) else set()
        for carrier, people in self.people.items():
            if any(f"{EMAIL}.{each.surname}" in everything for each in people):
                found.add("SG-04")
            sent = [each.forbidden for each in self.sent if each.carrier == carrier]
            if all(sent) and any(each.surname in everything for each in people):
                found = found.union(*sent)
        return frozenset(found)

    async def _post(self, sent: Sent) -> httpx.Response:
        self.ingest.clock.advance(seconds=1)
        token = self.ingest.issuer.carrier_token(sent.carrier)
        headers = {"Content-Type": "application/edifact", "Authorization": f"Bearer {token}", **sent.headers}
        return await self.ingest.http.post(sent.path, content=sent.body, headers=headers)
