"""No order of steps gets a notice out past a safeguard: people act, registers change, facts go missing.

The machine acts on the values that the service keeps and asks the real catalogue, all forty-five in force.
What has left is compared with an oracle of its own, written from the catalogue's words, not from its files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.sharing.registers.entries import Kind, PartnerSafeguards, Suspension
from services.sharing.shares.facts import Assessment, ShareRequest, share_facts
from services.sharing.shares.onward_facts import GivenConsent, Onward
from shared.contracts import GradedItemV1
from shared.policy.actions import RULES
from shared.policy.engine import PolicyEngine
from shared.policy.facts.registry import rules_judging
from tests.unit.policy.signing import TRUSTED, copy_of_catalogue, reseal, signed_engine
from tests.unit.sharing.samples import (
    NOW,
    a_basis,
    a_country_risk,
    a_hit,
    a_hit_state,
    a_legal_row,
    a_request,
    an_agreement,
    an_authority,
)

Situation = dict[str, Any]
SUSPENDED = Suspension(at=NOW, by="legal", why="misuse")
CONSENT = GivenConsent("XDD", "XBB", ("HIT",), ("TERR_TRAVEL",), date(2026, 6, 20))
FOREIGN = Onward("XDD", is_withdrawn=False, handling_code="H1", conditions=())
PARTNER = an_authority().safeguards
assert PARTNER is not None
SAFEGUARDS: PartnerSafeguards = PARTNER


def with_review(**changes: Any) -> Any:
    reviews = a_hit_state().reviews
    assert reviews is not None
    return reviews.model_copy(update=changes)


@dataclass(frozen=True)
class Knob:
    """One thing that can be otherwise; `values[0]` is right, all others break the rules that are named."""

    rules: tuple[str, ...]
    values: tuple[Any, ...]


KNOBS: Mapping[str, Knob] = {
    "purpose_code": Knob(("SG-01",), ("TERR_TRAVEL", "IMMIGRATION_GENERAL", "")),
    "legal_row": Knob(("SG-02",), (a_legal_row(), None, a_legal_row(valid_to=date(2026, 6, 1)))),
    "statement": Knob(("SG-03",), (a_basis().statement, "needed")),
    "author": Knob(("SG-03",), ("supervisor", "legal", "")),
    "period_days": Knob(("SG-03",), (7, 91)),
    "is_open": Knob(("SG-03",), (True, False)),
    "extra_field": Knob(("SG-05",), (None, "ssr_meal", "religion")),
    "unasked_field": Knob(("SG-31",), (None, "payment_card", "scores", "seat")),
    "state": Knob(("SG-08",), ("CONFIRMED", "POSSIBLE_MATCH", "IN_REVIEW", "NOT_A_MATCH", "CLOSED")),
    "reviews": Knob(
        ("SG-08", "SG-09"),
        (
            with_review(),
            None,
            with_review(second=None),
            with_review(second="verifier-1"),
            with_review(second_blind=False),
            with_review(same_outcome=False),
            with_review(reports_to_first=True),
            with_review(seconds_open=29),
            with_review(after_last_change=False),
            with_review(role="SUPERVISOR"),
            with_review(reasons_given=False),
        ),
    ),
    "items": Knob(
        ("SG-11",),
        (
            [GradedItemV1(source_grade=1, info_grade="A", kind="FACT", age_months=3)],
            [],
            [GradedItemV1(source_grade=3, info_grade="E", kind="FACT", age_months=3)],
            [GradedItemV1(source_grade=1, info_grade="A", kind="FACT", age_months=30)],
        ),
    ),
    "birth_date": Knob(("SG-16",), ("1980-01-02", "2010-01-02")),
    "category": Knob(("SG-17",), ("UN_1267_LISTED", "ASSOCIATED", "")),
    "status": Knob(("SG-29",), ("ACTIVE", "SUSPENDED", "REVOKED", "PENDING")),
    "verified_at": Knob(("SG-29",), (date(2026, 3, 1), None, date(2024, 1, 1))),
    "functions": Knob(("SG-29",), (("TERR_TRAVEL",), (), ("TERR_DETECT",))),
    "kind": Knob(("SG-29",), (Kind.PIU, Kind.MILITARY, Kind.POLITICAL)),
    "key_is_current": Knob(("SG-29",), (True, False)),
    "agreement": Knob(
        ("SG-30",),
        (
            an_agreement(),
            None,
            an_agreement(suspended=SUSPENDED),
            an_agreement(valid_to=date(2026, 6, 1)),
            an_agreement(purposes=("TERR_DETECT",)),
            an_agreement(data_classes=("PNR",)),
            an_agreement(message_types=("FEEDBACK",)),
        ),
    ),
    "handling_code": Knob(("SG-32",), ("H1", "H3", "H4", "H9")),
    "condition": Knob(("SG-32",), (None, "originator-only", "no-such-condition")),
    "onward": Knob(
        ("SG-33",),
        (
            None,
            FOREIGN,
            replace(FOREIGN, consent=replace(CONSENT, names="XCC")),
            replace(FOREIGN, consent=replace(CONSENT, by="XAA")),
            replace(FOREIGN, consent=replace(CONSENT, data_classes=("PNR",))),
            replace(FOREIGN, consent=replace(CONSENT, purposes=("TERR_DETECT",))),
            replace(FOREIGN, consent=replace(CONSENT, expires=date(2026, 6, 1))),
            replace(FOREIGN, consent=replace(CONSENT, is_withdrawn=True)),
            replace(FOREIGN, consent=replace(CONSENT, is_broad=True)),
        ),
    ),
    "country_risk": Knob(
        ("SG-34",),
        (
            a_country_risk(),
            None,
            a_country_risk(level="HIGH"),
            a_country_risk(death_penalty=True),
            a_country_risk(level="MEDIUM"),
            a_country_risk(assessed_at=date(2025, 6, 1)),
        ),
    ),
    "assessment": Knob(
        ("SG-34",),
        (
            Assessment(individual_risk=False),
            None,
            Assessment(individual_risk=True),
            Assessment(individual_risk=False, legal="RISK"),
            Assessment(individual_risk=False, human_rights="RISK"),
        ),
    ),
    "protection": Knob(
        ("SG-35",),
        (
            {"status": "NONE"},
            {"status": "REFUGEE", "nationality": ["XBB"]},
            {"status": "APPLICANT", "feared_states": ["XBB"]},
            {"status": "UNKNOWN", "claim_sign": True},
        ),
    ),
    "entry_status": Knob(("SG-37",), ("ACTIVE", "REMOVED", "SUSPENDED", "EXPIRED")),
    "recall_endpoint": Knob(("SG-37",), ("http://127.0.0.1:9/v1/exchange", None)),
    "ledger_row": Knob(("SG-37",), (True, False)),
    "safeguards": Knob(
        ("SG-38",),
        (
            SAFEGUARDS,
            None,
            SAFEGUARDS.model_copy(update={"assessment": "NEGATIVE"}),
            SAFEGUARDS.model_copy(update={"expires": date(2026, 6, 1)}),
            SAFEGUARDS.model_copy(update={"recall_on_time_pct": 94.0}),
            SAFEGUARDS.model_copy(update={"overdue_completions": 3}),
            SAFEGUARDS.model_copy(update={"open_misuse": 1}),
            SAFEGUARDS.model_copy(update={"suspended": True}),
            SAFEGUARDS.model_copy(update={"retention_days": None}),
        ),
    ),
    "log_is_up": Knob(("SG-41",), (True, False)),
    "chain_is_whole": Knob(("SG-41",), (True, False)),
    "approver_roles": Knob(("SG-42",), (("LEGAL",), ("DPO",), ("INDEPENDENT_AUTHORITY", "LEGAL"))),
    # A notice never has these: it rests on an entry and holds a hit's fields. They break one another's rules.
    "grounds": Knob(("SG-06",), (None, ("nationality",), ("religion", "nationality"))),
    "is_pnr": Knob(("SG-24",), (False, True)),
    "is_biometric": Knob(("SG-40",), (False, True)),
    "signers": Knob(("SG-45",), (2, 1)),
}
"""Everything that stands between a hit and a counterpart, by the rule that asks for it."""
FINDS = frozenset(rule_id for knob in KNOBS.values() for rule_id in knob.rules)


def right() -> Situation:
    """Everything as it must be."""
    return {name: knob.values[0] for name, knob in KNOBS.items()}


def request_of(given: Situation) -> ShareRequest:
    """The values that the service would have gathered."""
    authority = an_authority(
        status=given["status"],
        verified_at=given["verified_at"],
        functions=given["functions"],
        kind=given["kind"],
        recall_endpoint=given["recall_endpoint"],
        safeguards=given["safeguards"],
    )
    conditions = [] if given["condition"] is None else [given["condition"]]
    entry = {
        "items": given["items"],
        "category": given["category"],
        "handling_code": given["handling_code"],
        "conditions": conditions,
    }
    hit = a_hit(entry=entry, birth_date=given["birth_date"])
    state = a_hit_state(
        state=given["state"],
        is_open=given["is_open"],
        reviews=given["reviews"],
        entry_status=given["entry_status"],
    )
    basis = a_basis(
        **{name: given[name] for name in ("purpose_code", "statement", "author", "period_days")},
        approver_roles=given["approver_roles"],
    )
    request = a_request(
        hit=hit,
        basis=basis,
        assessment=given["assessment"],
        authority=authority,
        hit_state=state,
        **{
            name: given[name]
            for name in (
                *("agreement", "country_risk", "legal_row", "key_is_current", "ledger_row"),
                *("log_is_up", "chain_is_whole", "onward"),
            )
        },
    )
    more = tuple(each for each in (given["extra_field"], given["unasked_field"]) if each)
    return replace(request, payload=replace(request.payload, fields=(*request.payload.fields, *more)))


def vault_request(given: Situation, fields: tuple[str, ...], now: datetime) -> dict[str, Any]:
    """What the protection vault asks of SG-35, by itself."""
    known = given["protection"]
    return {
        "action": "share.send",
        "object": {"subject_protection": known["status"], "fields": list(fields)},
        "context": {
            "recipient_state": "XBB",
            "recipient": {"scope": "FOREIGN"},
            "feared_states": known.get("feared_states", []),
            "nationality": known.get("nationality", []),
            "former_residence": [],
            "claim_sign": known.get("claim_sign", False),
            "channel": "CLOSED",
        },
        "now": now.isoformat(),
    }


@cache
def complete_engine(signers: int = 2) -> PolicyEngine:
    """All forty-five in force, signed by two that are trusted, in production; loaded when first asked."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        folder = reseal(copy_of_catalogue(Path(one)), *RULES[:-1])
        trusted = dict(list(TRUSTED.items())[:signers])
        return signed_engine(Path(other), folder, "production", trusted)


def put_otherwise(facts: dict[str, Any], given: Situation) -> None:
    """What the service never says of a notice, said all the same."""
    if given["grounds"] is not None:
        facts["context"]["grounds"] = list(given["grounds"])
    if given["is_pnr"]:
        facts["object"] |= {"data_class": "PNR", "pre_arrival": False, "record_ids": ["R-1"]}
    if given["is_biometric"]:
        facts["object"]["data_class"] = "BIOMETRIC"


def reasons_now(given: Situation, now: datetime, missing: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """What the safeguards say, as `Safeguards.judge` asks them; empty is a permit."""
    request = request_of(given)
    facts = share_facts(request, now)
    put_otherwise(facts, given)
    for path in missing:
        _take_away(facts, path)
    engine = complete_engine(given["signers"])
    vault = engine.judge("SG-35", vault_request(given, request.payload.fields, now))
    verdict = engine.decide(facts, vault=vault)
    assert verdict.permits == (not verdict.reasons)
    return verdict.reasons


def _take_away(facts: dict[str, Any], path: str) -> None:
    *way, last = path.split(".")
    here: Any = facts
    for name in way:
        here = here.get(name) if isinstance(here, dict) else None
    if isinstance(here, dict):
        here.pop(last, None)


def _paths(facts: Mapping[str, Any], before: str = "") -> list[str]:
    found = []
    for name, value in facts.items():
        found.append(f"{before}{name}")
        if isinstance(value, dict):
            found += _paths(value, f"{before}{name}.")
    return found


@cache
def needed_facts() -> tuple[str, ...]:
    """The facts without each of which the right situation is refused."""
    paths = _paths(share_facts(request_of(right()), NOW))
    return tuple(path for path in paths if reasons_now(right(), NOW, frozenset({path})))


def breaches(given: Situation, now: datetime) -> set[str]:
    """The rules that are broken now: what is not right, and what the time has ended."""
    found = {
        rule_id for name, knob in KNOBS.items() if given[name] is not knob.values[0] for rule_id in knob.rules
    }
    today = now.date()
    ended: Mapping[str, bool] = {
        "SG-02": given["legal_row"] is not None and not given["legal_row"].valid_to > today,
        "SG-03": a_basis().expires <= today,
        "SG-29": given["verified_at"] is not None and (today - given["verified_at"]).days > 365,
        "SG-30": given["agreement"] is not None and not given["agreement"].covers_period(now),
        "SG-38": given["safeguards"] is not None and given["safeguards"].expires <= today,
    }
    return found | {rule_id for rule_id, is_over in ended.items() if is_over}


def test_right_situation_is_permitted_and_every_rule_of_a_notice_has_a_knob() -> None:
    assert reasons_now(right(), NOW) == ()
    assert set(rules_judging("share.send")) == FINDS
    assert len(needed_facts()) > 60


@pytest.mark.parametrize("name", KNOBS)
def test_each_wrong_value_alone_is_refused_by_a_rule_of_its_own(name: str) -> None:
    knob = KNOBS[name]
    for value in knob.values[1:]:
        reasons = reasons_now(right() | {name: value}, NOW)
        assert any(reason.startswith(rule_id) for reason in reasons for rule_id in knob.rules), (
            value,
            reasons,
        )


@dataclass
class LedgerEntry:
    """One notice: its state, and what was broken or missing at each moment at which it left."""

    state: str = "NONE"
    author: str = ""
    left: list[tuple[set[str], frozenset[str]]] = field(default_factory=list)


class NoWayOut(RuleBasedStateMachine):
    """People propose, approve, deliver and recall; everything around them changes in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.given = right()
        self.missing: frozenset[str] = frozenset()
        self.now = NOW
        self.ledger = LedgerEntry()

    @initialize(turned=st.lists(st.tuples(st.sampled_from(sorted(KNOBS)), st.integers(1, 10)), max_size=2))
    def begin(self, turned: list[tuple[str, int]]) -> None:
        for name, number in turned:
            self.turn(name, number)

    @rule(name=st.sampled_from(sorted(KNOBS)), number=st.integers(1, 10))
    def turn(self, name: str, number: int) -> None:
        values = KNOBS[name].values[1:]
        self.given[name] = values[number % len(values)]

    @rule()
    def put_all_right(self) -> None:
        self.given, self.missing = right(), frozenset()

    @rule(name=st.sampled_from(sorted(KNOBS)))
    def put_right(self, name: str) -> None:
        self.given[name] = KNOBS[name].values[0]

    @rule(number=st.integers(0, 999))
    def lose_a_fact(self, number: int) -> None:
        needed = needed_facts()
        self.missing |= {needed[number % len(needed)]}

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(author=st.sampled_from(["supervisor", "legal"]))
    def propose(self, author: str) -> None:
        if self.ledger.state in {"NONE", "REFUSED"}:
            self.ledger.state, self.ledger.author = "PROPOSED", author

    @rule(approver=st.sampled_from(["supervisor", "legal"]))
    def approve(self, approver: str) -> None:
        """The second person's step: the two-person machinery first, then every safeguard."""
        if self.ledger.state != "PROPOSED" or approver == self.ledger.author:
            return
        reasons = reasons_now(self.given, self.now, self.missing)
        self.ledger.state = "REFUSED" if reasons else "APPROVED"

    @rule()
    def deliver(self) -> None:
        """A try: the safeguards are asked again, and what they refuse never leaves."""
        if self.ledger.state not in {"APPROVED", "SENT"}:
            return
        if reasons_now(self.given, self.now, self.missing):
            self.ledger.state = "REFUSED"
            return
        self.ledger.state = "SENT"
        self.ledger.left.append((breaches(self.given, self.now), self.missing))

    @rule()
    def approve_and_deliver(self) -> None:
        self.propose("supervisor")
        self.approve("legal")
        self.deliver()

    @rule()
    def recall(self) -> None:
        if self.ledger.state in {"APPROVED", "SENT"}:
            self.ledger.state = "RECALLED"

    @invariant()
    def nothing_left_past_a_rule_or_without_a_fact(self) -> None:
        for broken, missing in self.ledger.left:
            assert not broken, f"left though {sorted(broken)} forbid"
            assert not missing, f"left without {sorted(missing)}"


# The same examples in each run: a test must not depend on chance.
NoWayOut.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestNoWayOut: type = NoWayOut.TestCase


def test_what_is_right_does_leave() -> None:
    machine = NoWayOut()
    machine.approve_and_deliver()
    assert machine.ledger.left == [(set(), frozenset())]


#: What other safeguards forbid too whatever breaks this one: they are forgotten with it.
BESIDE = {
    "SG-01": ("SG-29", "SG-30"),
    "SG-05": ("SG-31",),
    **dict.fromkeys(("SG-24", "SG-40"), ("SG-02", "SG-30")),
}


def _forgetful(
    reasons: Callable[..., tuple[str, ...]], forgotten: tuple[str, ...]
) -> Callable[..., tuple[str, ...]]:
    """Safeguards that forget some of theirs: what the machine must find."""

    def told(*arguments: Any) -> tuple[str, ...]:
        return tuple(each for each in reasons(*arguments) if not each.startswith(forgotten))

    return told


@pytest.mark.parametrize("rule_id", sorted(FINDS))
def test_machine_finds_each_safeguard_that_is_not_asked(
    rule_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        globals(), "reasons_now", _forgetful(reasons_now, (rule_id, *BESIDE.get(rule_id, ())))
    )
    found = set()
    for name, knob in KNOBS.items():
        for value in knob.values[1:] if rule_id in knob.rules else ():
            machine = NoWayOut()
            machine.given[name] = value
            machine.approve_and_deliver()
            found |= {rule for broken, _ in machine.ledger.left for rule in broken}
    assert rule_id in found, "something left that this safeguard forbids, and the oracle says so"


def test_a_safeguard_that_is_taken_out_of_the_catalogue_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with the engine itself, which is asked without SG-38."""
    folder = reseal(copy_of_catalogue(tmp_path), *(each for each in RULES[:-1] if each != "SG-38"))
    engine = signed_engine(tmp_path, folder)
    monkeypatch.setitem(globals(), "complete_engine", lambda _: engine)
    machine = NoWayOut()
    machine.turn("safeguards", 1)
    machine.approve_and_deliver()
    with pytest.raises(AssertionError, match="SG-38"):
        machine.nothing_left_past_a_rule_or_without_a_fact()
