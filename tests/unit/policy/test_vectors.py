"""Files of vectors: read whole, or refused with a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.policy import vectors as vector_files
from shared.policy.engine import PolicyEngine
from shared.policy.vectors import Outcome, Vector, VectorsUnreadable, read_vectors


def _file(folder: Path, content: Any) -> Path:
    path = folder / "vectors.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[" * 100_000,
        "[]",
        {},
        {"vectors": {}},
        {"vectors": ["SG-01"]},
        {"vectors": [{"expect": "permit", "request": {}}]},
        {"vectors": [{"id": "SG-46", "expect": "permit", "request": {}}]},
        {"vectors": [{"id": ["SG-01"], "expect": "permit", "request": {}}]},
        {"vectors": [{"id": "SG-01", "expect": "permit"}]},
        {"vectors": [{"id": "SG-01", "expect": "permit", "request": []}]},
        {"vectors": [{"id": "SG-01", "expect": "maybe", "request": {}}]},
    ],
)
def test_file_of_another_form_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(VectorsUnreadable, match=r"vectors\.json"):
        read_vectors(_file(tmp_path, content))


def test_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VectorsUnreadable):
        read_vectors(tmp_path / "absent.json")


def test_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path, {"vectors": []})
    monkeypatch.setattr(vector_files, "MAX_VECTORS_BYTES", path.stat().st_size)
    assert read_vectors(path) == []

    monkeypatch.setattr(vector_files, "MAX_VECTORS_BYTES", path.stat().st_size - 1)
    with pytest.raises(VectorsUnreadable):
        read_vectors(path)


def test_vector_may_lack_its_case_and_reason(tmp_path: Path) -> None:
    path = _file(tmp_path, {"vectors": [{"id": "SG-01", "expect": "permit", "request": {}}]})

    assert read_vectors(path) == [Vector("SG-01", "", "permit", None, {})]


@pytest.mark.parametrize(
    ("expect", "reason", "as_expected"),
    [
        ("forbid", None, True),
        ("forbid", "SG-01.FACT_MISSING", True),
        ("forbid", "SG-01.NO_CASE", False),
        ("permit", None, False),
    ],
)
def test_expectation_covers_decision_and_reason(
    engine: PolicyEngine, expect: str, reason: str | None, as_expected: bool
) -> None:
    vector = Vector("SG-01", "", expect, reason, {"action": "record.read"})

    assert Outcome(vector, engine.judge("SG-01", vector.request)).is_as_expected is as_expected
