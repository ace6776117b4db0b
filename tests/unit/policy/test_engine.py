"""The engine: all reasons, fail closed, honest about itself."""

from pathlib import Path
from typing import Any

import cedarpy
import pytest

from shared.policy.actions import ACTIONS, RULES
from shared.policy.engine import ONE_BY_ONE_FROM, PolicyEngine, inputs_hash
from shared.policy.facts.registry import RULE_FACTS, rules_judging
from tests.fakes import FixedClock
from tests.unit.policy.signing import (
    AT,
    LEGAL,
    TRUSTED,
    copy_of_catalogue,
    reseal,
    signed_engine,
    use_of_entry,
)
from tests.unit.policy.table import changed


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> PolicyEngine:
    """The checkout's catalogue, signed by two."""
    return signed_engine(tmp_path_factory.mktemp("policy"))


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> PolicyEngine:
    """All forty-five in force, signed by two, in production."""
    folder = reseal(copy_of_catalogue(tmp_path_factory.mktemp("all")), *RULES[:-1])
    return signed_engine(tmp_path_factory.mktemp("policy"), folder, "production")


def test_permit_carries_what_it_rests_on(signed: PolicyEngine) -> None:
    verdict = signed.decide(use_of_entry())

    assert verdict.permits
    assert verdict.policy_version == signed.version
    assert verdict.catalogue_digest == signed.digest
    assert verdict.decided_at == AT
    assert verdict.as_json()["decision"] == "permit"
    assert verdict.as_json()["decided_at"] == "2026-06-01T10:00:00+00:00"
    assert verdict.inputs_hash.startswith("sha256:")


def test_several_questions_about_one_act_give_one_verdict_with_every_reason_once(
    signed: PolicyEngine,
) -> None:
    overdue = changed(use_of_entry(), {"object.review_due": "2026-01-01"})
    customs = changed(overdue, {"purpose.code": "CUSTOMS"})
    asked = [use_of_entry(), overdue, customs]

    refused = signed.decide_together(asked)
    assert (refused.permits, refused.obligations) == (False, ())
    assert refused.reasons == ("SG-01.PURPOSE_NOT_ALLOWED", "SG-14.REVIEW_OVERDUE")
    assert signed.decide_together(asked[::-1]).reasons == refused.reasons
    hashes = {refused.inputs_hash, *(signed.decide(each).inputs_hash for each in asked)}
    assert len(hashes) == 4, "no single question stands for all"
    permitted = signed.decide_together([use_of_entry(), use_of_entry()])
    assert permitted.permits
    assert permitted.obligations == signed.decide(use_of_entry()).obligations
    assert signed.decide_together([customs]).inputs_hash == signed.decide(customs).inputs_hash


def test_all_reasons_are_returned(signed: PolicyEngine) -> None:
    verdict = signed.decide(
        changed(use_of_entry(), {"purpose.code": "CUSTOMS", "object.status": "REMOVED", "context": {}})
    )

    assert verdict.reasons == (
        "SG-01.PURPOSE_NOT_ALLOWED",
        "SG-14.NOT_ACTIVE",
        "SG-14.REVIEW_OVERDUE",
        "SG-41.FACT_MISSING",
    )


def test_decision_is_the_same_alone_and_in_a_batch(signed: PolicyEngine) -> None:
    requests = [
        use_of_entry(),
        {"action": "no.such"},
        changed(use_of_entry(), {"object.status": "SUSPENDED"}),
        {"action": "record.mask", "purpose": {"code": "TERR_DETECT"}},
        use_of_entry(),
    ]

    batch = signed.decide_batch(requests)

    assert [verdict.reasons for verdict in batch] == [signed.decide(request).reasons for request in requests]
    assert len({verdict.decision_id for verdict in batch}) == len(requests)


@pytest.mark.parametrize("size", [ONE_BY_ONE_FROM - 1, ONE_BY_ONE_FROM])
def test_large_batch_says_what_each_would_be_told_alone(complete: PolicyEngine, size: int) -> None:
    reading = {
        "action": "record.read",
        "purpose": {"code": "TERR_DETECT", "case_id": "C-1"},
        "context": {"log_store": "UP", "chain_ok": True, "lookups_1h": 31},
        "now": "2026-06-01T10:00:00Z",
    }
    requests = [
        use_of_entry(),
        changed(use_of_entry(), {"object.status": "REMOVED", "object.purpose_tag": None}),
        reading,
        *(changed(use_of_entry(), {"object.review_due": f"2026-06-{day:02d}"}) for day in range(1, 29)),
    ][: size + 1]

    for verdict, request in zip(complete.decide_batch(requests), requests, strict=True):
        alone = complete.decide(request)
        assert (verdict.reasons, verdict.obligations) == (alone.reasons, alone.obligations)


@pytest.mark.parametrize("size", [1, ONE_BY_ONE_FROM])
def test_obligations_survive_any_size_of_batch(tmp_path: Path, size: int) -> None:
    engine = signed_engine(tmp_path, reseal(copy_of_catalogue(tmp_path), "SG-26"))
    reading = {
        "action": "record.read",
        "actor": {"roles": ["ANALYST"], "training_valid_to": "2026-12-01"},
        "purpose": {"code": "TERR_DETECT", "case_id": "C-1"},
        "context": {"case_open": True, "member": True, "purpose_age_h": 1, "off_shift": True},
        "now": "2026-06-01T10:00:00Z",
    }

    for verdict in engine.decide_batch([reading] * size):
        assert verdict.obligations == ("SG-26.ALERT_SUPERVISOR", "SG-26.STEP_UP")


def test_reasons_alone_are_those_of_each_safeguard_judged_by_itself(complete: PolicyEngine) -> None:
    requests: list[dict[str, Any]] = [
        {"action": "wl.activate", "object": {"person_key": "X:1"}},
        {"action": "wl.remove"},
        {"action": "no.such"},
        {"action": 7},
        {"action": "wl.activate", "object": {"person_key": "X:2", "purpose_tag": "TERRORISM"}},
    ]
    rules = ("SG-01", "SG-14", "SG-29")
    expected = [
        tuple(sorted({code for rule in rules for code in complete.judge(rule, request).reasons}))
        for request in requests
    ]
    assert complete.reasons_alone(rules, requests) == expected
    assert expected[0]


def test_empty_batch_has_no_verdicts(signed: PolicyEngine) -> None:
    assert signed.decide_batch([]) == []


def test_unknown_action_is_refused(signed: PolicyEngine) -> None:
    for verdict in (signed.decide({"action": "no.such"}), signed.judge("SG-29", {"action": "no.such"})):
        assert verdict.reasons == ("SG-45.POLICY_NOT_VERIFIED", "SG-45.UNKNOWN_ACTION")


@pytest.mark.parametrize("action", [None, 7, ["screen.run"]])
def test_action_that_is_no_text_is_refused(signed: PolicyEngine, action: Any) -> None:
    assert signed.decide({"action": action}).reasons == ("SG-45.FACT_MISSING",)
    assert signed.judge("SG-29", {"action": action}).reasons == ("SG-29.FACT_MISSING",)
    assert signed.decide({}).reasons == ("SG-45.FACT_MISSING",)


def test_safeguard_permits_an_action_that_it_does_not_judge(signed: PolicyEngine) -> None:
    assert signed.judge("SG-29", {"action": "wl.remove"}).permits


def test_unsigned_bundle_refuses_all_but_protection(engine: PolicyEngine) -> None:
    assert engine.decide(use_of_entry()).reasons == ("SG-45.BUNDLE", "SG-45.POLICY_NOT_VERIFIED")
    assert engine.decide({"action": "wl.remove", "purpose": {"code": "TERR_DETECT"}}).permits


def test_bundle_signed_by_one_person_refuses(tmp_path: Path) -> None:
    signed_engine(tmp_path)

    engine = PolicyEngine.load(
        tmp_path / "signed", profile="local", trusted_keys={LEGAL.kid: TRUSTED[LEGAL.kid]}
    )

    assert "SG-45.BUNDLE" in engine.decide(use_of_entry()).reasons


def test_request_cannot_speak_for_the_engine(engine: PolicyEngine) -> None:
    forged = changed(
        use_of_entry(),
        {"context.bundle": {"signatures": 2, "tests_passed": True}, "context.inputs_complete": True},
    )

    assert "SG-45.BUNDLE" in engine.decide(forged).reasons


@pytest.mark.parametrize("part", ["actor", "purpose", "object", "context"])
@pytest.mark.parametrize("value", [None, 7, "text", ["list"]])
def test_part_that_is_no_record_is_incomplete(signed: PolicyEngine, part: str, value: Any) -> None:
    assert "SG-45.INPUT_MISSING" in signed.decide(use_of_entry(**{part: value})).reasons


def test_obligations_come_with_a_permit_only(engine: PolicyEngine) -> None:
    reading = {
        "action": "record.read",
        "actor": {"roles": ["ANALYST"], "training_valid_to": "2026-12-01"},
        "purpose": {"code": "TERR_DETECT", "case_id": "C-1"},
        "context": {"case_open": True, "member": True, "purpose_age_h": 1, "off_shift": True},
        "now": "2026-06-01T10:00:00Z",
    }

    permitted = engine.judge("SG-26", reading)
    refused = engine.judge("SG-26", changed(reading, {"context.member": False}))

    assert permitted.obligations == ("SG-26.ALERT_SUPERVISOR", "SG-26.STEP_UP")
    assert refused.obligations == ()


def test_dropped_elements_are_an_obligation(engine: PolicyEngine) -> None:
    message = {
        "action": "ingest.accept",
        "object": {"data_class": "API", "element_names": ["surname", "religion"]},
        "context": {
            "allowed_elements": ["surname"],
            "route_in_force": True,
            "push_count": 1,
            "push_max": 5,
        },
    }

    assert engine.judge("SG-04", message).obligations == ("SG-04.ELEMENTS_DROPPED",)

    nothing_dropped = changed(message, {"context.allowed_elements": ["surname", "religion"]})

    assert engine.judge("SG-04", nothing_dropped).obligations == ()


def test_local_names_what_is_pending(tmp_path: Path) -> None:
    engine = signed_engine(tmp_path, reseal(copy_of_catalogue(tmp_path), "SG-01", "SG-05"))

    verdict = engine.decide({"action": "screen.run"})

    assert verdict.pending == ("SG-02", "SG-03", "SG-07", "SG-41", "SG-43")


def test_production_refuses_for_what_is_not_in_force(tmp_path: Path) -> None:
    engine = signed_engine(tmp_path, reseal(copy_of_catalogue(tmp_path), "SG-01"), "production")

    verdict = engine.decide({"action": "model.renew", "purpose": {"code": "TERR_DETECT"}})

    assert {"SG-41.NOT_IN_FORCE", "SG-43.NOT_IN_FORCE"} <= set(verdict.reasons)
    assert verdict.pending == ()


def test_safeguard_that_nobody_wrote_refuses(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    (folder / "SG-43.cedar").unlink()
    engine = signed_engine(tmp_path, reseal(folder), "production")

    verdict = engine.decide({"action": "model.renew", "purpose": {"code": "TERR_DETECT"}})

    assert "SG-43.NOT_WRITTEN" in verdict.reasons
    assert engine.judge("SG-43", {"action": "wl.remove"}).reasons == ("SG-43.NOT_WRITTEN",)


def test_complete_catalogue_permits_in_production(complete: PolicyEngine) -> None:
    assert complete.decide(use_of_entry()).permits


def test_vault_stands_for_its_safeguard(signed: PolicyEngine) -> None:
    share = {"action": "share.send", "purpose": {"code": "TERR_TRAVEL", "case_id": "C-1"}}
    protected = signed.judge(
        "SG-35",
        {
            "action": "share.send",
            "object": {"subject_protection": "REFUGEE"},
            "context": {
                "recipient_state": "XDD",
                "feared_states": ["XDD"],
                "nationality": [],
                "former_residence": [],
                "channel": "CLOSED",
            },
        },
    )
    clear = signed.judge("SG-35", {"action": "wl.remove"})

    assert "SG-35.FACT_MISSING" in signed.decide(share).reasons
    assert "SG-35.PROTECTED_PERSON" in signed.decide(share, vault=protected).reasons
    assert not any(reason.startswith("SG-35") for reason in signed.decide(share, vault=clear).reasons)


def test_batch_hears_the_vault_about_each_request_by_itself(signed: PolicyEngine) -> None:
    share = {"action": "share.send"}
    refusal = signed.judge("SG-35", share)
    clear = signed.judge("SG-35", {"action": "wl.remove"})
    vaults = [clear, refusal, None, clear]
    requests = [share, share, share, {"action": "no.such"}]

    batch = signed.decide_batch(requests, vaults)

    alone = [signed.decide(each, vault=vault) for each, vault in zip(requests, vaults, strict=True)]
    assert [verdict.reasons for verdict in batch] == [verdict.reasons for verdict in alone]
    assert len({verdict.reasons for verdict in batch}) == len(requests) - 1
    assert set(refusal.reasons) <= set(batch[1].reasons)


def test_vault_says_nothing_where_its_safeguard_does_not_judge(signed: PolicyEngine) -> None:
    refusal = signed.judge("SG-35", {"action": "share.send"})

    assert not refusal.permits
    assert signed.decide(use_of_entry(), vault=refusal).permits


def test_hash_keeps_the_vault_to_itself() -> None:
    request = use_of_entry()
    told = changed(request, {"object.subject_protection": "REFUGEE", "context.feared_states": ["XDD"]})

    assert inputs_hash(told) == inputs_hash(request)
    assert inputs_hash(changed(request, {"object.status": "REMOVED"})) != inputs_hash(request)


def test_request_that_json_cannot_write_is_judged_all_the_same(signed: PolicyEngine) -> None:
    verdict = signed.decide(changed(use_of_entry(), {"object.extra": {1, 2}}))

    assert verdict.inputs_hash == inputs_hash({"object": object()})


def test_hold_stands_alone_and_only_where_nothing_refuses(engine: PolicyEngine) -> None:
    first_import = {
        "action": "wl.import",
        "object": {
            "source": "UN_SC",
            "source_registered": True,
            "first_import": True,
            "hash_ok": True,
            "newer": True,
            "delta_pct": 0,
            "regime": "Al-Qaida",
        },
    }

    held = engine.judge("SG-18", first_import)
    refused = engine.judge("SG-18", changed(first_import, {"object.regime": "DPRK"}))

    assert held.reasons == ("SG-18.HOLD_REVIEW",)
    assert held.is_hold
    assert refused.reasons == ("SG-18.REGIME_NOT_TERRORISM",)
    assert not refused.is_hold


class BrokenCedar:
    """Answers as Cedar would if it were not itself."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer

    def __call__(self, requests: list[Any], *_: Any) -> list[cedarpy.AuthzResult]:
        """The same answer to all."""
        return [cedarpy.AuthzResult(self._answer) for _ in requests]


@pytest.mark.parametrize(
    "answer",
    [
        {"decision": "NoDecision", "diagnostics": {"errors": ["failed to build request"]}},
        {"decision": "Allow", "diagnostics": {"errors": ["error while evaluating policy `x`: y"]}},
        {"decision": "Deny", "diagnostics": {"reason": [], "errors": []}},
        {"decision": "Deny", "diagnostics": {"reason": ["nobody knows"]}},
    ],
)
def test_whatever_is_wrong_with_cedar_refuses(
    monkeypatch: pytest.MonkeyPatch, signed: PolicyEngine, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(cedarpy, "is_authorized_batch", BrokenCedar(answer))

    assert signed.decide(use_of_entry()).reasons == ("SG-45.ENGINE_ERROR", "SG-45.POLICY_NOT_VERIFIED")


@pytest.mark.parametrize("fault", [ValueError, RuntimeError, TypeError])
def test_engine_that_raises_refuses(
    monkeypatch: pytest.MonkeyPatch, signed: PolicyEngine, fault: type[Exception]
) -> None:
    def broken(*_: object) -> list[object]:
        raise fault("cedar is away")

    monkeypatch.setattr(cedarpy, "is_authorized_batch", broken)

    verdict = signed.decide(use_of_entry())
    assert verdict.reasons == ("SG-45.ENGINE_ERROR", "SG-45.POLICY_NOT_VERIFIED")
    assert not verdict.permits


def test_fault_of_one_policy_is_told_as_that_safeguards(
    monkeypatch: pytest.MonkeyPatch, signed: PolicyEngine
) -> None:
    error = "error while evaluating policy `SG-14.NOT_ACTIVE#3`: record does not have the attribute"
    answer = {"decision": "Allow", "diagnostics": {"reason": ["permit"], "errors": [error]}}
    monkeypatch.setattr(cedarpy, "is_authorized_batch", BrokenCedar(answer))

    assert signed.decide(use_of_entry()).reasons == ("SG-14.FACT_MISSING",)


def test_engine_takes_its_clock(tmp_path: Path) -> None:
    clock = FixedClock(AT)
    signed_engine(tmp_path)
    engine = PolicyEngine.load(tmp_path / "signed", profile="local", trusted_keys=TRUSTED, clock=clock)

    clock.advance(hours=1)

    assert engine.decide(use_of_entry()).decided_at == clock.now()


def test_every_action_is_judged_by_the_log_and_the_engine_itself() -> None:
    for action in ACTIONS:
        assert {"SG-01", "SG-41", "SG-45"} <= set(rules_judging(action))
    assert set(RULE_FACTS) == set(RULES)
