"""`./run`: commands, options, exit codes, and one sentence for each mistake."""

import errno
import io
import json
import sys
from pathlib import Path

import pytest

from deploy.local import command_line
from deploy.local.bench_command import KNOWN
from deploy.local.command_line import MODULES, main
from deploy.local.layout import ROOT

COMMANDS = [name for names in MODULES.values() for name in names]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"./run {command}" in capsys.readouterr().out


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["--exit"], ["--port", "0"]])
def test_the_demonstration_is_the_default(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[list[str]] = []

    def application(words: list[str]) -> object:
        seen.append(words)
        return lambda *_, **__: 0

    monkeypatch.setattr(command_line, "application", application)
    assert main(arguments) == 0
    assert seen == [["demo", *arguments]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fly"], "No such command 'fly'"),
        (["up", "--wings"], "No such option"),
        (["up", "--port", "x"], "--port"),
        (["token"], "either --person or --carrier"),
        (["watchlist", "import", "f", "--source", "pdf"], "is not one of"),
    ],
)
def test_a_mistake_is_told_on_standard_error(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""


def test_a_fault_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "--person", "verifier-1", "--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("No Safeconduct runs on ")
    assert told.count("\n") == 1


def test_data_folder_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAFECONDUCT_DATA", str(tmp_path / "elsewhere"))
    assert main(["token", "--carrier", "XA"]) == 2
    assert str(tmp_path / "elsewhere") in capsys.readouterr().err


def test_help_of_bench_names_every_subject(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"Of {', '.join(KNOWN)}." in told


def test_parse_prints_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    message = ROOT / "tests" / "data" / "messages" / "paxlst-a.edi"
    assert main(["parse", str(message)]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "PAXLST"


def test_match_reads_travellers_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = tmp_path / "entries.jsonl"
    entries.write_text("")
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"surname": "EXAMPLE"}\n'))
    assert main(["match", "--list", str(entries), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["matches"] == []


def test_policy_test_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "test", str(ROOT / "tests/data/safeguards-vectors.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["as_expected"] == 90


def test_nobody_can_sign_policy_without_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "sign", "--as", "somebody", "--data", str(tmp_path)]) == 2
    assert "somebody.json cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/closed"), "You may not write /closed"),
        (OSError(errno.EROFS, "Read-only file system", "/mnt/cd"), "You may not write /mnt/cd"),
    ],
)
def test_what_the_machine_refuses_is_told(
    fault: OSError, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def application(_: list[str]) -> object:
        raise fault

    monkeypatch.setattr(command_line, "application", application)
    assert main(["up"]) == 2
    assert sentence in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (file, file / "below"):
        assert main(["up", "--port", "0", "--data", str(folder)]) == 2
        assert f"The data folder {folder} cannot be made: " in capsys.readouterr().err


def test_other_faults_of_the_machine_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def application(_: list[str]) -> object:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(command_line, "application", application)
    with pytest.raises(OSError, match="Input/output"):
        main(["up"])
