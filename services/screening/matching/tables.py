"""Reads the tables of names beside this package: one row a line, fields parted by `|`, `#` opens a remark."""

from pathlib import Path

FOLDER = Path(__file__).parent / "data"


def rows_of(name: str) -> list[list[str]]:
    """The rows of a table, each as its fields without blanks around them."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [
        [field.strip() for field in line.split("|")] for line in lines if line and not line.startswith("#")
    ]
