"""Moving hits as values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.screening.errors import MoveNotDrawn
from services.screening.hits.confirmed import complete_months, entry_facts
from services.screening.hits.hit import Band, Hit, Matched, band_of, identity_digest
from services.screening.hits.life import Mover, moved, started_anew, without_person
from services.screening.hits.states import ClosingCode, HitState, HitType
from services.screening.registers.rows import ListSource
from shared.contracts import FlightV1
from shared.identifiers import HitId, TravellerId

NOON = datetime(2027, 11, 14, 12, tzinfo=UTC)
MOVER = Mover("screening", NOON + timedelta(hours=1), "TEST")
SOURCE = ListSource(
    source_id="DEMO",
    publisher="Demonstration",
    kind="NATIONAL",
    reader="un",
    purpose_tag="TERRORISM",
    allow_list=("Al-Qaida",),
    handling_code="H1",
    conditions=(),
    action_code="SECONDARY",
    tear_line="Verify the document.",
    desk_phone="+000 100",
    source_grade=1,
    info_grade="B",
)


def a_hit(state: HitState = HitState.POSSIBLE_MATCH, **changes: Any) -> Hit:
    hit = Hit(
        hit_id=HitId(UUID(int=1)),
        traveller_id=TravellerId(UUID(int=2)),
        entry_id="DEMO:DEMi.001",
        source_id="DEMO",
        hit_type=HitType.PERSON,
        state=state,
        since=NOON,
        made_at=NOON,
        reported_at=NOON,
        waiting_since=NOON,
        flight=FlightV1(flight_id=UUID(int=3), carrier="XA", number="418", suffix=None, legs=[]),
        data_class="API",
        journey_key="journey",
        traveller={"surname": "NAMUDHAJI"},
        traveller_digest="digest",
        entry={"names": [{"text": "SAMIR NAMUDHAJI"}]},
        entry_digest="digest",
        matched=Matched(0.9, [{"traveller": "NAMUDHAJI", "entry": "NAMUDHAJI"}], None, "d", "a", 0.5),
    )
    return replace(hit, **changes)


def test_a_move_changes_the_state_and_leaves_a_step() -> None:
    hit, (hit_id, step) = moved(a_hit(), HitState.IN_REVIEW, MOVER)
    assert (hit.state, hit.since, hit_id) == (HitState.IN_REVIEW, MOVER.at, hit.hit_id)
    assert (step.source, step.target, step.actor) == ("POSSIBLE_MATCH", "IN_REVIEW", "screening")


def test_a_possible_match_never_becomes_confirmed_in_one_move() -> None:
    with pytest.raises(MoveNotDrawn):
        moved(a_hit(), HitState.CONFIRMED, MOVER)


def test_closing_keeps_the_code() -> None:
    hit, _ = moved(a_hit(), HitState.CLOSED, MOVER, ClosingCode.DID_NOT_TRAVEL)
    assert hit.closing_code is ClosingCode.DID_NOT_TRAVEL
    assert not hit.is_open


@pytest.mark.parametrize("state", [HitState.AWAITING_SECOND, HitState.INCONCLUSIVE, HitState.CONFIRMED])
def test_changed_data_asks_for_two_new_reviews(state: HitState) -> None:
    hit, steps = started_anew(a_hit(state), MOVER)
    assert (hit.state, hit.review_round, hit.confirmed_at) == (HitState.POSSIBLE_MATCH, 2, None)
    assert steps[-1][1].target == "POSSIBLE_MATCH"


@pytest.mark.parametrize("state", [HitState.POSSIBLE_MATCH, HitState.IN_REVIEW, HitState.ACTIONED])
def test_changed_data_leaves_where_no_answer_stands_or_the_measure_has_happened(state: HitState) -> None:
    hit, steps = started_anew(a_hit(state), MOVER)
    assert (hit.state, hit.review_round, steps) == (state, 1, [])


def test_an_unlinked_hit_holds_nobody() -> None:
    hit = without_person(a_hit(HitState.CLOSED))
    assert hit.traveller is None
    assert hit.journey_key == ""
    assert all(each["traveller"] is None for each in hit.matched.evidence)


def test_a_hit_prints_without_its_person() -> None:
    assert "NAMUDHAJI" not in repr(a_hit())


@pytest.mark.parametrize(
    ("score", "band"), [(0.95, Band.STRONG), (0.949, Band.MEDIUM), (0.8, Band.MEDIUM), (0.79, Band.WEAK)]
)
def test_people_see_bands(score: float, band: Band) -> None:
    assert band_of(score) is band


def test_a_seat_is_no_identifier_and_a_birth_date_is() -> None:
    traveller = {"surname": "NAMUDHAJI", "birth_date": "1979-05-14", "seat": "12A"}
    assert identity_digest(traveller) == identity_digest({**traveller, "seat": "14C"})
    assert identity_digest(traveller) != identity_digest({**traveller, "birth_date": "1979-05-15"})


@pytest.mark.parametrize(
    ("since", "today", "months"),
    [
        (date(2027, 1, 14), date(2027, 11, 14), 10),
        (date(2027, 1, 15), date(2027, 11, 14), 9),
        (date(2028, 1, 1), date(2027, 11, 14), 0),
    ],
)
def test_an_item_ages_in_complete_months(since: date, today: date, months: int) -> None:
    assert complete_months(since, today) == months


def test_sharing_is_told_of_the_entry_without_its_grounds() -> None:
    entry = {
        "names": [{"text": "SAMIR NAMUDHAJI", "kind": "PRIMARY", "quality": "GOOD", "note": "x"}],
        "category": "UN_1267_LISTED",
        "grounds": ["A story."],
        "listings": [
            {"source": "X", "terrorism": False, "reference": "KPi.1"},
            {
                "source": "DEMO",
                "terrorism": True,
                "reference": "DEMi.001",
                "programme": "Al-Qaida",
                "updated_on": "2027-06-01",
            },
        ],
    }
    facts = entry_facts(a_hit(entry=entry), SOURCE, NOON.date())
    assert (facts.list_reference, facts.programme) == ("DEMi.001", "Al-Qaida")
    assert facts.items[0].age_months == 5
    assert "A story." not in str(facts.as_json())
    assert facts.names == [{"text": "SAMIR NAMUDHAJI", "kind": "PRIMARY", "quality": "GOOD"}]
