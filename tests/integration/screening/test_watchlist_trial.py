"""An entry is tried on travellers whom nobody chose: some of each past day, as many of each."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.screening.batches.window import TravellerWindow
from services.screening.watchlist.submitting import Submitting
from services.screening.watchlist.trial import DAYS, TRIED_AT_MOST
from shared.bus.message import OutgoingMessage
from shared.identifiers import RandomIdentifiers
from shared.security.roles import Role
from shared.security.tokens import Principal, PrincipalKind
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import somebody_else
from tests.integration.screening.test_nominations import GRETA, TRAVELLER, terms
from tests.integration.screening.test_rescreening import columns_of

STEWARD = Principal("steward", PrincipalKind.USER, frozenset({Role.NOMINATOR}), "XAA-PIU-01", clearance="H3")


@dataclass
class Ingest:
    """Answers pages of travellers by day of departure."""

    by_day: dict[str, list[dict[str, Any]]]
    asked: list[str] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        day = str(message.body["first_day"])
        assert day == message.body["last_day"]
        self.asked.append(day)
        people = self.by_day.get(day, [])
        return {"travellers": columns_of({uuid4(): facts for facts in people}), "place": None}


async def drafted(desk: Desk) -> UUID:
    body = {"source_id": "DEMO", "entry": GRETA, "terms": terms(desk)}
    made = await desk.ask("steward", "POST", "/v1/nominations", json=body, status=201)
    return UUID(made["nomination_id"])


def days_ago(desk: Desk, days: int) -> str:
    return (desk.clock.now().date() - timedelta(days=days)).isoformat()


async def test_every_past_day_counts_alike_and_hits_of_ours_do_not(desk: Desk) -> None:
    nomination_id = await drafted(desk)
    many = [somebody_else(number) for number in range(TRIED_AT_MOST // DAYS + 50)]
    unreadable = {"given_names": "NO SURNAME"}
    ingest = Ingest({days_ago(desk, 1): many, days_ago(desk, 3): [TRAVELLER, somebody_else(3), unreadable]})
    ports = desk.service.ports
    window = TravellerWindow(ingest, RandomIdentifiers(desk.clock))
    submitted = await Submitting(ports, desk.service.current, window)(nomination_id, STEWARD)
    assert submitted.trial is not None
    assert (submitted.trial.basis, submitted.trial.stopped) == ("PAST_TRAFFIC", 1)
    assert submitted.trial.tried == TRIED_AT_MOST // DAYS + 2
    assert ingest.asked == [days_ago(desk, days) for days in range(1, DAYS + 1)]
    assert date.fromisoformat(ingest.asked[-1]) < desk.clock.now().date()


async def test_where_ingest_does_not_answer_the_trial_says_whom_it_tried(desk: Desk) -> None:
    nomination_id = await drafted(desk)
    submitted = await desk.ask("steward", "POST", f"/v1/nominations/{nomination_id}/submission")
    assert submitted["trial"]["basis"] == "TRAVELLERS_HELD"
