"""Which safeguards each stage calls, and what the document says about it."""

import re
from pathlib import Path

from shared.policy.actions import ACTIONS_BY_STAGE, PURPOSES, RULES
from shared.policy.catalogue import CATALOGUE_FOLDER, read_catalogue
from shared.policy.stages import STAGE_RULES, stages_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "safeguards.md"


def test_stages_are_those_of_the_actions() -> None:
    assert set(STAGE_RULES) == set(ACTIONS_BY_STAGE)


def test_every_safeguard_is_called_somewhere() -> None:
    assert {rule for rules in STAGE_RULES.values() for rule in rules} == set(RULES)


def test_stages_of_a_safeguard() -> None:
    assert stages_of("SG-34") == ("review", "sharing")


def test_purposes_are_closed() -> None:
    assert len(PURPOSES) == len(set(PURPOSES)) == 9


def test_document_tells_each_safeguards_file_stages_and_state() -> None:
    rows = dict(re.findall(r"^\| (SG-\d\d) \|(.*)\|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    in_force = read_catalogue(CATALOGUE_FOLDER).bundle.in_force

    assert set(rows) == set(RULES)
    for rule_id, row in rows.items():
        assert f"`{rule_id}.cedar`" in row
        assert f"| {', '.join(stages_of(rule_id))} |" in row
        assert ("in force" in row) == (rule_id in in_force)
