import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import parse_command
from deploy.local.parse_command import parse_files
from tests.unit.ingest.samples import EXAMPLE_A, EXAMPLE_B, MESSAGES


def run(*paths: Path) -> tuple[int, list[dict[str, object]], str]:
    out, err = io.StringIO(), io.StringIO()
    code = parse_files(paths, out, err)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_worked_examples_are_printed_one_object_a_line() -> None:
    code, printed, faults = run(MESSAGES / "paxlst-a.edi", MESSAGES / "paxlst-b.edi")
    expected = [json.loads((MESSAGES / f"paxlst-{name}.json").read_text()) for name in "ab"]
    assert (code, printed, faults) == (0, expected, "")


def test_rejected_traveller_is_told_and_refuses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.edi"
    file.write_bytes(EXAMPLE_A.replace(b"DTM+329:900711", b"DTM+329:901311"))
    code, printed, faults = run(file)
    assert (code, len(printed)) == (0, 1)
    assert faults == (
        "a.edi: traveller rejected: BIRTH_DATE_IMPOSSIBLE "
        "(message PAX001, segment DTM, position 31, element 1, traveller 2)\n"
    )


def test_truncated_message_is_printed_and_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.edi"
    file.write_bytes(EXAMPLE_A[:700])
    code, printed, faults = run(file)
    assert code == 1
    assert printed[0]["travellers"] == []
    assert faults == "a.edi: message rejected: TRUNCATED (message PAX001, segment UNT, position 29)\n"


def test_other_files_are_still_printed(tmp_path: Path) -> None:
    noise = tmp_path / "noise"
    noise.write_bytes(b"\x00\x01")
    code, printed, faults = run(noise, tmp_path / "absent", MESSAGES / "paxlst-a.edi")
    assert (code, len(printed)) == (1, 1)
    assert "noise: refused. The body is neither" in faults
    assert "absent: cannot be read" in faults


def test_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_command, "MAX_INTERCHANGE_BYTES", len(EXAMPLE_A))
    file = tmp_path / "a.edi"
    file.write_bytes(EXAMPLE_A)
    assert run(file)[0] == 0
    file.write_bytes(EXAMPLE_A + b" ")
    assert run(file) == (1, [], f"a.edi: refused, because it is larger than {len(EXAMPLE_A)} bytes\n")


def test_sensitive_remarks_are_not_printed(tmp_path: Path) -> None:
    file = tmp_path / "a.edi"
    file.write_bytes(EXAMPLE_A.replace(b"GEI+4+174'", b"GEI+4+174'FTX+AAI+++WCHR PLEASE'"))
    _, (printed,), _ = run(file)
    assert printed["dropped"] == {"religion": 0, "health": 1, "free_text": 0}
    assert "WCHR" not in json.dumps(printed)


def test_fault_without_a_place_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(
        '{"function": "PASSENGER_LIST", "flight": {"number": "1", "legs": [{"origin": "DXB", '
        '"destination": "ATH"}]}, "travellers": [{"surname": "A", "carrier_reference": "R"}, '
        '{"surname": "A", "carrier_reference": "R"}]}'
    )
    assert run(file)[2] == "a.json: warning: TRAVELLER_MERGED (traveller 2)\n"


def test_folder_stands_for_the_files_in_it(tmp_path: Path) -> None:
    (tmp_path / "b.edi").write_bytes(EXAMPLE_A)
    (tmp_path / "a.edi").write_bytes(EXAMPLE_B)
    (tmp_path / ".hidden").write_bytes(b"\x00")
    (tmp_path / "inner").mkdir()
    code, printed, faults = run(tmp_path)
    assert (code, faults) == (0, "")
    assert [each["function"] for each in printed] == ["CREW_LIST", "PASSENGER_LIST"]


def test_empty_folder_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    assert run(folder) == (1, [], "inbox: refused, because the folder holds no file\n")


def test_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def iterdir(_: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert run(tmp_path) == (1, [], f"{tmp_path.name}: cannot be read: Permission denied\n")


def test_minus_is_standard_input() -> None:
    out, err = io.StringIO(), io.StringIO()
    code = parse_files([Path("-")], out, err, stdin=io.BytesIO(EXAMPLE_A[:700]))
    assert (code, json.loads(out.getvalue())["kind"]) == (1, "PAXLST")
    assert err.getvalue().startswith("standard input: message rejected: TRUNCATED")


def test_one_rejected_message_among_good_ones_is_told_by_the_exit_code(tmp_path: Path) -> None:
    file = tmp_path / "a.edi"
    file.write_bytes(EXAMPLE_A[:700] + EXAMPLE_B)
    code, printed, _ = run(file)
    assert (code, len(printed)) == (1, 2)
