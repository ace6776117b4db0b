"""Every fault that a reader of messages can name has a sentence for the carrier's desk."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from services.console.fault_words import FAULT_WORDS, fault_in_words
from services.ingest import errors
from services.ingest.errors import RefusedMessage

INGEST: Final = Path(errors.__file__).parent
READERS: Final = sorted((INGEST / "formats").rglob("*.py"))
#: By what a reader names a fault: the refusals, and its own calls that add a warning.
NAMING: Final = re.compile(
    r"Fault|_?warn|_?reject|_require|MalformedMessage|ManifestMalformed|SheetMalformed"
)
CODE: Final = re.compile(r"[A-Z]+(_[A-Z0-9]+)+")


def named_in(path: Path) -> Iterator[str]:
    """The codes that stand as text in a reader's calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and NAMING.fullmatch(called(node)):
            values = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "code")]
            yield from (
                each.value
                for each in values
                if isinstance(each, ast.Constant)
                and isinstance(each.value, str)
                and CODE.fullmatch(each.value)
            )


def called(node: ast.Call) -> str:
    """The name of what is called."""
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def test_every_fault_of_a_reader_has_a_sentence() -> None:
    codes = {code for path in READERS for code in named_in(path)}
    assert "COUNT_MISMATCH" in codes, "the readers are looked through"
    assert codes - FAULT_WORDS.keys() == set()


def test_every_refusal_as_a_whole_has_a_sentence() -> None:
    kinds: list[type[RefusedMessage]] = [RefusedMessage, *RefusedMessage.__subclasses__()]
    codes = {kind.code for kind in kinds}
    assert codes - FAULT_WORDS.keys() == set()


def test_code_without_a_sentence_is_shown_in_words() -> None:
    assert fault_in_words("NEVER_SEEN_BEFORE") == "Never seen before."
