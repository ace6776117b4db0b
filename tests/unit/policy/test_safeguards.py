"""Every safeguard's table: facts → verdict, the paragraph in the test's id."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.policy.actions import RULES
from shared.policy.catalogue import CATALOGUE_FOLDER, read_catalogue
from shared.policy.engine import PolicyEngine
from shared.policy.facts.registry import RULE_FACTS
from shared.policy.messages import MESSAGES
from shared.policy.vectors import read_vectors, try_vectors
from tests.unit.policy.table import REMOVED, Branch, changed
from tests.unit.policy.tables import BRANCHES

_POLICIES = read_catalogue(CATALOGUE_FOLDER).policies
_BASIS = {policy.rule_id: policy.basis for policy in _POLICIES}
_MAIN = {
    policy.rule_id: policy.codes[-1]
    for policy in _POLICIES
    if not policy.is_obligation and not policy.code.endswith("HOLD_REVIEW")
}


def _id(branch: Branch, *more: str) -> str:
    return " | ".join((f"{branch.rule_id} ({_BASIS[branch.rule_id]})", branch.name, *more))


def _refusals() -> Iterator[object]:
    for branch in BRANCHES:
        for name, (changes, code) in branch.refused.items():
            yield pytest.param(branch, changes, code, id=_id(branch, name))


def _permits() -> Iterator[object]:
    for branch in BRANCHES:
        yield pytest.param(branch, {}, id=_id(branch))
        for name, changes in branch.permitted.items():
            yield pytest.param(branch, changes, id=_id(branch, name))


def _needs() -> Iterator[object]:
    for branch in BRANCHES:
        for path in branch.needs:
            yield pytest.param(branch, path, id=_id(branch, f"without {path}"))


def test_every_safeguard_has_a_table() -> None:
    assert {branch.rule_id for branch in BRANCHES} == set(RULES)


@pytest.mark.parametrize(("branch", "changes"), tuple(_permits()))
def test_safeguard_permits(engine: PolicyEngine, branch: Branch, changes: dict[str, object]) -> None:
    verdict = engine.judge(branch.rule_id, changed(branch.request, changes))

    assert verdict.reasons == ()
    assert verdict.permits


@pytest.mark.parametrize(("branch", "changes", "code"), tuple(_refusals()))
def test_safeguard_refuses_with_its_code(
    engine: PolicyEngine, branch: Branch, changes: dict[str, object], code: str
) -> None:
    verdict = engine.judge(branch.rule_id, changed(branch.request, changes))

    assert not verdict.permits
    assert code in verdict.reasons
    if not code.endswith(("FACT_MISSING", "HOLD_REVIEW")):
        assert _MAIN[branch.rule_id] in verdict.reasons
    assert verdict.is_hold == code.endswith("HOLD_REVIEW")


@pytest.mark.parametrize(("branch", "path"), tuple(_needs()))
def test_missing_fact_refuses(engine: PolicyEngine, branch: Branch, path: str) -> None:
    verdict = engine.judge(branch.rule_id, changed(branch.request, {path: REMOVED}))

    assert f"{branch.rule_id}.FACT_MISSING" in verdict.reasons


@pytest.mark.parametrize(("branch", "path"), tuple(_needs()))
def test_fact_of_another_type_refuses(engine: PolicyEngine, branch: Branch, path: str) -> None:
    verdict = engine.judge(branch.rule_id, changed(branch.request, {path: {"of": ["another", "type"]}}))

    assert f"{branch.rule_id}.FACT_MISSING" in verdict.reasons


def test_every_reason_code_is_given_in_some_table(engine: PolicyEngine) -> None:
    given: set[str] = set()
    for branch in BRANCHES:
        for changes, _ in branch.refused.values():
            given.update(engine.judge(branch.rule_id, changed(branch.request, changes)).reasons)

    assert {policy.code for policy in _POLICIES if not policy.is_obligation} <= given


def test_every_policy_names_actions_that_its_safeguard_judges() -> None:
    for policy in _POLICIES:
        scope = policy.cedar["action"]
        named = {entity["id"] for entity in scope.get("entities", [])}
        if "entity" in scope:
            named.add(scope["entity"]["id"])
        assert named <= set(RULE_FACTS[policy.rule_id].actions)
        assert all(policy.judges(action) for action in named)


def test_every_policy_reads_its_own_facts_only() -> None:
    for path in CATALOGUE_FOLDER.glob("SG-*.cedar"):
        records = set(re.findall(r"context\.(\w+)", path.read_text(encoding="utf-8")))
        assert records == {path.stem.replace("-", "")}


def test_every_policy_has_a_sentence() -> None:
    assert {policy.message for policy in _POLICIES} <= set(MESSAGES)


def test_every_vector_of_the_specification_passes(engine: PolicyEngine, vectors: Path) -> None:
    outcomes = try_vectors(engine, read_vectors(vectors))

    assert [outcome.vector for outcome in outcomes if not outcome.is_as_expected] == []
    assert len(outcomes) == 90
