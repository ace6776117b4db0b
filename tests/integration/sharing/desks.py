"""What the desks of a sharing service let out over HTTP, and an oracle of whether it may: in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from services.sharing.exchange.content import opened
from services.sharing.exchange.records import Direction, MessageState
from services.sharing.protocol.own_keys import load_sealing_keys
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.registers import Register
from services.sharing.vault import Finding, Protection
from shared.accounts.freezes import Freeze, FreezeStore
from shared.identifiers import HitId
from shared.web.purpose import Purpose
from tests.integration.sharing.two_states import State, TwoStates
from tests.unit.sharing.samples import NOW, a_consular_treaty, a_hit

#: The State of a detained person's nationality, which a refugee fears, and the one besides.
STATE, OTHER = "XBB", "XCC"
OFFICER: Final = "supervisor-XAA"
GROUNDS = "Stopped under warrant W-17 by the border force; the court has seen the file."
OVERSIGHT: Final = Purpose("OVERSIGHT", None)
#: Of the person nothing, and of protection not that there is any.
PERSONAL: Final = ("EXAMPLE", "X1234567", "1980-01-02")
PROTECTED: Final = ("REFUGEE", "SG-35")
READERS: Final = ("SUPERVISOR", "LIAISON", "DPO", "AUDITOR", "COURT", "INDEPENDENT_AUTHORITY", "FRONT_LINE")
FIGURES: Final = "/v1/oversight/figures"
LISTS: Final = (
    *("/v1/shares", "/v1/notices", "/v1/custody", "/v1/consular", "/v1/audit/records", "/v1/audit/export"),
    *("/v1/exchange/messages?direction=IN", "/v1/exchange/messages?direction=OUT"),
    *("/v1/registers/authorities", "/v1/registers/agreements", "/v1/registers/legal-rows"),
    "/v1/registers/consular-treaties",
    *(FIGURES, "/v1/oversight/transfers", "/v1/oversight/suspensions"),
)
"""What is read by states, clocks and identifiers: nobody learns there who anybody is."""
LEAST: Final = 10
MOST: Final = 200
RECEIPTS: Final = frozenset({"ACK", "DONE"})
_NOTICE: Final = text("""
SELECT notice_id FROM notice JOIN share USING (share_id)
WHERE hit_id = :hit_id AND authority_id = :authority_id
""")
_SENT: Final = text("""
SELECT notice_id FROM notice UNION SELECT message_id FROM exchange_message WHERE direction = 'OUT'
""")


@dataclass
class Detained:
    """A detained person, and what the oracle knows: told or not, what they want, whom they fear."""

    share_id: UUID
    hit_id: UUID
    is_told: bool = False
    wish: str | None = None
    picked: tuple[str, ...] = ()
    is_protected: bool = False


@dataclass(frozen=True)
class Post:
    """Whom the officer would inform."""

    addressee: str = "CONSULATE"

    def body(self) -> dict[str, Any]:
        """The request."""
        state = None if self.addressee == "UNHCR" else STATE
        return {"addressee": self.addressee, "post_state": state}


@dataclass
class Desks:
    """Two States, whether XAA's officer is frozen and its treaty in force, and which receipts were read."""

    both: TwoStates
    is_frozen: bool = False
    has_treaty: bool = False
    freeze_id: UUID = field(default_factory=uuid4)
    read: set[UUID] = field(default_factory=set)

    @property
    def office(self) -> State:
        """The State whose desks these are."""
        return self.both.xaa

    # --- consular help ---

    async def detain(self) -> Detained:
        """Two people confirm that somebody of a confirmed hit is detained."""
        hit = a_hit(hit_id=uuid4(), message_id=uuid4()).model_copy(update={"traveller_id": uuid4()})
        await self.office.sharing.share_hit.receive(hit.message_id, hit)
        shares = (await self.office.did("GET", "/v1/shares", "LEGAL"))["shares"]
        share_id = next(each["share_id"] for each in shares if each["hit_id"] == str(hit.hit_id))
        happened = {
            "event": "DETAINED",
            "at": (self.both.clock.now() - timedelta(minutes=20)).isoformat(),
            "legal_basis": "WARRANT",
            "grounds": GROUNDS,
        }
        path = f"/v1/shares/{share_id}/custody"
        proposed = await self.office.did("POST", path, "LIAISON", body=happened)
        await self.office.did("POST", f"/v1/custody/{proposed['approval_id']}", "LEGAL", body={"version": 1})
        return Detained(UUID(share_id), hit.hit_id)

    async def tell(self, person: Detained) -> None:
        """The officer tells the person of the right to consular help."""
        person.is_told |= (await self._step(person, "told", None)).is_success

    async def ask(self, person: Detained, wish: str, *picked: str) -> None:
        """The officer asks what the person wants."""
        body = {"wish": wish, "picked_states": list(picked), "witness": "W-2027-3"}
        if (await self._step(person, "wish", body)).is_success:
            person.wish, person.picked = wish, picked

    async def protect(self, person: Detained, *, is_so: bool) -> None:
        """The asylum officer finds that the person fears that State, or that it is not so."""
        found = Protection.REFUGEE if is_so else Protection.NONE
        feared = (STATE,) if is_so else ()
        finding = Finding(HitId(person.hit_id), found, feared_states=feared)
        # The newest finding counts: no two are of one instant.
        self.both.clock.advance(seconds=1)
        await self.office.sharing.vault.record(finding, by="asylum")
        person.is_protected = is_so

    async def inform(self, person: Detained, post: Post) -> bool:
        """Whether the officer may inform a post."""
        return (await self._step(person, "notice", post.body())).is_success

    async def put_treaty(self, *, is_so: bool) -> None:
        """A consular treaty with that State comes into force, or ends."""
        treaty = a_consular_treaty(STATE, **({} if is_so else {"valid_to": NOW.date()}))
        await self.office.put(Register.CONSULAR_TREATY, STATE, treaty.as_json())
        self.has_treaty = is_so

    async def freeze(self, *, is_so: bool) -> None:
        """An incident freezes the officer's account, or two people release it."""
        now, sharing = self.both.clock.now(), self.office.sharing
        self.freeze_id = uuid4() if is_so and not self.is_frozen else self.freeze_id
        freeze = Freeze(self.freeze_id, OFFICER, uuid4(), False, now, None if is_so else now)
        async with sharing.engine.begin() as connection:
            await FreezeStore().write(connection, freeze, sharing.audit, "ingest")
        await self.office.app.state.frozen_accounts.read()
        self.is_frozen = is_so

    def forbids(self, person: Detained, post: Post) -> frozenset[str]:
        """Why the post may not be informed now."""
        found = {"SG-44"} if self.is_frozen else set[str]()
        is_consulate = post.addressee == "CONSULATE"
        if person.is_protected and is_consulate:
            found |= {"SG-35", "SG-36"}
        is_picked = not is_consulate or not person.picked or STATE in person.picked
        wants_it = person.wish == "YES" and is_picked
        if not person.is_told or person.wish is None or not (wants_it or (self.has_treaty and is_consulate)):
            found.add("SG-36")
        return frozenset(found)

    async def _step(self, person: Detained, name: str, body: Mapping[str, Any] | None) -> httpx.Response:
        path = f"/v1/consular/{person.share_id}/{name}"
        answer = await self.office.ask("POST", path, "SUPERVISOR", body=body)
        assert not any(each in answer.text for each in (*PERSONAL, *PROTECTED))
        return answer

    # --- lists ---

    async def betrayed(self, state: State, reader: str) -> list[str]:
        """The lists that tell somebody who a person is, that one is protected, or of fewer than ten."""
        found = []
        for path in LISTS:
            answer = await state.ask("GET", path, reader, purpose=OVERSIGHT)
            told = answer.json()["figures"] if path == FIGURES and answer.is_success else []
            counted = [each["value"] for each in told if each["unit"] == "count"]
            is_small = any(isinstance(each, int) and 0 < each < LEAST for each in counted)
            if is_small or any(each in answer.text for each in (*PERSONAL, *PROTECTED)):
                found.append(path)
        return found

    # --- the counterparts' door ---

    async def notify(self, *, arrives: bool) -> httpx.Request:
        """A genuine notice of XAA's to XBB, as it was on the wire."""
        self.both.wire.is_cut = not arrives
        hit_id = await self.office.notify()
        self.both.wire.is_cut = False
        values = {"hit_id": hit_id, "authority_id": self.both.xbb.authority}
        async with self.office.sharing.engine.connect() as connection:
            notice_id = str((await connection.execute(_NOTICE, values)).scalar_one())
        return next(each for each in self.both.wire.seen if each.headers["message-id"] == notice_id)

    async def knock(self, request: httpx.Request, wrong: str = "") -> httpx.Response:
        """XBB's answer to a request, as it is or with something wrong about it."""
        headers = [(name, value) for name, value in request.headers.items() if name != "content-length"]
        content = request.content
        if wrong == "signature stripped":
            headers = [(name, value) for name, value in headers if name != "signature"]
        elif wrong == "signature doubled":
            headers += [(name, value) for name, value in headers if name == "signature"]
        elif wrong == "another's bytes":
            content = b"e30.e30.e30"
        elif wrong == "named otherwise":
            headers = [(name, str(uuid4()) if name == "message-id" else value) for name, value in headers]
        return await self.both.xbb.client.post("/v1/exchange", content=content, headers=headers)

    async def kept(self) -> set[str]:
        """The messages that XBB holds and may read."""
        async with self.both.xbb.sharing.engine.connect() as connection:
            found = await ExchangeStore(connection).newest(Direction.IN, MOST)
        return {str(each.message_id) for each in found if each.state is not MessageState.NOT_IN_SCOPE}

    async def acknowledge(self) -> None:
        """Somebody at XBB says to have seen whatever came."""
        for message_id in await self.kept():
            path = f"/v1/exchange/messages/{message_id}/acknowledgement"
            await self.both.xbb.ask("POST", path, "LIAISON")

    async def recall(self, notice: httpx.Request) -> None:
        """XAA takes back a notice abroad, of which XBB says that it is done."""
        body = {"reason_code": "MISTAKEN_IDENTITY"}
        path = f"/v1/notices/{notice.headers['message-id']}/recall"
        await self.office.ask("POST", path, "LIAISON", body=body)

    async def deliver(self) -> None:
        """Both States' couriers try whatever is due."""
        for state in (self.office, self.both.xbb, self.office):
            await state.deliver()

    async def receipts(self) -> set[tuple[str, bool]]:
        """What XBB says anew, by hand or of an erasure, and whether it tells more than our message's id."""
        keys = load_sealing_keys(self.office.folder)
        async with self.office.sharing.engine.connect() as connection:
            found = await ExchangeStore(connection).newest(Direction.IN, MOST)
            ours = set((await connection.execute(_SENT)).scalars())
        new = [each for each in found if each.type in RECEIPTS and each.message_id not in self.read]
        self.read |= {each.message_id for each in new}
        said = [(each, str(opened(each, keys).as_json())) for each in new]
        return {
            (each.type, each.in_reply_to not in ours or any(word in clear for word in PERSONAL))
            for each, clear in said
        }
