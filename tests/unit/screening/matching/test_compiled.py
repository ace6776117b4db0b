"""Where machine code is kept."""

import os
import tempfile
from pathlib import Path

import pytest

from services.screening.matching.compiled import cache_folder


def test_machine_code_is_kept_in_the_environment(tmp_path: Path) -> None:
    assert cache_folder(tmp_path).parent == tmp_path / "kernels"


def test_machine_code_lies_in_a_new_private_folder_where_the_environment_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    first, second = cache_folder(tmp_path / "none"), cache_folder(tmp_path / "none")

    assert first.parts[-2:] == second.parts[-2:] == cache_folder(tmp_path).parts[-2:]
    assert first != second
    assert first.is_relative_to(tmp_path)
    assert [folder.parents[1].stat().st_mode & 0o777 for folder in (first, second)] == [0o700, 0o700]


def test_machine_code_that_an_image_holds_is_taken_along_into_the_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, temporary = tmp_path / "venv", tmp_path / "tmp"
    temporary.mkdir()
    image.mkdir()
    kept = cache_folder(image)
    kept.mkdir(parents=True)
    (kept / "kernel.nbc").write_bytes(b"machine code")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != image)

    own = cache_folder(image)

    assert own.is_relative_to(temporary)
    assert (own / "kernel.nbc").read_bytes() == b"machine code"
