"""Copies only where something changed: most of a message has nothing to lose, and copying it costs most."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

Value = TypeVar("Value")


def with_facts(value: Value, /, **facts: object) -> Value:
    """A dataclass value with these members; the same object where every one of them is what it was."""
    if all(getattr(value, name) is fact for name, fact in facts.items()):
        return value
    changed: Any = value
    kept: Value = replace(changed, **facts)
    return kept


def each_of(values: tuple[Value, ...], change: Callable[[Value], Value]) -> tuple[Value, ...]:
    """Every value changed; the same tuple where none was."""
    kept = tuple(map(change, values))
    return values if all(map(_is, kept, values)) else kept


def _is(first: object, second: object) -> bool:
    return first is second
