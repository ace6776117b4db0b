"""`./run test` and `./run check`: what a developer and CI run; each stage with the minutes that it took."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.layout import ROOT
from deploy.local.terminal import say

SKIPS_FORBIDDEN: Final = "SAFECONDUCT_NO_SKIPS"
PURE_CORE: Final = (
    "services.ingest.formats",
    "services.screening.matching",
    "shared.policy",
    "shared.audit.record",
    "shared.audit.merkle",
    "shared.audit.checkpoint",
    "shared.audit.verify",
)
"""What decides about people or proves it, and needs nothing to be tried: every branch is."""
PURE_CORE_TESTS: Final = (
    "tests/unit/audit",
    "tests/unit/ingest",
    "tests/unit/policy",
    "tests/unit/screening/matching",
)
"""They take every branch of the pure core by themselves; measuring makes a test dearer, so only they are."""
BESIDE_EACH_OTHER: Final = (
    "--numprocesses=auto",
    "--maxprocesses=4",
    "--dist=loadfile",
    "--no-loadscope-reorder",
)
"""Each process has a PostgreSQL of its own; a file's tests share what they started, so they stay together.

Files begin in the order of `tests/conftest.py`, long ones first: no process works alone at the end.
"""
BIN: Final = Path(sys.executable).parent


@dataclass(frozen=True)
class Stage:
    """One tool, its name for people, and its command."""

    name: str
    command: Sequence[str]


def stages_before_tests() -> tuple[Stage, ...]:
    """Everything that is checked without running the product, quickest first."""
    return (
        Stage("format", (str(BIN / "ruff"), "format", "--check", ".")),
        Stage("lint", (str(BIN / "ruff"), "check", ".")),
        Stage("types", (str(BIN / "mypy"),)),
        Stage("import contracts", (str(BIN / "lint-imports"), "--no-cache")),
    )


def test_stage(arguments: Sequence[str]) -> Stage:
    """The tests; whatever a person adds goes to pytest as it is. In CI a skipped test is a failed one."""
    strict = ("-p", "deploy.local.no_skips") if os.environ.get(SKIPS_FORBIDDEN) else ()
    return Stage("tests", (sys.executable, "-m", "pytest", *strict, *arguments))


def pure_core_stage() -> Stage:
    """The pure core's own tests, which fail when they leave a branch of it untaken."""
    measured = tuple(f"--cov={module}" for module in PURE_CORE)
    proof = ("--cov-branch", "--cov-fail-under=100", "--cov-report=term-missing:skip-covered")
    tests = test_stage(("-q", *BESIDE_EACH_OTHER, *measured, *proof, *PURE_CORE_TESTS))
    return Stage("tests of the pure core", tests.command)


def other_tests_stage() -> Stage:
    """Every test that is not the pure core's own."""
    return test_stage(("-q", *BESIDE_EACH_OTHER, *(f"--ignore={folder}" for folder in PURE_CORE_TESTS)))


def run_tests(arguments: Sequence[str]) -> int:
    """Run the tests alone, all of them or what a person names; pytest's own exit code."""
    return run_stage(test_stage(arguments or BESIDE_EACH_OTHER))


def run_checks() -> int:
    """Run every stage even when an earlier one failed; 0 when all passed.

    The other tests come last and nothing is printed after them, so that a run closes with pytest's own
    summary, which tells their minutes as well.
    """
    stages = (*stages_before_tests(), pure_core_stage())
    failed = [stage.name for stage in stages if not _passes(stage)]
    if failed:
        say(f"FAILED before the other tests: {', '.join(failed)}; those run all the same.")
    code = run_stage(other_tests_stage())
    return 0 if code == 0 and not failed else 1


def _passes(stage: Stage) -> bool:
    started = time.monotonic()
    code = run_stage(stage)
    minutes = (time.monotonic() - started) / 60
    say(f"── {stage.name}: {'passed' if code == 0 else 'FAILED'} in {minutes:.2f} min")
    return code == 0


def run_stage(stage: Stage) -> int:
    """Run one tool in the checkout with its output shown; its exit code.

    Python may keep what it compiled: the tests start dozens of processes that load the same modules.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(stage.command, cwd=ROOT, env=environment, check=False).returncode
