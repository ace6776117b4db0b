"""The facts that sharing gathers, judged by the real safeguards: facts → reasons."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.sharing.registers.entries import Scope, Suspension
from services.sharing.shares.facts import Assessment, ShareRequest, age_of, is_fallback_open, share_facts
from services.sharing.shares.recipients import Candidate, Connection
from shared.contracts import GradedItemV1
from shared.policy.engine import PolicyEngine
from shared.policy.facts.registry import rules_judging
from tests.fakes import FixedClock
from tests.unit.sharing.samples import (
    NOW,
    PORT,
    a_basis,
    a_country_risk,
    a_hit,
    a_hit_state,
    a_request,
    an_agreement,
    an_authority,
)
from tests.unit.sharing.signed_policy import a_signed_policy

# SG-35 is the vault's own; SG-45 reads what the engine stamps itself.
RULES = [rule for rule in rules_judging("share.send") if rule not in {"SG-35", "SG-45"}]
SUSPENSION = Suspension(at=NOW, by="legal", why="recall overdue")


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> PolicyEngine:
    return a_signed_policy(tmp_path_factory.mktemp("policy"), FixedClock(NOW))


def reasons_of(policy: PolicyEngine, request: ShareRequest) -> set[str]:
    facts = share_facts(request, NOW)
    return {reason for rule in RULES for reason in policy.judge(rule, facts).reasons}


def a_minor() -> ShareRequest:
    return a_request(hit=a_hit(birth_date="2010-01-02"))


def national(**around: Any) -> ShareRequest:
    candidate = Candidate("XAA", Scope.NATIONAL, (Connection.OWN_PORT,), ("7",), PORT.id)
    facts: dict[str, Any] = {"authority": PORT, "agreement": None, "country_risk": None}
    return a_request(candidate=candidate, **(facts | around))


def test_complete_request_is_permitted_by_every_safeguard(policy: PolicyEngine) -> None:
    assert reasons_of(policy, a_request()) == set()


def test_national_recipient_needs_no_agreement_partner_or_country_risk(policy: PolicyEngine) -> None:
    assert reasons_of(policy, national()) == set()


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        pytest.param(a_request(legal_row=None), "SG-02.NO_ROW", id="no legal row"),
        pytest.param(
            a_request(basis=a_basis(statement="needed")), "SG-03.STATEMENT_INSUFFICIENT", id="words"
        ),
        pytest.param(
            a_request(basis=a_basis(approver="supervisor")), "SG-03.STATEMENT_INSUFFICIENT", id="one"
        ),
        pytest.param(a_request(basis=a_basis(expires=date(2026, 6, 1))), "SG-03.EXPIRED", id="expired"),
        pytest.param(a_request(hit_state=a_hit_state(is_open=False)), "SG-03.CASE_CLOSED", id="closed case"),
        pytest.param(
            a_request(hit_state=a_hit_state(state="POSSIBLE_MATCH")),
            "SG-08.NOT_CONFIRMED",
            id="possible match",
        ),
        pytest.param(
            a_request(hit_state=a_hit_state(reviews=None)), "SG-08.NO_HUMAN_VERIFICATION", id="nobody"
        ),
        pytest.param(
            a_request(hit_state=a_hit_state(reviews=None)), "SG-09.NO_SECOND_REVIEWER", id="no second"
        ),
        pytest.param(a_minor(), "SG-16.CHILD_PROTECTED", id="child"),
        pytest.param(a_request(hit=a_hit(entry={"category": "ASSOCIATE"})), "SG-17", id="not a suspect"),
        pytest.param(a_request(authority=None), "SG-29.RECIPIENT_NOT_DESIGNATED", id="unknown authority"),
        pytest.param(
            a_request(authority=an_authority(status="SUSPENDED")), "SG-29.NOT_ACTIVE", id="suspended"
        ),
        pytest.param(
            a_request(authority=an_authority(verified_at=date(2025, 5, 31))),
            "SG-29.VERIFICATION_OLD",
            id="verified 366 days ago",
        ),
        pytest.param(a_request(key_is_current=False), "SG-29.KEY_NOT_CURRENT", id="old key"),
        pytest.param(a_request(agreement=None), "SG-30.NO_AGREEMENT_IN_FORCE", id="no agreement"),
        pytest.param(
            a_request(agreement=an_agreement(valid_to=date(2026, 6, 1))),
            "SG-30.NO_AGREEMENT_IN_FORCE",
            id="agreement over",
        ),
        pytest.param(
            a_request(agreement=an_agreement(suspended=SUSPENSION), basis=a_basis(legal_approver="legal")),
            "SG-30.AGREEMENT_SUSPENDED",
            id="suspension blocks the fallback",
        ),
        pytest.param(a_request(hit=a_hit(entry={"handling_code": "H4"})), "SG-32.HANDLING_CODE", id="H4"),
        pytest.param(
            a_request(country_risk=a_country_risk(level="HIGH")), "SG-34.HUMAN_RIGHTS_RISK", id="high risk"
        ),
        pytest.param(
            a_request(country_risk=a_country_risk(level="MEDIUM")), "SG-34.HOLD_REVIEW", id="medium risk"
        ),
        pytest.param(a_request(country_risk=None), "SG-34.DEATH_PENALTY", id="unknown risk"),
        pytest.param(
            a_request(country_risk=a_country_risk(assessed_at=date(2025, 11, 29))),
            "SG-34.HOLD_REVIEW",
            id="risk assessed 184 days ago",
        ),
        pytest.param(a_request(assessment=None), "SG-34.HOLD_REVIEW", id="individual risk not looked for"),
        pytest.param(
            a_request(assessment=Assessment(individual_risk=True)), "SG-34.INDIVIDUAL_RISK", id="at risk"
        ),
        pytest.param(
            a_request(hit_state=a_hit_state(entry_status="REMOVED")), "SG-37.RECALLED", id="entry removed"
        ),
        pytest.param(
            a_request(authority=an_authority(recall_endpoint=None)),
            "SG-37.NOT_RECALLABLE",
            id="cannot be recalled",
        ),
        pytest.param(
            a_request(authority=an_authority(safeguards=None)), "SG-38.PARTNER_SAFEGUARDS", id="not assessed"
        ),
        pytest.param(a_request(chain_is_whole=False), "SG-41.CHAIN_BROKEN", id="log broken"),
        pytest.param(a_request(basis=a_basis(approver_roles=("DPO",))), "SG-42.OPERATIONAL", id="oversight"),
        pytest.param(
            a_request(
                hit=a_hit(
                    entry={"items": [GradedItemV1(source_grade=3, info_grade="E", kind="FACT", age_months=1)]}
                )
            ),
            "SG-11",
            id="ungradable",
        ),
    ],
)
def test_each_fact_reaches_its_safeguard(policy: PolicyEngine, request_: ShareRequest, reason: str) -> None:
    found = reasons_of(policy, request_)
    assert any(each.startswith(reason) for each in found), found


def test_legal_officers_finding_stands_in_for_an_agreement(policy: PolicyEngine) -> None:
    assert reasons_of(policy, a_request(agreement=None, basis=a_basis(legal_approver="legal"))) == set()


def test_verified_assurance_answers_a_possible_death_penalty(policy: PolicyEngine) -> None:
    risk = a_country_risk(death_penalty=True)
    assured = an_agreement(death_penalty_assurance=True, death_penalty_assurance_verified=True)
    assert "SG-34.DEATH_PENALTY" in reasons_of(policy, a_request(country_risk=risk))
    assert reasons_of(policy, a_request(country_risk=risk, agreement=assured)) == set()


def test_two_clear_assessments_lift_a_medium_risk(policy: PolicyEngine) -> None:
    request = a_request(
        country_risk=a_country_risk(level="MEDIUM"),
        assessment=Assessment(individual_risk=False, legal="CLEAR", human_rights="CLEAR"),
    )
    assert reasons_of(policy, request) == set()


def test_fallback_is_open_without_agreement_and_closed_by_a_suspended_one() -> None:
    assert is_fallback_open(a_request(agreement=None))
    assert not is_fallback_open(a_request(agreement=an_agreement(suspended=SUSPENSION)))
    assert not is_fallback_open(national())


def test_facts_hold_nothing_of_the_protection_vault() -> None:
    facts = share_facts(a_request(), NOW)
    assert not {"feared_states", "nationality", "former_residence", "claim_sign"} & set(facts["context"])
    assert "subject_protection" not in facts["object"]


@pytest.mark.parametrize(
    ("birth_date", "age"),
    [("2008-06-01", 18), ("2008-06-02", 17), ("2008", 17), ("2008-06", 17), ("2007", 18), (None, 46)],
)
def test_age_is_the_youngest_reading(birth_date: str | None, age: int) -> None:
    hit = a_hit(birth_date=birth_date)
    assert age_of(hit, NOW) == age


@pytest.mark.parametrize(
    ("listed", "age"),
    [
        ({"kind": "EXACT", "date": "1980-01-02"}, 46),
        ({"kind": "YEAR", "year": 2008}, 17),
        ({"kind": "BETWEEN", "from_year": 1990, "to_year": 2009}, 16),
        ({"kind": "UNKNOWN"}, None),
    ],
)
def test_entrys_birth_date_stands_in_for_the_travellers(listed: dict[str, Any], age: int | None) -> None:
    hit = a_hit(birth_date=None, entry={"birth_dates": [listed]})
    assert age_of(hit, NOW) == age


def test_age_is_unknown_without_any_birth_date() -> None:
    hit = a_hit(birth_date=None, entry={"birth_dates": []})
    assert age_of(hit, NOW) is None


def test_payload_fields_are_the_fields_judged() -> None:
    request = a_request()
    assert share_facts(request, NOW)["object"]["fields"] == list(request.payload.fields)


def test_policy_files_are_read_from_the_signed_copy(policy: PolicyEngine, tmp_path: Path) -> None:
    assert policy.decide(share_facts(a_request(), NOW)).reasons == ("SG-35.FACT_MISSING",)
