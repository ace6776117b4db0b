"""The facts of one safeguard: which actions it judges and what it must know about each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from shared.policy.facts.reading import Fact, Request, Unread, Value

Facts: TypeAlias = Mapping[str, Fact]
Readers: TypeAlias = tuple[tuple[str, Callable[[Request], Value | Unread]], ...]


@dataclass(frozen=True)
class RuleFacts:
    """What one safeguard reads.

    `facts` are read for every action that the safeguard judges, `only` for the actions named beside them.
    The names are those of the safeguard's Cedar file, under `context.SGNN`.
    """

    rule_id: str
    actions: tuple[str, ...]
    facts: Facts
    only: Mapping[tuple[str, ...], Facts] = field(default_factory=dict)

    @property
    def record(self) -> str:
        """The name of this safeguard's record in Cedar's context: `SG08` for `SG-08`."""
        return self.rule_id.replace("-", "")

    @cached_property
    def all_facts(self) -> dict[str, Fact]:
        """Every fact by name, whichever action it is read for."""
        everything = dict(self.facts)
        for facts in self.only.values():
            everything.update(facts)
        return everything

    def readers(self, action: str) -> Readers:
        """What has to be read for one action, in a fixed order."""
        chosen = dict(self.facts)
        for actions, facts in self.only.items():
            if action in actions:
                chosen.update(facts)
        return tuple((name, fact.read) for name, fact in chosen.items())


def gather(readers: Readers, request: Request) -> dict[str, Value]:
    """The facts that the request holds. Those that it lacks, or holds with another type, are left out."""
    found: dict[str, Value] = {}
    for name, read in readers:
        value = read(request)
        if not isinstance(value, Unread):
            found[name] = value
    return found
