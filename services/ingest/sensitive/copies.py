"""Copies only where something changed: most of a message has nothing to lose, and copying it costs most."""

from collections.abc import Callable
from dataclasses import replace
from operator import is_
from typing import Any, TypeVar

Value = TypeVar("Value")


def with_facts(value: Value, /, **facts: object) -> Value:
    """A dataclass value with these members; the same object where every one of them is what it was."""
    changed: Any = value
    for name, fact in facts.items():
        if getattr(changed, name) is not fact:
            kept: Value = replace(changed, **facts)
            return kept
    return value


def each_of(values: tuple[Value, ...], change: Callable[[Value], Value]) -> tuple[Value, ...]:
    """Every value changed; the same tuple where none was."""
    if not values:
        return values
    kept = tuple(map(change, values))
    return values if all(map(is_, kept, values)) else kept
