"""Test vectors of the safeguards: facts, the verdict expected, and what came out.

Source: safeguards catalogue §1 ("Vectors") and §5 ("Test duty").
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shared.errors import DomainError
from shared.policy.actions import RULES
from shared.policy.engine import PolicyEngine
from shared.policy.verdict import Verdict

MAX_VECTORS_BYTES: Final = 50_000_000


class VectorsUnreadable(DomainError):
    """A file of vectors cannot be read; nothing of it is tried."""

    code = "VECTORS_UNREADABLE"
    sentence = "{file} is not a file of vectors: {fault}."


@dataclass(frozen=True, slots=True)
class Vector:
    """One case of one safeguard. `reason` is a code that must be among the refusal's reasons."""

    rule_id: str
    case: str
    expect: str
    reason: str | None
    request: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a safeguard said about a vector."""

    vector: Vector
    verdict: Verdict

    @property
    def is_as_expected(self) -> bool:
        """Whether the decision is the expected one and the named reason, if any, is among the reasons."""
        if self.verdict.decision != self.vector.expect:
            return False
        return self.vector.reason is None or self.vector.reason in self.verdict.reasons


def read_vectors(path: Path) -> list[Vector]:
    """The vectors of one file, in its order.

    Raises:
        VectorsUnreadable: The file is absent or no JSON, a vector names no safeguard or holds no request.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_VECTORS_BYTES + 1)
    except OSError:
        raise VectorsUnreadable(file=path.name, fault="it cannot be opened") from None
    if len(content) > MAX_VECTORS_BYTES:
        raise VectorsUnreadable(file=path.name, fault="it is too long")
    try:
        rows = json.loads(content)["vectors"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise VectorsUnreadable(file=path.name, fault="it holds no list of vectors") from None
    if not isinstance(rows, list):
        raise VectorsUnreadable(file=path.name, fault="it holds no list of vectors")
    return [_vector(path, number, row) for number, row in enumerate(rows, start=1)]


def _vector(path: Path, number: int, row: Any) -> Vector:
    if not isinstance(row, dict):
        raise VectorsUnreadable(file=path.name, fault=f"vector {number} is no record")
    if row.get("id") not in RULES:
        raise VectorsUnreadable(file=path.name, fault=f"vector {number} names no safeguard")
    if not isinstance(row.get("request"), dict):
        raise VectorsUnreadable(file=path.name, fault=f"vector {number} holds no request")
    if row.get("expect") not in ("permit", "forbid"):
        raise VectorsUnreadable(file=path.name, fault=f"vector {number} expects neither permit nor forbid")
    reason = row.get("reason")
    return Vector(
        rule_id=row["id"],
        case=str(row.get("case", "")),
        expect=row["expect"],
        reason=None if reason is None else str(reason),
        request=row["request"],
    )


def try_vectors(engine: PolicyEngine, vectors: Iterable[Vector]) -> list[Outcome]:
    """Let each vector's safeguard judge it, in their order."""
    return [Outcome(vector, engine.judge(vector.rule_id, vector.request)) for vector in vectors]
