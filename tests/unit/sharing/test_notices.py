"""The envelope around a payload: what it rests on, how long it lives, what the recipient keeps."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.sharing.protocol.envelope import Envelope, open_notice
from services.sharing.protocol.sender import Sender
from services.sharing.registers.entries import Scope
from services.sharing.shares.notices import Sealing, payload_for, seal_notice
from services.sharing.shares.recipients import Candidate, Connection
from services.sharing.shares.records import Share, ShareState
from shared.contracts import GradedItemV1, HitConfirmedV1
from shared.identifiers import AuthorityId, ShareId
from tests.unit.sharing.samples import (
    NOW,
    OWN,
    RECIPIENT_KEY,
    SENDER_KID,
    SIGNING_KEY,
    a_basis,
    a_hit,
    a_hit_state,
    a_leg,
    an_agreement,
    an_authority,
    public,
)

NOTICE_ID = UUID("0197c000-0000-7000-8000-00000000d00d")
SENDER = Sender(AuthorityId(OWN), SENDER_KID, SIGNING_KEY)


def a_share(hit: HitConfirmedV1) -> Share:
    return Share(ShareId(NOTICE_ID), NOW, ShareState.PROPOSED, 1, "DEPARTURE", hit)


def a_sealing(hit: HitConfirmedV1 | None = None) -> Sealing:
    key = an_authority().current_key("enc", NOW)
    assert key is not None
    return Sealing(
        share=a_share(hit or a_hit()),
        candidate=Candidate("XBB", Scope.FOREIGN, (Connection.NATIONALITY,), ("5", "6", "11"), "XBB-PIU-01"),
        basis=a_basis(),
        agreement=an_agreement(max_retention_days=100),
        recipient_key=key,
        message_id=NOTICE_ID,
        created_at=NOW,
        lifetime=timedelta(hours=72),
    )


def envelope_of(sealing: Sealing) -> Envelope:
    payload = payload_for(
        sealing.share, sealing.candidate, sealing.agreement, a_hit_state(), AuthorityId(OWN)
    )
    envelope, _ = open_notice(
        seal_notice(sealing, payload, SENDER),
        recipient="XBB-PIU-01",
        key_of={SENDER_KID: public(SIGNING_KEY)}.get,
        private_key=RECIPIENT_KEY,
        now=NOW,
    )
    assert envelope.payload_hash == payload.digest
    return envelope


def test_notice_rests_on_its_agreement() -> None:
    envelope = envelope_of(a_sealing())
    assert (envelope.agreement_id, envelope.fallback) == ("XAA-XBB-2025", None)
    assert envelope.legal_ref == ("SCR-2396/5", "SCR-2396/6", "SCR-2396/11")
    assert envelope.handling.caveats == ("C1", "C2", "C3", "C4")
    assert envelope.handling.conditions == ("no-onward",)
    assert envelope.retention_until == (NOW + timedelta(days=100)).date()


def test_notice_rests_on_the_fallback() -> None:
    sealing = replace(a_sealing(), agreement=None, basis=a_basis(legal_approver="legal"))
    envelope = envelope_of(sealing)
    assert (envelope.agreement_id, envelope.fallback, envelope.approver_role) == (
        None,
        "2396-N-MIN",
        "LEGAL",
    )


def test_notice_at_home_rests_on_law() -> None:
    candidate = Candidate("XAA", Scope.NATIONAL, (Connection.OWN_COMPETENT,), ("7",), "XBB-PIU-01")
    envelope = envelope_of(replace(a_sealing(), agreement=None, candidate=candidate))
    assert (envelope.agreement_id, envelope.fallback) == (None, None)
    assert envelope.legal_ref == ("SCR-2396/7",)


def test_no_reviewer_and_no_score_leaves() -> None:
    text = envelope_of(a_sealing()).model_dump_json()
    assert not [word for word in ("verifier", "supervisor", "score") if word in text]


def test_best_grade_stands_for_the_notice() -> None:
    items = [
        GradedItemV1(source_grade=None, info_grade=None, kind="ASSESSMENT", age_months=1),
        GradedItemV1(source_grade=2, info_grade="B", kind="FACT", age_months=1),
        GradedItemV1(source_grade=2, info_grade="C", kind="ASSESSMENT", age_months=1),
    ]
    quality = envelope_of(a_sealing(a_hit(entry={"items": items}))).quality
    assert (quality.source_grade, quality.info_grade, quality.fact_or_assessment) == (2, "B", "FACT")


def test_notice_before_landing_says_so() -> None:
    leg = a_leg("XQA", "XAA", "XQB", "XBB")
    landing = leg.model_copy(update={"arrival_utc": NOW + timedelta(hours=3)})
    landed = leg.model_copy(update={"arrival_utc": NOW - timedelta(hours=3)})
    assert envelope_of(a_sealing(a_hit(legs=(landing,)))).urgency == "BEFORE_LANDING"
    assert envelope_of(a_sealing(a_hit(legs=(landed,)))).urgency == "ROUTINE"


def test_precision_is_that_of_the_birth_date() -> None:
    found = [
        envelope_of(a_sealing(a_hit(birth_date=sent))).quality.precision
        for sent in ("1980-01-02", "1980", None)
    ]
    assert found == ["EXACT", "PART", "UNKNOWN"]
