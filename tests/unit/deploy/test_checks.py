"""`./run check`: every stage runs, one failure is enough, and pytest has the last word."""

import importlib.util
import sys
from pathlib import Path

import pytest

from deploy.local import checks
from deploy.local.checks import SKIPS_FORBIDDEN, Stage, run_checks, run_stage
from deploy.local.layout import ROOT

NAMES = ["format", "lint", "types", "import contracts", "tests of the pure core", "tests"]


@pytest.mark.parametrize("failing", [None, *NAMES])
def test_every_stage_runs_and_one_failure_is_enough(
    failing: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = []

    def run(stage: Stage) -> int:
        ran.append(stage.name)
        return 3 if stage.name == failing else 0

    monkeypatch.setattr(checks, "run_stage", run)
    assert run_checks() == (0 if failing is None else 1)
    assert ran == NAMES
    told = capsys.readouterr()
    assert told.out == ""
    assert ("FAILED" in told.err) is (failing not in {None, "tests"})


def test_every_tool_is_there() -> None:
    stages = checks.stages_before_tests()
    assert all(Path(stage.command[0]).is_file() for stage in stages)


def test_skips_are_forbidden_where_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SKIPS_FORBIDDEN, raising=False)
    assert "deploy.local.no_skips" not in checks.test_stage(()).command
    monkeypatch.setenv(SKIPS_FORBIDDEN, "1")
    assert "deploy.local.no_skips" in checks.test_stage(()).command


def test_pure_core_is_measured_by_branches_and_every_module_of_it_exists() -> None:
    command = checks.pure_core_stage().command
    assert {"--cov-branch", "--cov-fail-under=100", *checks.PURE_CORE_TESTS} < set(command)
    assert all(importlib.util.find_spec(module) for module in checks.PURE_CORE)
    assert {f"--cov={module}" for module in checks.PURE_CORE} < set(command)


def test_the_two_stages_of_tests_run_every_test_once() -> None:
    left_out = {each for each in checks.other_tests_stage().command if each.startswith("--ignore")}
    assert left_out == {f"--ignore={folder}" for folder in checks.PURE_CORE_TESTS}
    assert all((ROOT / folder).is_dir() for folder in checks.PURE_CORE_TESTS)


def test_exit_code_of_a_tool_is_kept() -> None:
    assert run_stage(Stage("exit", (sys.executable, "-c", "raise SystemExit(7)"))) == 7
