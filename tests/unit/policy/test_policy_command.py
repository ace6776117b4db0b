"""`./run policy test` and `./run policy sign`."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local import policy_command
from deploy.local.layout import DataFolder
from deploy.local.policy_command import policy_sign, policy_test
from shared.policy.bundle import signed_copy, signers
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.engine import PolicyEngine
from shared.security.keys import KeyFile
from tests.unit.policy.signing import AT

_REQUEST = {"action": "record.read", "purpose": {"code": "CUSTOMS", "case_id": "C-1"}}
_REFUSED = {"id": "SG-01", "case": "customs", "expect": "forbid", "request": _REQUEST}
_SURPRISE = {"id": "SG-01", "case": "surprise", "expect": "permit", "request": _REQUEST}


def _file(folder: Path, name: str, *vectors: object) -> Path:
    path = folder / name
    path.write_text(json.dumps({"version": "1", "vectors": vectors}))
    return path


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def err() -> io.StringIO:
    return io.StringIO()


def test_vectors_of_the_specification_are_as_expected(
    vectors: Path, engine: PolicyEngine, out: io.StringIO, err: io.StringIO
) -> None:
    assert policy_test([vectors], as_json=True, out=out, err=err) == 0

    printed = json.loads(out.getvalue())
    assert printed["catalogue"] == {"version": engine.version, "digest": engine.digest, "safeguards": 45}
    assert (printed["as_expected"], printed["total"]) == (90, 90)
    assert err.getvalue() == ""


def test_files_follow_one_another(tmp_path: Path, out: io.StringIO, err: io.StringIO) -> None:
    files = [_file(tmp_path, "a.json", _SURPRISE), _file(tmp_path, "b.json", _REFUSED, _REFUSED)]

    assert policy_test(files, as_json=True, out=out, err=err) == 1

    printed = json.loads(out.getvalue())
    assert [row["case"] for row in printed["vectors"]] == ["surprise", "customs", "customs"]
    assert printed["vectors"][0] == {
        "id": "SG-01",
        "case": "surprise",
        "decision": "forbid",
        "reasons": ["SG-01.PURPOSE_NOT_ALLOWED"],
        "obligations": [],
        "as_expected": False,
    }
    assert (printed["as_expected"], printed["total"]) == (2, 3)


def test_table_shows_what_is_not_as_expected(tmp_path: Path, out: io.StringIO, err: io.StringIO) -> None:
    files = [_file(tmp_path, "a.json", _SURPRISE, _REFUSED)]

    assert policy_test(files, as_json=False, out=out, err=err) == 1

    assert "surprise" in out.getvalue()
    assert "customs" not in out.getvalue()
    assert out.getvalue().endswith("1 of 2 vectors are as expected.\n")


def test_nothing_to_show_is_one_sentence(tmp_path: Path, out: io.StringIO, err: io.StringIO) -> None:
    assert policy_test([_file(tmp_path, "a.json", _REFUSED)], as_json=False, out=out, err=err) == 0
    assert out.getvalue() == "1 of 1 vectors are as expected.\n"


def test_fault_of_a_file_prints_nothing_but_a_sentence(
    tmp_path: Path, out: io.StringIO, err: io.StringIO
) -> None:
    odd = _file(tmp_path, "odd.json", {**_REFUSED, "id": "SG-99"})

    assert policy_test([_file(tmp_path, "a.json", _REFUSED), odd], as_json=True, out=out, err=err) == 2

    assert out.getvalue() == ""
    assert err.getvalue() == "odd.json is not a file of vectors: vector 1 names no safeguard.\n"


def _data_folder(path: Path) -> DataFolder:
    folder = DataFolder(path)
    signed_copy(CATALOGUE_FOLDER, folder.policy, ())
    folder.policy_key("legal").parent.mkdir(parents=True, exist_ok=True)
    KeyFile.create(
        folder.policy_key("legal"),
        owner="legal",
        use="policy",
        not_before=AT,
        not_after=AT + timedelta(days=1),
    )
    return folder


def test_person_signs_the_bundle(tmp_path: Path, out: io.StringIO, err: io.StringIO) -> None:
    folder = _data_folder(tmp_path)
    key = KeyFile.load(folder.policy_key("legal"))

    assert policy_sign(tmp_path, "legal", out, err) == 0

    assert signers(folder.policy, {key.kid: key.public_key}) == {"legal"}
    assert out.getvalue().startswith("legal has signed the safeguards: bundle.json.legal.")


def test_person_without_key_does_not_sign(tmp_path: Path, out: io.StringIO, err: io.StringIO) -> None:
    folder = _data_folder(tmp_path)

    assert policy_sign(tmp_path, "nobody", out, err) == policy_command.EXIT_FAULT

    assert err.getvalue()
    assert list(folder.policy.glob("*.sig")) == []
