"""No set of facts is permitted where one safeguard forbids it, or lacks a fact that it needs."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.actions import ACTIONS, RULES
from shared.policy.engine import PolicyEngine
from shared.policy.facts.registry import rules_judging
from tests.unit.policy.signing import copy_of_catalogue, reseal, signed_engine
from tests.unit.policy.strategies import JSON
from tests.unit.policy.table import REMOVED, changed
from tests.unit.policy.tables import BRANCHES

_PATHS = sorted({path for branch in BRANCHES for path in branch.needs if path != "action"})
_VALUES = st.sampled_from(
    [REMOVED, None, "", True, False, 0, 1, 10_000, "UNKNOWN", [], ["SG-05"], {}, "2026-06-01", "CONFIRMED"]
)


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> PolicyEngine:
    """All forty-five in force, signed by two, in production."""
    folder = reseal(copy_of_catalogue(tmp_path_factory.mktemp("all")), *RULES[:-1])
    return signed_engine(Path(tmp_path_factory.mktemp("policy")), folder, "production")


def _merged(action: str) -> dict[str, Any]:
    """The facts of all safeguards' permitted requests for one action, the first one's where they differ."""
    request: dict[str, Any] = {"action": action}
    for branch in BRANCHES:
        if branch.request["action"] != action:
            continue
        for part, content in branch.request.items():
            if isinstance(content, dict):
                _fill(request.setdefault(part, {}), content)
            else:
                request.setdefault(part, content)
    return request


def _fill(into: dict[str, Any], content: dict[str, Any]) -> None:
    for name, value in content.items():
        if isinstance(value, dict) and isinstance(into.setdefault(name, {}), dict):
            _fill(into[name], value)
        else:
            into.setdefault(name, copy.deepcopy(value))


MERGED = {action: _merged(action) for action in ACTIONS}


@given(
    action=st.sampled_from(ACTIONS),
    changes=st.dictionaries(st.sampled_from(_PATHS), _VALUES, max_size=6),
)
def test_decision_is_the_sum_of_what_each_safeguard_says(
    complete: PolicyEngine, action: str, changes: dict[str, Any]
) -> None:
    request = _safely_changed(MERGED[action], changes)

    verdict = complete.decide(request)

    own = {"bundle": {"signatures": 2, "tests_passed": True}, "inputs_complete": True}
    stamped = {**request, "context": {**request.get("context", {}), **own}}
    said = {
        reason for rule_id in rules_judging(action) for reason in complete.judge(rule_id, stamped).reasons
    }
    assert set(verdict.reasons) == said
    assert verdict.permits == (not said)


def _safely_changed(request: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Set the facts whose way there are records; another one was just replaced by something else."""
    for path, value in sorted(changes.items(), key=lambda change: change[0], reverse=True):
        way = path.split(".")[:-1]
        here: Any = request
        for name in way:
            here = here.get(name, {}) if isinstance(here, dict) else None
        if isinstance(here, dict):
            request = changed(request, {path: value})
    return request


@given(data=st.data())
def test_request_without_a_needed_fact_is_never_permitted(engine: PolicyEngine, data: st.DataObject) -> None:
    branch = data.draw(st.sampled_from(BRANCHES))
    taken = data.draw(st.sets(st.sampled_from(branch.needs), min_size=1))

    request = _safely_changed(dict(branch.request), dict.fromkeys(taken, REMOVED))

    assert not engine.judge(branch.rule_id, request).permits


@given(
    action=st.sampled_from(ACTIONS) | st.text(max_size=12),
    parts=st.dictionaries(st.sampled_from(["actor", "purpose", "object", "context", "now"]), JSON),
)
def test_any_request_gets_a_verdict_and_chance_permits_nothing(
    complete: PolicyEngine, action: str, parts: dict[str, Any]
) -> None:
    verdict = complete.decide({"action": action, **parts})

    assert not verdict.permits
    assert verdict.reasons == tuple(sorted(set(verdict.reasons)))
