"""A person on her way onto the list and off it, and an oracle of who may be compared with her."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from tests.integration.screening.conftest import PEOPLE
from tests.integration.screening.inside import Inside
from tests.integration.screening.listings_faults import ACCOUNTS, NAMED, WORLD, WRONGS, Account
from tests.integration.screening.lists import a_traveller

RECOMMENDATION: Final = "Nobody who decides may read this before."
INFORMANT: Final = "INFORMANT-17"
WORDS: Final = "Compared with the file, and found so."


@dataclass
class Facts:
    """What is so of the person and her entry, as somebody outside the service knows it."""

    wrong: set[str] = field(default_factory=set)
    path: str = ""
    nominated_as: str = ""
    is_submitted: bool = False
    entry_id: str = ""
    against: frozenset[str] = frozenset()
    is_suspended: bool = False
    is_overdue: bool = False
    is_removed: bool = False
    is_cleared: bool = False
    is_removed_on_same_grounds: bool = False


class Listings:
    """A running service and one person who is nominated, decided on, renewed, suspended, removed and cleared.

    Args:
        inside: The service, whose safeguards can be told to forget.
    """

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        self.desk = inside.desk
        self.facts = Facts()
        self.is_chain_whole = True
        self._number = ""
        self._grounds = ""

    async def begin(self, *, is_same_grounds: bool = False) -> None:
        """Begin with everything right and nobody nominated; the person of before is off the list."""
        for name in sorted(self.facts.wrong):
            await self.turn(name)
        if self.facts.entry_id:
            await self.remove()
        self._number = f"XC{uuid4().int % 10**8:08}"
        self._grounds = self._grounds if is_same_grounds else f"Bought tickets in story {uuid4()}."
        self.facts = Facts(is_removed_on_same_grounds=is_same_grounds)
        # Time goes on from one order of calls to the next, and a standing order has an end.
        await self.write("UPDATE standing_order SET expires = DATE '2099-01-01'")
        # A nomination is tried on whoever travelled before, and these had her name.
        await self.write("TRUNCATE hit CASCADE")

    async def write(self, statement: str) -> None:
        """Bring tables into a state that no call leads to at once, such as a review that is overdue."""
        async with self.inside.owner.begin() as connection:
            await connection.execute(text("SET LOCAL ROLE screening_owner"))
            await connection.execute(text(statement))

    async def ask(self, by: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """One request of somebody, a second after the last one."""
        self.desk.clock.advance(seconds=1)
        who = ACCOUNTS[by] if by in ACCOUNTS else Account(by, *PEOPLE[by])
        usual = {"authority": "XAA-PIU-01", "clearance": "H3", "training_valid_to": "2099-01-01"}
        claims = {**usual, **who.claims}
        token = self.desk.issuer.token(*who.roles, subject=who.person, minutes=60, **claims)
        headers = {"Authorization": f"Bearer {token}"}
        return await self.desk.client.request(method, path, json=body, headers=headers)

    async def turn(self, name: str) -> None:
        """Let something go wrong around the list, or be mended if it is wrong."""
        is_wrong = name in self.facts.wrong
        await (WORLD[name].mends if is_wrong else WORLD[name].breaks)(self)
        self.facts.wrong ^= {name}

    async def nominate(self, wrong: str = "") -> None:
        """Draft a nomination, in which something may be wrong, and hand it to a second person."""
        body = self._body(wrong)
        drafted = await self.ask("steward", "POST", "/v1/nominations", body)
        assert drafted.status_code == 201, drafted.text
        self.facts.path = f"/v1/nominations/{drafted.json()['nomination_id']}"
        self.facts.nominated_as, self.facts.is_submitted = wrong, False
        submitted = await self.ask("steward", "POST", f"{self.facts.path}/submission")
        self.facts.is_submitted = submitted.status_code == 200

    def _body(self, wrong: str) -> dict[str, Any]:
        today = self.desk.clock.now().date()
        ground: dict[str, Any] = {
            "kind": "CONDUCT",
            "text": self._grounds,
            "source": INFORMANT,
            "grade": "1A",
        }
        ground |= {"is_fact": True, "as_of": str(today)}
        terms = {
            "category": "REASONABLY_SUSPECTED",
            "grounds": [ground, {**ground, "source": "S2", "text": f"{self._grounds} Twice."}],
            "offence_link": "Penal Code art. 141a: travel to join a listed group",
            "tear_line": "Verify the document. Call the duty desk. Do not detain on this alone.",
            "recommendation": RECOMMENDATION,
            "review_due": str(today + timedelta(days=180)),
            "expires": str(today + timedelta(days=1000)),
        }
        entry = {
            "names": [{"text": "GRETA BEISPIEL"}],
            "birth_dates": [{"kind": "EXACT", "date": "1980-01-02"}],
            "nationalities": ["XCC"],
            "sex": "F",
            "documents": [{"number": self._number, "type": "P", "issuer": "XCC"}],
        }
        if wrong:
            WRONGS[wrong].makes(terms, entry, today)
        return {"source_id": "DEMO", "entry": entry, "terms": terms}

    async def decide(self, by: str = "another person") -> None:
        """Somebody makes an entry of the nomination; what stood against that is known from then on."""
        if not self.facts.path:
            return
        nomination_id = UUID(self.facts.path.rpartition("/")[2])
        (shown,) = await self.desk.rows(
            "SELECT version FROM nomination WHERE nomination_id = :id", id=nomination_id
        )
        body = {"version": shown.version, "decision": "ACTIVATED", "reason": WORDS}
        answer = await self.ask(by, "POST", f"{self.facts.path}/decision", body)
        if answer.status_code == 200 and answer.json()["state"] == "ACTIVATED":
            self.facts.against = self.against_activation(by)
            if self.facts.entry_id:
                # She has one entry at most: the newest.
                await self.remove()
            self.facts.entry_id = answer.json()["entry_id"]
            self.facts.is_suspended = self.facts.is_overdue = self.facts.is_removed = False

    def against_activation(self, by: str) -> frozenset[str]:
        """Why, in plain words of the catalogue, this person may not be listed by somebody now."""
        found = set(ACCOUNTS[by].against) | self._wrong_around("activation")
        wrong = self.facts.nominated_as
        if wrong and not (wrong == NAMED and "CHILD_SPECIALIST" in ACCOUNTS[by].roles):
            found.add(WRONGS[wrong].rule)
        if self.facts.is_removed_on_same_grounds:
            found.add("SG-15")
        return frozenset(found)

    def _wrong_around(self, what: str) -> set[str]:
        return {WORLD[name].rule for name in self.facts.wrong if what in WORLD[name].forbids}

    def forbidden(self) -> frozenset[str]:
        """Why nobody may be compared with her now."""
        found = set(self.facts.against) | self._wrong_around("screening")
        if self.facts.is_suspended or self.facts.is_overdue:
            found.add("SG-14")
        if self.facts.is_removed:
            found.add("SG-15")
        if self.facts.is_cleared:
            found.add("SG-12")
        return frozenset(found)

    async def is_compared(self) -> bool:
        """Whether somebody who travels with her document becomes a task of the officers."""
        await self.desk.service.current.refresh()
        traveller = a_traveller(
            surname="BEISPIEL",
            given_names="GRETA",
            birth_date="1980-01-02",
            sex="F",
            nationality="XCC",
            documents=[{"type": "P", "number": self._number, "issuer": "XCC"}],
        )
        batch = self.desk.batch([traveller], journey=str(uuid4()))
        body = {"message_id": batch["message_id"], "kind": "TravellersObservedV1", "body": batch}
        headers = self.desk.service_headers("ingest")
        await self.desk.client.post("/internal/v1/inbox", headers=headers, json=body)
        traveller_id = batch["travellers"][0]["traveller_id"]
        asked = "SELECT state FROM hit WHERE traveller_id = :traveller AND entry_id = :entry"
        found = await self.desk.rows(asked, traveller=traveller_id, entry=self.facts.entry_id)
        return any(row.state == "POSSIBLE_MATCH" for row in found)

    async def suspend(self) -> None:
        """One person takes the entry out of screening."""
        path = f"/v1/watchlist/entries/{self.facts.entry_id}/suspension"
        answer = await self.ask("steward", "POST", path, {"reason": "DISPUTED"})
        self.facts.is_suspended |= answer.status_code == 204

    async def remove(self) -> None:
        """One person removes the entry for good."""
        path = f"/v1/watchlist/entries/{self.facts.entry_id}/removal"
        answer = await self.ask("steward", "POST", path, {"reason": "DELISTED"})
        self.facts.is_removed |= answer.status_code == 204
        self.facts.is_removed_on_same_grounds |= self.facts.is_removed

    async def fall_due(self) -> None:
        """The day of the entry's review comes; no clock has beaten yet."""
        due = f"UPDATE watchlist_entry SET review_due = '{self.desk.clock.now().date()}'"
        await self.write(f"{due} WHERE entry_id = '{self.facts.entry_id}'")
        self.facts.is_overdue = bool(self.facts.entry_id)

    async def renew(self, first: str, second: str) -> None:
        """Somebody finds that the grounds still exist, and somebody agrees."""
        due = self.desk.clock.now().date()
        finding = {"finding": WORDS, "review_due": str(due + timedelta(days=180))}
        path = f"/v1/watchlist/entries/{self.facts.entry_id}/renewal"
        found = await self.ask(first, "POST", path, finding)
        if found.status_code != 201:
            return
        path = f"/v1/watchlist/renewals/{found.json()['approval_id']}/approval"
        answer = await self.ask(second, "POST", path)
        if answer.status_code == 200:
            self.facts.is_suspended = self.facts.is_overdue = False
            self.facts.against |= frozenset({"SG-14"} if "steward" in (first, second) else ())
            self.facts.against |= frozenset({"SG-09"} if first == second else ())

    async def clear(self, first: str, second: str) -> None:
        """Two people find that whoever travels with this document is not she."""
        body = {
            "entry_id": self.facts.entry_id,
            "evidence": "redress/2027-18",
            "document": {"number": self._number, "issuer": "XCC"},
            "surname": "BEISPIEL",
            "given_names": "GRETA",
            "birth_date": "1980-01-02",
        }
        proposed = await self.ask(first, "POST", "/v1/cleared", body)
        if proposed.status_code != 201:
            return
        path = f"/v1/cleared/{proposed.json()['approval_id']}/approval"
        answer = await self.ask(second, "POST", path, {})
        assert answer.status_code != 200 or first != second
        self.facts.is_cleared |= answer.status_code == 200

    async def is_drafted_for_the_committee(self, by: str) -> bool:
        """Whether somebody gets the nomination as a draft for the Committee; nothing internal is in it."""
        drafts = [
            await self.ask(by, "GET", f"{self.facts.path}/committee-draft{page}") for page in ("", "/page")
        ]
        assert not any(word in each.text for each in drafts for word in (RECOMMENDATION, INFORMANT))
        return any(each.status_code == 200 for each in drafts)

    def forbidden_to_the_committee(self, by: str) -> frozenset[str]:
        """Why this person may not have a draft for the Committee now."""
        found = self._wrong_around("looks")
        roles: frozenset[str] = frozenset(PEOPLE[by][0])
        if not roles & {"NOMINATOR", "APPROVER", "LIST_STEWARD"}:
            found.add("SG-26")
        if not self.facts.is_submitted:
            found.add("SG-13")
        if self.facts.nominated_as not in ("", NAMED):
            found.add(WRONGS[self.facts.nominated_as].rule)
        return frozenset(found)


def measured(algorithm: str, ratio: float) -> Mapping[str, Any]:
    """A measurement of false alerts in which one region bears so much more than all."""
    table = {"list": "BROAD", "entries": 20_000, "threshold": 0.06, "seed": 43, "fp_ratio_max": ratio}
    table |= {"worst_over_best": None, "worst_over_best_low_95": None, "region": [], "sex": [], "age": []}
    return {"measured_at": "2027-11-01T00:00:00+00:00", "algorithm": algorithm, "tables": [table]}
