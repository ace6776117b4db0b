"""Reads the tables of names beside this package: one row a line, fields parted by `|`, `#` opens a remark."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


def digest_of_tables(folder: Path = FOLDER) -> str:
    """SHA-256 of every table, name and content, hexadecimal: another table scores otherwise."""
    content = hashlib.sha256()
    for path in sorted(folder.glob("*.txt")):
        content.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        content.update(path.read_bytes())
    return content.hexdigest()


def rows_of(name: str) -> list[list[str]]:
    """The rows of a table, each as its fields without blanks around them."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [
        [field.strip() for field in line.split("|")] for line in lines if line and not line.startswith("#")
    ]
