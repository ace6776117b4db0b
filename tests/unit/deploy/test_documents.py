"""What the documents tell people to type exists."""

import re
from pathlib import Path

import pytest

from deploy.local.command_line import MODULES

ROOT = Path(__file__).parents[3]
#: Neither the changelog nor the decision records, which tell what was.
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/exchange/**/*.md")})
LINK = re.compile(r"\]\(([\w./-]+)(?:#[\w-]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_exists(page: Path) -> None:
    named = set(re.findall(r"\./run ([a-z]+)", page.read_text(encoding="utf-8")))
    assert named <= {command for commands in MODULES.values() for command in commands}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    linked = LINK.findall(page.read_text(encoding="utf-8"))
    assert [each for each in linked if not (page.parent / each).exists()] == []


def test_every_decision_record_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("0*.md"))
