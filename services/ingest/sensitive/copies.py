"""Copies only where something changed: most of a message has nothing to lose, and copying it costs most."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from operator import is_
from typing import Any, TypeVar

from services.ingest.sensitive.rules import Rules

Value = TypeVar("Value")


def with_facts(value: Value, /, **facts: object) -> Value:
    """A dataclass value with these members; the same object where every one of them is what it was."""
    changed: Any = value
    for name, fact in facts.items():
        if getattr(changed, name) is not fact:
            kept: Value = replace(changed, **facts)
            return kept
    return value


def each_of(
    values: tuple[Value, ...],
    change: Callable[[Value, Rules, Counter[str]], Value],
    rules: Rules,
    counts: Counter[str],
) -> tuple[Value, ...]:
    """Every value changed; the same tuple where none was."""
    if not values:
        return values
    if len(values) == 1:
        # Most bookings are of one person.
        (value,) = values
        left = change(value, rules, counts)
        return values if left is value else (left,)
    kept = tuple([change(value, rules, counts) for value in values])
    return values if all(map(is_, kept, values)) else kept
