"""How a safeguard's table is written: a permitted request, what it needs, and what a change does to it."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

REMOVED: Final = object()
"""Stands for a fact that is taken away."""

NOW: Final = "2026-06-01T10:00:00Z"
LATER: Final = "2026-07-01"
EARLIER: Final = "2026-05-01"
STATEMENT: Final = "The traveller boards flight XA101 within the hour; the destination must know."

Changes: TypeAlias = Mapping[str, Any]
Refused: TypeAlias = Mapping[str, tuple[Changes, str]]
Permitted: TypeAlias = Mapping[str, Changes]


@dataclass(frozen=True)
class Branch:
    """One way through a safeguard: a request that it permits.

    `needs` are the facts without which it refuses; `refused` holds, by a name, what is changed and a code
    that must then be given; `permitted` what is changed and may be.
    """

    rule_id: str
    name: str
    request: Mapping[str, Any]
    needs: tuple[str, ...]
    refused: Refused = field(default_factory=dict)
    permitted: Permitted = field(default_factory=dict)


def request_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A request from facts by path: `{"action": …, "object.kind": …}`."""
    return changed({}, facts)


def changed(request: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """A copy of a request with facts set or, for `REMOVED`, taken away."""
    result = copy.deepcopy(dict(request))
    for path, value in changes.items():
        *way, last = path.split(".")
        here = result
        for name in way:
            here = here.setdefault(name, {})
        if value is REMOVED:
            here.pop(last, None)
        else:
            here[last] = copy.deepcopy(value)
    return result


def branch(
    rule_id: str,
    name: str,
    facts: Mapping[str, Any],
    *,
    optional: tuple[str, ...] = (),
    refused: Refused | None = None,
    permitted: Permitted | None = None,
) -> Branch:
    """A branch whose every fact is needed, but for those named optional."""
    needs = tuple(path for path in facts if path not in optional)
    codes = {key: (changes, f"{rule_id}.{code}") for key, (changes, code) in (refused or {}).items()}
    return Branch(rule_id, name, request_of(facts), needs, codes, permitted or {})
