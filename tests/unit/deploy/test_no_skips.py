"""CI's plugin: a skip anywhere makes the run fail, an expected failure does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.layout import ROOT


def run_pytest(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(f"import pytest\n{test}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "deploy.local.no_skips", "-p", "no:randomly", "."]
    return subprocess.run(
        [*command, "-c", "/dev/null", "--rootdir", "."],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "test",
    [
        "@pytest.mark.skip(reason='no browser')\ndef test_it(): pass",
        "def test_it(): pytest.skip('no browser')",
        "pytest.skip('no browser', allow_module_level=True)",
        "@pytest.fixture\ndef it(): pytest.skip('no browser')\ndef test_it(it): pass",
    ],
)
def test_skip_fails_the_run(tmp_path: Path, test: str) -> None:
    done = run_pytest(tmp_path, test)
    assert done.returncode not in {0, 5}
    assert "no browser" in done.stdout


@pytest.mark.parametrize("test", ["def test_it(): pass", "@pytest.mark.xfail\ndef test_it(): assert False"])
def test_passed_and_expected_failures_pass(tmp_path: Path, test: str) -> None:
    assert run_pytest(tmp_path, test).returncode == 0
