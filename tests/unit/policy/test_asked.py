"""What the services really ask the safeguards, as their code tells, beside the catalogue's stages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.policy.actions import ACTIONS, ACTIONS_BY_STAGE
from shared.policy.catalogue import CATALOGUE_FOLDER, read_catalogue
from shared.policy.facts.registry import rules_judging
from shared.policy.stages import STAGE_RULES

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "safeguards.md"
ASKED = {
    "ingest": {
        "ingest.accept",
        "config.change",
        "record.mask",
        "record.erase",
        "retention.hold",
        "retention.extend",
        "reident.execute",
        "redress.decide",
        "subject.answer",
        "notify.defer",
        "incident.close",
        "oversight.read",
    },
    "screening": {
        "screen.run",
        "screen.use_entry",
        "model.renew",
        "cleared.lookup",
        "cleared.add",
        "hit.transition",
        "action.order",
        "wl.import",
        "wl.nominate",
        "wl.activate",
        "wl.renew",
        "wl.remove",
        "record.read",
        "config.change",
        "oversight.read",
        "oversight.suspend",
        "oversight.lift_suspension",
    },
    "sharing": {
        "share.send",
        "exchange.control",
        "emergency.declare",
        "consular.notify",
        "item.use",
        "record.read",
        "config.change",
        "oversight.read",
        "oversight.suspend",
        "oversight.lift_suspension",
    },
}
"""Sharing's vault asks SG-35 alone about `share.send`; `wl.activate` is asked of four safeguards alone."""

MAKERS_OF_REQUESTS = {"Act", "_request", "_judged", "admitted", "oversight_router", "suspension_router"}

BEYOND_THEIR_STAGE = {
    "action.order": {"SG-42"},
    "hit.transition": {"SG-42"},
    "record.read": {"SG-43"},
    "wl.activate": {"SG-42", "SG-45"},
    "wl.import": {"SG-45"},
    "wl.nominate": {"SG-45"},
    "wl.remove": {"SG-45"},
    "wl.renew": {"SG-45"},
}
"""Catalogue §5 leaves these out, though their Facts lines judge the action; the engine asks them too."""


def _named_actions(node: ast.AST, names: dict[str, str]) -> Iterator[str]:
    """Actions in the places where a request names its action: `{"action": …}`, `Act(…)` and its likes."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "action":
                yield from _texts(value, names)
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        if called in MAKERS_OF_REQUESTS:
            for argument in node.args:
                yield from _texts(argument, names)


def _texts(value: ast.expr, names: dict[str, str]) -> Iterator[str]:
    if isinstance(value, ast.Constant) and value.value in ACTIONS:
        yield str(value.value)
    if isinstance(value, ast.Name) and value.id in names:
        yield names[value.id]


def _constants(tree: ast.Module) -> dict[str, str]:
    """The module's own names of actions: `ACTION = "share.send"`."""
    found = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant) and value.value in ACTIONS:
            found.update({target.id: str(value.value) for target in targets if isinstance(target, ast.Name)})
    return found


def asked_by(service: str) -> set[str]:
    """The actions that a service's code puts into requests."""
    found = set()
    for path in (ROOT / "services" / service).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = _constants(tree)
        found |= {action for node in ast.walk(tree) for action in _named_actions(node, names)}
    return found


@pytest.mark.parametrize("service", ASKED)
def test_service_asks_for_exactly_its_actions(service: str) -> None:
    assert asked_by(service) == ASKED[service]


def test_console_asks_nothing_because_it_does_nothing_by_itself() -> None:
    assert asked_by("console") == set()


@pytest.mark.parametrize("action", sorted(set().union(*ASKED.values())))
def test_stage_of_an_asked_action_calls_every_safeguard_that_judges_it(action: str) -> None:
    (stage,) = [stage for stage, actions in ACTIONS_BY_STAGE.items() if action in actions]
    judging = set(rules_judging(action))
    assert judging - set(STAGE_RULES[stage]) == BEYOND_THEIR_STAGE.get(action, set())


@pytest.mark.parametrize("action", sorted(set().union(*ASKED.values())))
def test_nothing_that_is_asked_waits_for_a_pending_safeguard(action: str) -> None:
    in_force = set(read_catalogue(CATALOGUE_FOLDER).bundle.in_force)
    assert set(rules_judging(action)) <= in_force


def test_document_tells_which_actions_nobody_asks_yet() -> None:
    (listed,) = re.findall(r"^Nobody asks yet: (.*?)\.$", DOCUMENT.read_text(encoding="utf-8"), re.M | re.S)
    assert set(re.findall(r"`([a-z_.]+)`", listed)) == set(ACTIONS) - set().union(*ASKED.values())
