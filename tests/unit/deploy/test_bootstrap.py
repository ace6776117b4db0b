"""`./run` before anything is installed: when it installs, and the one sentence when it cannot."""

import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.local import bootstrap
from deploy.local.bootstrap import (
    DEVELOPMENT_LOCK,
    INSTALLER_LOCK,
    RUN_TIME_LOCK,
    CannotInstall,
    Environment,
    explain,
    prepare,
)
from deploy.local.layout import ROOT


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A checkout whose lock files are short."""
    for lock in (INSTALLER_LOCK, RUN_TIME_LOCK, DEVELOPMENT_LOCK):
        path = tmp_path / lock
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {lock}\n")
    return Environment(tmp_path)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[list[Path]]:
    """Replaces the installation by a record of what would have been installed."""
    calls: list[list[Path]] = []

    def make(environment: Environment) -> None:
        environment.python.parent.mkdir(parents=True)
        environment.python.symlink_to(sys.executable)

    def install(_: Environment, locks: Sequence[Path]) -> None:
        calls.append(list(locks))

    monkeypatch.setattr(bootstrap, "make_environment", make)
    monkeypatch.setattr(bootstrap, "install", install)
    return calls


def test_first_start_installs_and_the_second_does_not(
    environment: Environment, installed: list[list[Path]]
) -> None:
    prepare(environment, [RUN_TIME_LOCK])
    prepare(environment, [RUN_TIME_LOCK])
    assert installed == [[RUN_TIME_LOCK]]


def test_changed_lock_file_installs_again(environment: Environment, installed: list[list[Path]]) -> None:
    prepare(environment, [RUN_TIME_LOCK])
    (environment.root / RUN_TIME_LOCK).write_text("# newer\n")
    prepare(environment, [RUN_TIME_LOCK])
    assert len(installed) == 2


def test_tests_add_their_tools_and_a_later_start_keeps_them(
    environment: Environment, installed: list[list[Path]]
) -> None:
    prepare(environment, [RUN_TIME_LOCK])
    prepare(environment, [RUN_TIME_LOCK, DEVELOPMENT_LOCK])
    prepare(environment, [RUN_TIME_LOCK])
    (environment.root / RUN_TIME_LOCK).write_text("# newer\n")
    prepare(environment, [RUN_TIME_LOCK])
    both = [RUN_TIME_LOCK, DEVELOPMENT_LOCK]
    assert installed == [[RUN_TIME_LOCK], both, both]


def test_installation_cut_short_is_done_again(
    environment: Environment, installed: list[list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(_: Environment, __: Sequence[Path]) -> None:
        raise CannotInstall("the network went away")

    prepare(environment, [RUN_TIME_LOCK])
    (environment.root / RUN_TIME_LOCK).write_text("# newer\n")
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "install", cut_short)
        with pytest.raises(CannotInstall):
            prepare(environment, [RUN_TIME_LOCK])
    prepare(environment, [RUN_TIME_LOCK])
    assert len(installed) == 2


def test_environment_whose_python_is_gone_is_made_anew(
    environment: Environment, installed: list[list[Path]]
) -> None:
    prepare(environment, [RUN_TIME_LOCK])
    environment.python.unlink()
    prepare(environment, [RUN_TIME_LOCK])
    assert len(installed) == 2
    assert environment.python.exists()


def test_environment_of_another_user_is_told(
    environment: Environment, installed: list[list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(environment, [RUN_TIME_LOCK])
    monkeypatch.setattr(bootstrap, "owned_by_us", lambda _: False)
    prepare(environment, [RUN_TIME_LOCK])
    (environment.root / RUN_TIME_LOCK).write_text("# newer\n")
    with pytest.raises(CannotInstall, match="belongs to another user"):
        prepare(environment, [RUN_TIME_LOCK])
    environment.python.unlink()
    with pytest.raises(CannotInstall, match="make a clone of your own"):
        prepare(environment, [RUN_TIME_LOCK])
    assert len(installed) == 1


def test_full_disk_is_told_before_anything_is_made(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "NEEDED_MEBIBYTES", 2**40)
    with pytest.raises(CannotInstall, match="too full"):
        prepare(environment, [RUN_TIME_LOCK])
    assert not environment.folder.exists()


def test_python_without_venv_is_told(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(CannotInstall, match=r"lacks its module ensurepip.*apt-get install python3\.\d+-venv"):
        bootstrap.make_environment(environment)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "too full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "its hash differs"),
        ("error: Hash mismatch for `x==1`", "its hash differs"),
        ("ERROR: No matching distribution found for uv==0", "needs the network once"),
        ("error: Failed to fetch: `somewhere`", "needs the network once"),
        ("something else\nlast words\n", "could not be installed: last words"),
        ("", "no reason was given"),
    ],
)
def test_each_failure_is_one_sentence(environment: Environment, output: str, sentence: str) -> None:
    told = explain(environment, output)
    assert sentence in told
    assert "\n" not in told


def test_installer_and_packages_are_pinned_by_hash_and_name_no_index() -> None:
    for lock in (INSTALLER_LOCK, RUN_TIME_LOCK, DEVELOPMENT_LOCK):
        lines = (ROOT / lock).read_text().splitlines()
        pins = [line for line in lines if "==" in line and not line.lstrip().startswith("#")]
        assert pins
        assert all("--hash=sha256:" in lines[lines.index(pin) + 1] for pin in pins)
        assert not any("://" in line or "--index" in line for line in lines)


def test_old_python_is_told_in_one_sentence(tmp_path: Path) -> None:
    """The check stands before anything that an old Python could not read."""
    script = (ROOT / "run").read_text().replace("OLDEST = (3, 11)", "OLDEST = (9, 0)")
    (tmp_path / "run").write_text(script)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "run")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Safeconduct needs Python 3.11 or later; this is ")
    assert done.stderr.count("\n") == 1


def test_run_is_executable() -> None:
    assert (ROOT / "run").stat().st_mode & stat.S_IXUSR
