"""The traveller's door and the rights office behind it, and an oracle in plain words of who reads what."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx

from services.ingest.rights.door_inbox import DoorInbox
from services.ingest.rights.submissions import OpenOffice
from services.ingest.store.rights import SUBMISSION_KEPT, RightsStore
from shared.db.pruning import Pruner, PruneRule
from tests.integration.ingest.accounts import PEOPLE, WHY, Accounts
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.inside import stored
from tests.integration.ingest.parties import letters
from tests.ways_out.forgetful import Forgetful

HANDLING: Final = frozenset({"LEGAL", "HUMAN_RIGHTS"})
LONGEST_DEFERRAL: Final = 180
UNKNOWN: Final = "2222-2222-2222"


@dataclass
class Written:
    """What a person wrote at the door, and what they were given for it."""

    mark: str
    number: str
    secret: str
    decided_at: datetime | None = None


@dataclass
class Deferral:
    """That somebody be told later, as one proposed and another one agreed to."""

    approval_id: str
    proposer: str
    is_harmful: bool
    days: int

    def may_by(self, second: str) -> bool:
        """Whether telling would do harm, for a while that is short enough, as two people find."""
        return self.is_harmful and self.days <= LONGEST_DEFERRAL and second != self.proposer


class RightsDesk(Accounts):
    """A running service with its rights office, and the door in front of it.

    Args:
        ingest: The service.
        policy: The safeguards, of which some can be forgotten.
        door: A client of the door.
        folder: Where the door leaves what it sealed.
    """

    def __init__(self, ingest: Ingest, policy: Forgetful, door: httpx.AsyncClient, folder: Path) -> None:
        self.door = door
        self.folder = folder
        self._number = count(1)
        super().__init__(ingest, policy)

    def renew(self) -> None:
        """What was written before is nobody's business any more."""
        super().renew()
        self.written: list[Written] = []
        self.deferrals: list[Deferral] = []

    def prepare(self, office_key: Path) -> None:
        """Give the service the office's key and the forgetful safeguards."""
        app = self.ingest.app
        ports = replace(app.state.ports, safeguards=self.policy, is_chain_ok=lambda: True)
        app.state.ports, app.state.open_office = ports, OpenOffice.load(office_key)
        self.inbox = DoorInbox(ports, self.folder)
        forget = PruneRule("submissions", SUBMISSION_KEPT, RightsStore().forget_submissions)
        self.pruner = Pruner(ports.database, [forget], ports.clock)

    async def write(self, kind: str) -> Written:
        """A person writes at the door, and gets a number and a secret."""
        mark = f"ZUYW{letters(next(self._number))}"
        form = {"kind": kind, "statement": f"I was stopped twice. {mark}", "name": mark, "reach": mark}
        page = (await self.door.post("/en/requests", data=form)).text
        number, secret = re.findall(r"<strong[^>]*>([^<]+)</strong>", page)
        written = Written(mark, number, secret)
        self.written.append(written)
        return written

    async def ask_status(self, number: str, secret: str) -> None:
        """Somebody asks at the door; only number and secret of one request learn how far it is."""
        page = await self.door.post("/en/status", data={"number": number, "secret": secret})
        unknown = await self.door.post("/en/status", data={"number": UNKNOWN, "secret": secret})
        is_known = any((each.number, each.secret) == (number, secret) for each in self.written)
        learns_nothing = page.text.replace(number, "") == unknown.text.replace(UNKNOWN, "")
        if not is_known and not (page.status_code == unknown.status_code == 404 and learns_nothing):
            self.found.add("SG-20")

    async def take_in(self) -> None:
        """The office takes in what lies in the door's folder, and forgets what is over."""
        await self.inbox.beat()
        await self.pruner.prune()
        await self.inbox.beat()

    async def request_id(self, written: Written) -> str:
        """The office's own number of a request; none before it was taken in."""
        rows = await self.ingest.rows(
            f"SELECT request_id FROM rights_request WHERE number = '{written.number}'"
        )
        return str(rows[0][0]) if rows else ""

    async def open(self, person: str, written: Written) -> None:
        """Somebody opens what a person wrote: those alone who handle requests, as long as it is kept."""
        request_id = await self.request_id(written)
        if not request_id:
            return
        answer = await self.request(person, "POST", f"/v1/rights/requests/{request_id}/opening")
        if written.mark in answer.text and not HANDLING.intersection(PEOPLE[person]):
            self.found.add("SG-20")

    async def answer(self, person: str, written: Written) -> None:
        """An officer answers in the person's favour."""
        request_id = await self.request_id(written)
        if not request_id:
            return
        path = f"/v1/rights/requests/{request_id}"
        await self.request(person, "POST", f"{path}/identity", {"record_ids": []})
        for result in ("CLEARED", "GRANTED"):
            body = {"result": result, "reasons": WHY}
            if (await self.request(person, "POST", f"{path}/answer", body)).status_code == 200:
                written.decided_at = self.ingest.clock.now()

    def see(self, text: str) -> None:
        """Note what is read again of what was forgotten."""
        if any(each.mark in text for each in self.written if self._is_over(each)):
            self.found.add("SG-23")

    async def look(self) -> None:
        """What is kept is sealed, and half a year after the answer it is gone."""
        await self.take_in()
        files = {path.stem: path.read_text(encoding="utf-8") for path in self.folder.rglob("*.json")}
        everything = await stored(self.ingest) + "".join(files.values())
        kept = [
            row[0]
            for row in await self.ingest.rows("SELECT number FROM rights_request WHERE submission <> ''")
        ]
        for each in self.written:
            if each.mark in everything or each.secret in everything:
                self.found.add("SG-20")
            if self._is_over(each) and (each.number in kept or each.number in files):
                self.found.add("SG-23")

    def _is_over(self, written: Written) -> bool:
        at = written.decided_at
        return at is not None and self.ingest.clock.now() - at > SUBMISSION_KEPT + timedelta(minutes=1)

    async def propose_deferral(self, person: str, *, is_harmful: bool, days: int) -> Deferral | None:
        """Somebody proposes that a person whose data were looked at be told later."""
        task_id = uuid4()
        async with self.ingest.engine.begin() as connection:
            await connection.exec_driver_sql(
                "INSERT INTO notification_task (task_id, cause, cause_id, made_at, due_at)"
                f" VALUES ('{task_id}', 'REIDENTIFIED', '{uuid4()}', now(), now())"
            )
        harm = {"would_jeopardise": is_harmful, "reason": WHY, "until_days": days}
        answer = await self.request(person, "POST", f"/v1/rights/notifications/{task_id}/deferral", harm)
        if answer.status_code != 201:
            return None
        proposed = Deferral(answer.json()["approval_id"], self.subject(person), is_harmful, days)
        self.deferrals.append(proposed)
        return proposed

    async def agree(self, person: str, deferral: Deferral) -> None:
        """A second person agrees, and the person is told later."""
        path = f"/v1/rights/approvals/{deferral.approval_id}"
        answer = await self.request(person, "POST", path, {"version": 1})
        if answer.status_code == 200 and not deferral.may_by(self.subject(person)):
            self.found.add("SG-21")
