"""Where machine code is kept."""

import tempfile
from pathlib import Path

from services.screening.matching.compiled import cache_folder


def test_machine_code_is_kept_in_the_environment(tmp_path: Path) -> None:
    assert cache_folder(tmp_path).parent == tmp_path / "kernels"


def test_machine_code_is_kept_for_the_user_where_the_environment_cannot_be_written(tmp_path: Path) -> None:
    folder = cache_folder(tmp_path / "none")

    assert folder.parts[-2:] == cache_folder(tmp_path).parts[-2:]
    assert folder.is_relative_to(tempfile.gettempdir())
    assert not folder.is_relative_to(tmp_path)
