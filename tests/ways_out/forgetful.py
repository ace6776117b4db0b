"""Safeguards of which some are forgotten, so that an oracle has something to find."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from shared.policy.verdict import Verdict, all_of


class Forgetful:
    """The policy engine, of which some safeguards are not asked.

    Args:
        policy: The engine with the real catalogue.
    """

    def __init__(self, policy: Any) -> None:
        self._policy = policy
        self._forgotten: frozenset[str] = frozenset()

    @contextmanager
    def forgetting(self, rule_ids: Iterable[str]) -> Iterator[None]:
        """Do not ask these for a while; they are asked again afterwards, however a step ends."""
        self._forgotten = frozenset(rule_ids)
        try:
            yield
        finally:
            self._forgotten = frozenset()

    @property
    def bundle_facts(self) -> dict[str, Any]:
        """What the engine knows of its catalogue's signatures, to be changed by a test."""
        return vars(self._policy)["_bundle_facts"]  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of the engine, as the engine answers it."""
        return getattr(self._policy, name)

    def decide(self, request: Mapping[str, Any], **more: Any) -> Verdict:
        """A verdict without the reasons of what is forgotten."""
        return self._without(self._policy.decide(request, **more))

    def decide_batch(self, requests: Sequence[Mapping[str, Any]], *more: Any) -> list[Verdict]:
        """The verdicts of several requests, each without what is forgotten."""
        return [self._without(each) for each in self._policy.decide_batch(requests, *more)]

    def decide_together(self, requests: Sequence[Mapping[str, Any]], **more: Any) -> Verdict:
        """The verdict on an act that several requests describe, without what is forgotten."""
        return all_of([self.decide(each, **more) for each in requests])

    def judge(self, rule_id: str, request: Mapping[str, Any]) -> Verdict:
        """What one safeguard says; nothing where it is forgotten."""
        return self._without(self._policy.judge(rule_id, request))

    def reasons_alone(
        self, rule_ids: Sequence[str], requests: Sequence[Mapping[str, Any]]
    ) -> list[tuple[str, ...]]:
        """The reasons that some safeguards alone give, each list without what is forgotten."""
        return [self._kept(reasons) for reasons in self._policy.reasons_alone(rule_ids, requests)]

    def _without(self, verdict: Verdict) -> Verdict:
        reasons = self._kept(verdict.reasons)
        return replace(verdict, reasons=reasons, decision="forbid" if reasons else "permit")

    def _kept(self, reasons: Sequence[str]) -> tuple[str, ...]:
        return tuple(each for each in reasons if each[:5] not in self._forgotten)
