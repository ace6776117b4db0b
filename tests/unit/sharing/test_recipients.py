"""Who has to be told, by paragraph of resolution 2396."""

from typing import Any

import pytest

from services.sharing.registers.entries import Kind, Scope
from services.sharing.shares.recipients import (
    Candidate,
    Connection,
    Outcome,
    candidates,
    nationalities,
    outcome_of,
)
from shared.contracts import HitConfirmedV1
from tests.unit.sharing.samples import POLICE, PORT, a_hit, a_leg, a_national_authority, an_authority

REGISTER = (an_authority(), an_authority("XCC-PIU-01", "XCC"), PORT, POLICE)
AIRPORTS = {"XQC": "XCC", "XQD": "XDD"}


def told(hit: HitConfirmedV1, event: str = "DEPARTURE") -> tuple[Candidate, ...]:
    return candidates(hit, REGISTER, own_state="XAA", event=event, state_of=AIRPORTS.get)


def abroad(hit: HitConfirmedV1, event: str = "DEPARTURE") -> dict[str, Candidate]:
    return {each.state: each for each in told(hit, event) if each.scope is Scope.FOREIGN}


def test_own_port_and_competent_authority_come_first() -> None:
    assert [each.authority_id for each in told(a_hit())] == ["XAA-BORDER-01", "XAA-POLICE-01", "XBB-PIU-01"]


def test_own_state_is_never_a_candidate_abroad() -> None:
    assert "XAA" not in abroad(a_hit(nationality="XAA", residence="XAA"))


def test_a_port_elsewhere_in_our_state_is_not_told() -> None:
    other = a_national_authority("XAA-BORDER-02", Kind.BORDER, ports=("ZQA",))
    found = candidates(a_hit(), (*REGISTER, other), own_state="XAA", event="DEPARTURE", state_of=AIRPORTS.get)
    assert "XAA-BORDER-02" not in {each.authority_id for each in found}


def test_every_nationality_the_document_first_then_the_entry() -> None:
    hit = a_hit(nationality="XBB", entry={"nationalities": ["XDD", "XBB", "XCC"]})
    assert nationalities(hit) == ("XBB", "XDD", "XCC")


def test_passport_issuer_stands_in_for_an_absent_nationality() -> None:
    hit = a_hit(nationality=None, entry={"nationalities": []})
    assert nationalities(hit) == ("XBB",)


def test_refugee_document_gives_no_nationality() -> None:
    documents = [{"type": "PR", "number": "R1", "issuer": "XDD"}]
    assert nationalities(a_hit(nationality="XXB", documents=documents, entry={"nationalities": []})) == ()


@pytest.mark.parametrize(
    ("changes", "state", "connections", "paragraphs"),
    [
        ({"nationality": "XDD"}, "XDD", {Connection.NATIONALITY}, ("5", "6", "11")),
        ({"residence": "XDD"}, "XDD", {Connection.RESIDENCE}, ("5", "11")),
        ({"debarkation": "XQD"}, "XDD", {Connection.DESTINATION}, ("5", "11")),
        ({"embarkation": "XQD"}, "XDD", {Connection.ORIGIN}, ("5",)),
    ],
)
def test_paragraph_names_why_a_state_is_concerned(
    changes: dict[str, Any], state: str, connections: set[Connection], paragraphs: tuple[str, ...]
) -> None:
    found = abroad(a_hit(**changes))[state]
    assert (set(found.connections), found.paragraphs) == (connections, paragraphs)


def test_transit_state_is_between_origin_and_destination() -> None:
    hit = a_hit(legs=(a_leg("XQA", "XAA", "XQC", "XCC"), a_leg("XQC", "XCC", "XQB", "XBB")))
    found = abroad(hit)
    assert found["XCC"].connections == (Connection.TRANSIT,)
    assert found["XBB"].connections == (Connection.DESTINATION, Connection.NATIONALITY)


def test_traveller_who_leaves_in_transit_does_not_concern_the_next_state() -> None:
    hit = a_hit(
        legs=(a_leg("XQA", "XAA", "XQC", "XCC"), a_leg("XQC", "XCC", "XQD", "XDD")), debarkation="XQC"
    )
    assert set(abroad(hit)) == {"XCC", "XBB"}


def test_flight_without_legs_leaves_the_person_alone() -> None:
    found = abroad(a_hit(legs=()))
    assert found["XBB"].connections == (Connection.NATIONALITY,)


def test_detention_adds_paragraph_three_but_not_for_residence() -> None:
    found = abroad(a_hit(residence="XDD"), event="DETAINED")
    assert "3" in found["XBB"].paragraphs
    assert "3" not in found["XDD"].paragraphs


def test_state_without_authority_stays_a_candidate_without_desk() -> None:
    found = abroad(a_hit(nationality="XDD"))["XDD"]
    assert (found.authority_id, found.key) == (None, "XDD-NONE")


def test_active_unit_is_preferred_to_a_suspended_one() -> None:
    register = (an_authority("XBB-A", status="SUSPENDED"), an_authority("XBB-B"))
    found = candidates(a_hit(), register, own_state="XAA", event="DEPARTURE", state_of=AIRPORTS.get)
    assert [each.authority_id for each in found] == ["XBB-B"]


@pytest.mark.parametrize(
    ("reasons", "fallback_open", "outcome"),
    [
        ((), False, Outcome.SEND),
        (("SG-34.HOLD_REVIEW",), False, Outcome.HOLD),
        (("SG-30.NO_AGREEMENT_IN_FORCE",), True, Outcome.HOLD),
        (("SG-30.NO_AGREEMENT_IN_FORCE",), False, Outcome.BLOCK),
        (("SG-30.NO_AGREEMENT_IN_FORCE", "SG-30.AGREEMENT_SUSPENDED"), True, Outcome.BLOCK),
        (("SG-34.HOLD_REVIEW", "SG-38.PARTNER_SAFEGUARDS"), True, Outcome.BLOCK),
    ],
)
def test_hold_only_where_people_can_lift_every_reason(
    reasons: tuple[str, ...], fallback_open: bool, outcome: Outcome
) -> None:
    assert outcome_of(reasons, fallback_open=fallback_open) is outcome
