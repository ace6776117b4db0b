"""What ingest keeps of people, for how long and who may see it again: an oracle in plain words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from services.ingest.intake.observed import KIND, MarkScreened
from services.ingest.retention import hit_links
from services.ingest.retention.hit_links import AskScreening
from services.ingest.retention.jobs import RetentionJobs
from services.ingest.retention.masking import OpenVault, Vault
from shared.bus.errors import DeliveryPostponed
from shared.bus.message import OutgoingMessage
from shared.bus.relay import Relay
from shared.contracts import HitLink, HitLinksV1
from tests.fakes import START
from tests.integration.ingest.accounts import WHY, Accounts
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.inside import stored
from tests.integration.ingest.parties import Person, letters, list_of, party
from tests.ways_out.forgetful import Forgetful

MASKED_AFTER: Final = timedelta(days=183)
ERASED_AFTER: Final = timedelta(days=30)
ASKED_AGAIN: Final = timedelta(hours=6)
REVIEWED_WITHIN: Final = 183
KEEPING: Final = frozenset({HitLink.OPEN, HitLink.CONFIRMED})


@dataclass
class Record:
    """A traveller's record, and what people said of it."""

    person: Person
    record_id: UUID
    reported_at: datetime
    names: list[str]
    link: HitLink | None = None
    told: tuple[datetime, HitLink | None] | None = None
    is_to_be_erased: bool = False


@dataclass
class Keep:
    """A hold or an extension that one person proposed, and whether a second one put it in force."""

    approval_id: str
    case_id: str
    records: Sequence[Record]
    proposer: str
    review_at: date | None = None
    until_days: int = 0
    approver: str | None = None
    approved_on: date | None = None
    links: Sequence[HitLink | None] = ()
    is_ended: bool = False

    def stands(self, record: Record, now: datetime) -> bool:
        """Whether it keeps a record now, and lawfully: by two people, for a time, on a ground."""
        if record not in self.records or self.approved_on is None or self.approver == self.proposer:
            return False
        if self.review_at is None:
            is_confirmed = all(link is HitLink.CONFIRMED for link in self.links)
            return is_confirmed and now < record.reported_at + timedelta(days=self.until_days)
        is_short = 0 < (self.review_at - self.approved_on).days <= REVIEWED_WITHIN
        return is_short and not self.is_ended and now.date() < self.review_at


@dataclass
class Neighbours:
    """Screening, which may take no batches for a while, and sharing: they take whatever comes."""

    ingest: Ingest
    links: Callable[[Sequence[UUID]], Mapping[UUID, HitLink]]
    is_up: bool = True

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        """Say who carries a hit, or take a message."""
        if message.kind == hit_links.KIND:
            links = self.links([UUID(each) for each in message.body["travellers"]])
            return HitLinksV1(links=dict(links), at=self.ingest.clock.now()).as_json()
        if not self.is_up and message.destination == "screening":
            raise DeliveryPostponed(destination=message.destination, reason="it is down")
        at = self.ingest.clock.now().isoformat()
        return {"screened": len(message.body.get("travellers", [])), "unscreenable": 0, "screened_at": at}


class Keeping(Accounts):
    """A running service, its people, the clocks of what it holds, and what was seen that may not be.

    Args:
        ingest: The service, whose carrier sends a list in each example.
        policy: The safeguards, of which some can be forgotten.
    """

    def __init__(self, ingest: Ingest, policy: Forgetful) -> None:
        self.neighbours = Neighbours(ingest, self._links)
        self._number = count(1)
        super().__init__(ingest, policy)

    def renew(self) -> None:
        """What was held before is nobody's business any more."""
        super().renew()
        self.records: list[Record] = []
        self.keeps: list[Keep] = []
        self.gone: set[str] = set()
        self.neighbours.is_up = True

    def prepare(self, vault_key: Path) -> None:
        """Give the service its vault and the forgetful safeguards."""
        app = self.ingest.app
        app.state.ports = replace(app.state.ports, safeguards=self.policy, is_chain_ok=lambda: True)
        app.state.open_vault = OpenVault.load(vault_key)
        app.state.screening_carrier = self.neighbours
        ask = AskScreening(self.neighbours, app.state.ports.identifiers)
        self.jobs = RetentionJobs(app.state.ports, ask, Vault.load(vault_key))

    async def begin(self) -> None:
        """A new list of three people."""
        self.renew()
        people = party("XA", self._number)
        sent = await self.ingest.submit(list_of(people, "XA", 99 + self.example, f"K{self.example:07}"))
        assert sent.status_code == 202, sent.text
        self.records = [await self._record(each) for each in people]
        await self.carry()

    async def _record(self, person: Person) -> Record:
        (row,) = await self.ingest.rows(
            "SELECT traveller_id, first_reported_at FROM traveller"
            f" WHERE record ->> 'surname' = '{person.surname}'"
        )
        return Record(person, row[0], row[1], [person.surname, person.document])

    def _links(self, travellers: Sequence[UUID]) -> Mapping[UUID, HitLink]:
        asked = [each for each in self.records if each.record_id in travellers]
        for each in asked:
            each.told = (self.ingest.clock.now(), each.link)
        return {each.record_id: each.link for each in asked if each.link is not None}

    def see(self, text: str) -> None:
        """Note what is seen again that was masked or erased."""
        if any(each in text for each in self.gone):
            self.found |= {"SG-22", "SG-23"}

    async def propose(self, person: str, places: Sequence[int], **terms: int) -> Keep | None:
        """Propose a hold (`review_days`) or an extension (`until_days`) of some records."""
        records = [self.records[place] for place in places]
        case_id, review_at = f"C-{uuid4()}", None
        body: dict[str, Any] = {"record_ids": [str(each.record_id) for each in records], "case_id": case_id}
        if "review_days" in terms:
            review_at = (self.ingest.clock.now() + timedelta(days=terms["review_days"])).date()
            body |= {"ordered_by": "COURT", "order_ref": "O-7", "review_at": review_at.isoformat()}
            path = "/v1/retention/holds"
        else:
            body |= {"until_age_days": terms["until_days"]}
            path = "/v1/retention/extensions"
        answer = await self.request(person, "POST", path, body)
        if answer.status_code != 201:
            return None
        keep = Keep(answer.json()["approval_id"], case_id, records, self.subject(person), review_at)
        keep.until_days = terms.get("until_days", 0)
        self.keeps.append(keep)
        return keep

    async def approve(self, person: str, keep: Keep) -> None:
        """A second person puts it in force."""
        answer = await self.request(
            person, "POST", f"/v1/retention/approvals/{keep.approval_id}", {"version": 1}
        )
        if answer.status_code == 200:
            keep.approver, keep.approved_on = self.subject(person), self.ingest.clock.now().date()
            keep.links = [each.link for each in keep.records]

    async def end(self, person: str, keep: Keep) -> None:
        """Somebody ends a hold."""
        holds = f"SELECT hold_id FROM retention_hold WHERE case_id = '{keep.case_id}'"
        for (hold_id,) in await self.ingest.rows(holds):
            path = f"/v1/retention/holds/{hold_id}/end"
            answer = await self.request(person, "POST", path, {"cause": "ORDER_LIFTED"})
            keep.is_ended |= answer.status_code == 204

    async def ask_rights(self, kind: str, record: Record) -> None:
        """A person asks that their record be erased or put right, and it is granted."""
        body = {"kind": kind, "channel": "POST", "language": "en"}
        answer = await self.request("legal", "POST", "/v1/rights/requests", body)
        if answer.status_code != 201:
            return
        number = answer.json()["number"]
        rows = await self.ingest.rows(f"SELECT request_id FROM rights_request WHERE number = '{number}'")
        path, right = f"/v1/rights/requests/{rows[0][0]}", f"ZUYR{letters(next(self._number))}"
        await self.request("legal", "POST", f"{path}/identity", {"record_ids": [str(record.record_id)]})
        granted: dict[str, Any] = {"result": "GRANTED", "reasons": WHY}
        granted |= {"corrections": {"surname": right}} if kind == "RECTIFY" else {}
        decided = await self.request("legal", "POST", f"{path}/answer", granted)
        if decided.status_code == 200:
            record.is_to_be_erased |= kind == "ERASE"
            record.names.append(right)

    async def unmask(self, record: Record) -> None:
        """Everybody whom it takes finds it needed to see a surname; it is told while it is kept, masked."""
        ask = {
            "record_ids": [str(record.record_id)],
            "fields": ["surname"],
            "case_id": "C-1",
            "statement": WHY,
        }
        asked = await self.request("analyst", "POST", "/v1/reidentifications", ask)
        if asked.status_code != 201:
            return
        path = f"/v1/reidentifications/{asked.json()['request_id']}"
        await self.request("supervisor", "POST", f"{path}/finding", {"is_needed": True, "statement": WHY})
        await self.request(
            "court", "POST", f"{path}/grant", {"is_granted": True, "hours": 1, "statement": WHY}
        )
        seen, self.gone = self.gone, self.gone - set(record.names)
        used = await self.request("analyst", "POST", f"{path}/use")
        self.gone = seen
        if used.status_code == 200 and not self.may_keep(record) and record.names[0] in seen:
            self.found.add("SG-23")

    async def resend(self) -> None:
        """Screening asks for the next flights' travellers, and for these people once more."""
        day = START.date()
        page = {
            "rescreening_id": str(uuid4()),
            "first_day": str(day),
            "last_day": str(day + timedelta(days=7)),
        }
        again = {
            "rescreening_id": str(uuid4()),
            "generation": 1,
            "travellers": [str(each.record_id) for each in self.records],
        }
        for kind, wanted in (("WindowPageWantedV1", page), ("ResendWantedV1", again)):
            message_id = str(uuid4())
            token = self.ingest.issuer.service_token("screening", audience="ingest")
            answer = await self.ingest.http.post(
                "/internal/v1/inbox",
                json={"message_id": message_id, "kind": kind, "body": wanted | {"message_id": message_id}},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 200, answer.text
            self.see(answer.text)

    async def carry(self) -> None:
        """Hand on what waits; whatever sharing or screening takes is theirs to keep and to erase."""
        async with self.ingest.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE outbox SET available_at = now()")
        stores = self.ingest.app.state.ports.stores
        relay = Relay(self.ingest.engine, self.neighbours, {KIND: MarkScreened(stores.messages)})
        await relay.deliver_due()

    def may_keep(self, record: Record) -> bool:
        """Whether the record may be there now: young, carrying a hit, or kept lawfully by two people."""
        now = self.ingest.clock.now()
        is_young = now < record.reported_at + ERASED_AFTER and not record.is_to_be_erased
        is_hit = record.link in KEEPING and now < record.reported_at + MASKED_AFTER
        # Screening is asked again after six hours: so long its last word stands.
        at, link = record.told or (now, None)
        is_told = link in KEEPING and at < record.reported_at + MASKED_AFTER and now < at + ASKED_AGAIN
        return is_young or is_hit or is_told or any(keep.stands(record, now) for keep in self.keeps)

    async def beat(self) -> None:
        """Do what is due, and note what is still there: rows that may not be, names that are masked."""
        await self.carry()
        await self.jobs.beat()
        everything = await stored(self.ingest)
        ids = {row[0] for row in await self.ingest.rows("SELECT traveller_id FROM traveller")}
        now = self.ingest.clock.now()
        for record in self.records:
            may_keep = self.may_keep(record)
            is_clear = any(name in everything for name in record.names)
            if not may_keep and (record.record_id in ids or is_clear):
                self.found |= self._against(record)
            if is_clear and now >= record.reported_at + MASKED_AFTER:
                self.found.add("SG-22")
            if not may_keep or now >= record.reported_at + MASKED_AFTER:
                self.gone |= set(record.names)

    def _against(self, record: Record) -> set[str]:
        """What forbids that a record is kept: a hold that is none, or that nothing speaks for it."""
        holds = [each for each in self.keeps if each.review_at is not None and record in each.records]
        return {"SG-25"} if any(each.approved_on is not None for each in holds) else {"SG-23"}
