"""A day at a border, played through the services' own interfaces by scripted people.

Carrier XA reports flights; officers compare, decide and share. Everybody uses the same doors as in earnest.
Only the clock is scripted: a review that takes a minute does not make one wait.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from deploy.local.api import Api, Declined
from deploy.local.faults import LocalFault
from deploy.local.installation import WORLD
from deploy.local.scripted_world import Posting, afternoon, morning, schedule
from shared.clock import Clock

LIST_FILE: Final = WORLD / "watchlist.xml"
LIST_SOURCE: Final = "DEMO"
LIST_APPROVERS: Final = ("steward", "supervisor")
REVIEWERS: Final = ("verifier-1", "verifier-2")
READING_SECONDS: Final = 40
SECOND_STARTS_AT: Final = 45
PATIENCE_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.2
MAX_REVIEWS: Final = 50
STATEMENT: Final = (
    "A confirmed listed person is about to board; the State of destination decides before landing."
)
ALTERNATIVES: Final = "The INTERPOL channel alone reaches no duty desk before the landing."
PERIOD_DAYS: Final = 7
ASSESSMENT: Final = {
    "individual_risk": False,
    "assessments": {"legal": "CLEAR", "human_rights": "CLEAR"},
}
PROPOSAL: Final = {
    "statement": STATEMENT,
    "alternatives_considered": ALTERNATIVES,
    "period_days": PERIOD_DAYS,
}

Tell = Callable[[str], None]


class DayStuck(LocalFault):
    """Something that the script waits for did not happen."""

    code = "DAY_STUCK"
    sentence = "The demonstration waited {seconds} seconds in vain for {what}; see the logs in {logs}."


@dataclass
class DayReport:
    """What happened, for the summary; no personal data but what the fictional list names."""

    list_version: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    travellers: int = 0
    reviews: int = 0
    hits: dict[str, int] = field(default_factory=dict)
    recipients: list[dict[str, Any]] = field(default_factory=list)
    waiting_in_queue: int = 0
    cards: int = 0
    missing_flights: list[str] = field(default_factory=list)


@dataclass
class ScriptedDay:
    """Plays the day once.

    Args:
        api: Calls the running services.
        clock: The machine's; flights leave in the hours after its instant.
        tell: Told, in a few words, what happens now.
        logs: Named in the sentence when the day gets stuck.
    """

    api: Api
    clock: Clock
    tell: Tell
    logs: str
    report: DayReport = field(default_factory=DayReport)

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """The parts of the day, in order, each with its words for the progress bar."""
        return [
            ("two people put the watchlist in force", self.put_list_in_force),
            ("the day's schedule says which flights to expect", self.expect_flights),
            ("the carrier reports the morning's flights", self.report_morning),
            ("two officers review every possible match, the second blind", self.review_everything),
            ("a supervisor and the legal officer decide what is shared", self.share_confirmed),
            ("the carrier reports one more flight", self.report_afternoon),
            ("everything is counted", self.count),
        ]

    def put_list_in_force(self) -> None:
        """Import the demonstration's list and have it approved, unless it is in force already."""
        query = {"source": "un", "as": LIST_SOURCE}
        content = LIST_FILE.read_bytes()
        imports = "/v1/watchlist/imports"
        version = self.api.post("steward", "screening", imports, params=query, content=content)
        for person in LIST_APPROVERS if version["state"] == "HELD" else ():
            path = f"/v1/watchlist/versions/{version['version_id']}/approval"
            version = self.api.post(person, "screening", path, json={})
        self.report.list_version = version
        self._until("the list to be compiled", self._list_is_compiled)

    def expect_flights(self) -> None:
        """Import the carrier's schedule; of one of its flights no list ever comes."""
        content = schedule(self.clock.now(), self._hundred())
        path = "/v1/expected-flights/imports"
        self.api.post("admin", "ingest", path, params={"format": "csv"}, content=content)

    def report_morning(self) -> None:
        """Post the first wave, and wait until everybody in it was screened."""
        self._send(morning(self.clock.now(), self._hundred()))

    def report_afternoon(self) -> None:
        """Post the last flight; what it finds is left for the visitor."""
        self._send(afternoon(self.clock.now(), self._hundred() - 100))

    def review_everything(self) -> None:
        """Let each verifier decide whatever the queue gives them, until it gives nothing more."""
        for reviewer, starts_at in zip(REVIEWERS, (0, SECOND_STARTS_AT), strict=True):
            for _ in range(MAX_REVIEWS):
                items = self.api.get(reviewer, "screening", "/v1/queue", later_seconds=starts_at)["items"]
                if not items or not any(self._review(reviewer, starts_at, row["hit_id"]) for row in items):
                    break

    def share_confirmed(self) -> None:
        """Take each confirmed hit through assessment, proposal and approval; wait for acknowledgements."""
        confirmed = sum(row["state"] == "CONFIRMED" for row in self._hits())
        self._until("sharing to hear of the confirmed hits", lambda: len(self._shares()) >= confirmed)
        for share in self._shares():
            if share["state"] == "AWAITING_ASSESSMENT":
                self._decide_share(share["share_id"])
        self._until("the counterparts' acknowledgements", self._everything_is_delivered)

    def count(self) -> None:
        """Gather what the summary shows."""
        states: dict[str, int] = {}
        for row in self._hits():
            states[row["state"]] = states.get(row["state"], 0) + 1
        self.report.hits = states
        self.report.recipients = [
            {**recipient, "notice": _notice_of(share, recipient)}
            for share in self._shares()
            for recipient in share["recipients"]
        ]
        missing = self.api.get("admin", "ingest", "/v1/expected-flights", params={"state": "MISSING"})
        self.report.missing_flights = [f"{row['carrier']}{row['number']}" for row in missing["flights"]]
        queue = self.api.get("verifier-1", "screening", "/v1/queue")
        self.report.waiting_in_queue = len(queue["items"])
        self.report.cards = len(self.api.get("front-line", "screening", "/v1/front-line/cards")["cards"])

    def _send(self, postings: list[Posting]) -> None:
        receipts = [self._post(posting) for posting in postings]
        accepted = [row["id"] for row in receipts if row is not None]
        self._until("the travellers to be screened", lambda: all(map(self._is_screened, accepted)))

    def _post(self, posting: Posting) -> dict[str, Any] | None:
        """Send one message; its receipt, or nothing for the one that has to be refused."""
        self.tell(posting.title)
        headers = {"Content-Type": posting.content_type}
        row = {"title": posting.title, "travellers": posting.travellers}
        try:
            receipt: dict[str, Any] = self.api.post(
                "carrier-XA", "ingest", "/v1/messages", content=posting.body, headers=headers
            )
        except Declined as refused:
            if not posting.is_refused:
                raise
            self.report.messages.append(row | {"status": "REJECTED", "why": str(refused.facts["reason"])})
            return None
        codes = ", ".join(sorted({fault["code"] for fault in receipt["faults"]}))
        self.report.messages.append(row | {"status": receipt["status"], "why": codes})
        self.report.travellers += receipt["travellers"]["accepted"]
        return receipt

    def _is_screened(self, receipt_id: str) -> bool:
        receipt = self.api.get("carrier-XA", "ingest", f"/v1/receipts/{receipt_id}")
        return receipt["screened_at"] is not None

    def _review(self, reviewer: str, starts_at: int, hit_id: str) -> bool:
        """Open a hit, read it, decide; whether the decision was taken."""
        try:
            view = self.api.post(reviewer, "screening", f"/v1/hits/{hit_id}/lease", later_seconds=starts_at)
            decision = judge(view)
            self.api.post(
                reviewer,
                "screening",
                f"/v1/hits/{hit_id}/decision",
                later_seconds=starts_at + READING_SECONDS,
                json=decision,
            )
        except Declined as refused:
            self.tell(str(refused.detail))
            return False
        self.report.reviews += 1
        self.tell(f"{reviewer} decided {decision['outcome']}")
        return True

    def _decide_share(self, share_id: str) -> None:
        path = f"/v1/shares/{share_id}"
        self.api.post("legal", "sharing", f"{path}/individual-risk", json=ASSESSMENT)
        proposed = self.api.post("supervisor", "sharing", f"{path}/proposal", json=PROPOSAL)
        approval = {"approval_id": proposed["approval_id"]}
        decided = self.api.post("legal", "sharing", f"{path}/approval", json=approval)
        for row in decided["decisions"]:
            self.tell(f"{row['authority_id']}: {row['outcome']} {' '.join(row['reasons'])}")

    def _hits(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.api.get("supervisor", "screening", "/v1/hits")["hits"]
        return rows

    def _shares(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.api.get("legal", "sharing", "/v1/shares")["shares"]
        return rows

    def _everything_is_delivered(self) -> bool:
        notices = [notice for share in self._shares() for notice in share["notices"]]
        return all(notice["state"] == "DELIVERED" for notice in notices)

    def _list_is_compiled(self) -> bool:
        watchlist = self.api.get("steward", "screening", "/v1/watchlist")
        return watchlist["matcher"] is not None and watchlist["notice"] is None

    def _hundred(self) -> int:
        """The first hundred of flight numbers that nobody has used yet."""
        flights = self.api.get("admin", "ingest", "/v1/flights", params={"limit": 500})["flights"]
        used = {int(row["number"]) // 100 for row in flights if row["carrier"] == "XA"}
        return next(number for number in range(1, 100) if number not in used) * 100

    def _until(self, what: str, happened: Callable[[], bool]) -> None:
        """Wait for something that the services do by themselves.

        Raises:
            DayStuck: It did not happen within `PATIENCE_SECONDS`.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not happened():
            if time.monotonic() > deadline:
                raise DayStuck(seconds=int(PATIENCE_SECONDS), what=what, logs=self.logs)
            time.sleep(POLL_SECONDS)


def judge(view: Mapping[str, Any]) -> dict[str, Any]:
    """What a careful officer answers: the same person only when birth date and document say so too."""
    relations = {row["kind"]: row["relation"] for row in view["evidence"]}
    agreeing = [name for name in view["compared_fields"] if relations.get(name) == "AGREE"]
    is_same = {"name", "date_of_birth", "doc_number"} <= set(agreeing) and not view["contradictions"]
    reasons = (
        "Name, full date of birth and document number are the same on both sides."
        if is_same
        else "Only the name is alike; what else is known belongs to another person."
    )
    return {
        "outcome": "SAME" if is_same else "DIFFERENT",
        "reasons": reasons,
        "compared_fields": list(view["compared_fields"]),
        "explanations": {},
    }


def _notice_of(share: Mapping[str, Any], recipient: Mapping[str, Any]) -> str:
    """The state of the notice to one recipient, or nothing when none was written."""
    states = [
        notice["state"] for notice in share["notices"] if notice["authority_id"] == recipient["authority_id"]
    ]
    return states[0] if states else ""
