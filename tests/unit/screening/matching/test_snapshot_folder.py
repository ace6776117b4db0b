"""Compiled lists in a folder: made apart, mapped by whoever asks, never one for another."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from services.screening.matching import Matcher, NotCompiled, entry_line
from services.screening.matching import snapshot_folder as module
from services.screening.matching.snapshot_folder import SnapshotFolder, compile_lines, end_with, main
from tests.unit.screening.matching.samples import a_traveller, an_entry, born

ENTRIES = [
    an_entry("RAMESH KALPANIK", entry_id="T:1", birth_dates=born("1975-08-19")),
    an_entry("IGOR PRIMEROV", entry_id="T:2"),
]
TRAVELLERS = [a_traveller(birth_date="1975-08-19"), a_traveller("PRIMEROV", "IGOR")]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> SnapshotFolder:
    return SnapshotFolder(tmp_path / "lists")


@pytest.fixture(name="compiles_here")
def _compiles_here(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Compile in this process, which a test waits for less, and note what was written."""
    written: list[Path] = []

    def compile_here(_: SnapshotFolder, source: Path, target: Path) -> None:
        compile_lines(source, target)
        written.append(target)

    monkeypatch.setattr(SnapshotFolder, "_compile_apart", compile_here)
    return written


def lines() -> Iterator[bytes]:
    return map(entry_line, ENTRIES)


def test_a_process_of_its_own_writes_what_is_mapped(folder: SnapshotFolder) -> None:
    matcher = folder.write("one", lines())
    expected = Matcher.compile(ENTRIES)

    assert matcher.digest == expected.digest
    assert matcher.screen(TRAVELLERS, floor=0.0) == expected.screen(TRAVELLERS, floor=0.0)


def test_a_process_that_fails_leaves_nothing(folder: SnapshotFolder, tmp_path: Path) -> None:
    with pytest.raises(NotCompiled) as fault:
        folder.write("one", [b"no entry\n"])

    assert fault.value.facts == {"exit_code": 1}
    assert folder.open("one") is None
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["lock"]


def test_a_process_that_is_ended_leaves_nothing_and_none_begins_after_it(
    folder: SnapshotFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited_for = Event()

    class Endless(subprocess.Popen[bytes]):
        """Would take as long as we live, and tells when somebody waits for it."""

        def wait(self, timeout: float | None = None) -> int:
            waited_for.set()
            return super().wait(timeout)

    monkeypatch.setattr(module, "_IN_A_PROCESS", "import sys; sys.stdin.read()")
    monkeypatch.setattr(subprocess, "Popen", Endless)
    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(folder.write, "one", lines())
        assert waited_for.wait(60)
        folder.end()
        assert isinstance(writing.exception(60), NotCompiled)
    with pytest.raises(NotCompiled):
        folder.write("two", lines())
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["lock"]


def test_a_process_that_begins_while_its_service_ends_is_ended_too(
    folder: SnapshotFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_IN_A_PROCESS", "import sys; sys.stdin.read()")

    def lines_at_the_end() -> Iterator[bytes]:
        folder.end()
        yield from lines()

    with pytest.raises(NotCompiled):
        folder.write("one", lines_at_the_end())
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["lock"]


def test_a_process_ends_with_the_one_that_started_it() -> None:
    held, by_the_service = os.pipe()
    ended = Event()
    end_with(held, lambda _: ended.set())
    assert not ended.is_set()
    os.close(by_the_service)
    assert ended.wait(60)
    os.close(held)


@pytest.mark.usefixtures("compiles_here")
def test_a_damaged_list_is_not_found_and_can_be_written_again(folder: SnapshotFolder, tmp_path: Path) -> None:
    folder.write("one", lines())
    (manifest,) = (tmp_path / "lists").glob("*/matcher.json")
    manifest.write_text("{}")

    assert folder.open("one") is None
    assert folder.write("one", lines()).entry_count == 2


def test_what_another_worker_compiled_is_mapped(folder: SnapshotFolder, compiles_here: list[Path]) -> None:
    folder.write("one", lines())
    again = folder.write("one", iter(()))

    assert len(compiles_here) == 1
    assert again.entry_count == 2


@pytest.mark.usefixtures("compiles_here")
def test_what_other_code_compiled_is_not_found(
    folder: SnapshotFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("one", lines())
    monkeypatch.setattr(module, "digest_of_package", lambda: "other")

    assert folder.open("one") is None


@pytest.mark.usefixtures("compiles_here")
def test_only_lists_that_are_kept_stay_and_a_mapped_one_goes_on(folder: SnapshotFolder) -> None:
    mapped = folder.write("one", lines())
    folder.write("two", lines())
    folder.keep(["two"])

    assert folder.open("one") is None
    assert folder.open("two") is not None
    assert [len(each) for each in mapped.screen(TRAVELLERS, floor=0.0)] == [1, 1]
    assert mapped.entry("T:1") == ENTRIES[0]


@pytest.mark.usefixtures("compiles_here")
def test_a_folded_list_answers_as_the_overlay_did(folder: SnapshotFolder) -> None:
    base = folder.write("one", lines())
    changed = base.with_changes(added=[an_entry("LI XUGOU", entry_id="T:3")], removed=["T:2"])
    folded = folder.write("two", changed.lines())

    assert folded.entry_count == changed.entry_count == 2
    assert folded.changed_count == 0
    assert changed.changed_count == 2
    assert list(folded.lines()) == list(changed.lines())
    assert folded.digest == Matcher.compile([ENTRIES[0], an_entry("LI XUGOU", entry_id="T:3")]).digest


def test_the_process_that_compiles_passes_over_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "entries", tmp_path / "list"
    source.write_bytes(b"".join(lines()))
    (tmp_path / ".list.partial" / "0").mkdir(parents=True)
    lowered: list[int] = []
    monkeypatch.setattr(os, "nice", lowered.append)
    main([str(source), str(target)])

    assert lowered == [module.NICENESS]
    assert Matcher.open(target).entry_count == 2
