"""The safeguards as sharing asks them, each question noted for the log's record of the answer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.sharing.parts import SafeguardsEngine
from shared.oversight.kept_inputs import QUESTIONS, KeptInputs
from shared.policy.verdict import Verdict, all_of

SHARE: Final = "share.send"
_SATISFIED: Final = Verdict("permit", (), (), (), "", "", "", datetime.min.replace(tzinfo=UTC), UUID(int=0))
"""Stands for the vault's answer, which is not asked a second time."""


class NotingPolicy:
    """Notes whatever gets a numbered verdict; what the vault is asked is noted nowhere (SG-35)."""

    def __init__(self, policy: SafeguardsEngine, kept: KeptInputs) -> None:
        self._policy = policy
        self._kept = kept

    def decide(self, request: Mapping[str, Any], *, vault: Verdict | None = None) -> Verdict:
        """Judge one request by every safeguard in force."""
        verdict = self._policy.decide(request, vault=vault)
        self._kept.note(request, verdict)
        return verdict

    def decide_batch(
        self, requests: Sequence[Mapping[str, Any]], vaults: Sequence[Verdict | None] | None = None
    ) -> list[Verdict]:
        """Judge many requests, each by itself, in their order."""
        verdicts = self._policy.decide_batch(requests, vaults)
        for request, verdict in zip(requests, verdicts, strict=True):
            self._kept.note(request, verdict)
        return verdicts

    def decide_together(
        self, requests: Sequence[Mapping[str, Any]], *, vault: Verdict | None = None
    ) -> Verdict:
        """Judge one act that several requests describe; they are noted as the one question that it is."""
        verdict = self._policy.decide_together(requests, vault=vault)
        self._kept.note(requests[0] if len(requests) == 1 else {QUESTIONS: list(requests)}, verdict)
        return verdict

    def judge(self, rule_id: str, request: Mapping[str, Any]) -> Verdict:
        """Judge one request by one safeguard alone."""
        return self._policy.judge(rule_id, request)


def judge_again(policy: SafeguardsEngine, request: Mapping[str, Any]) -> Verdict:
    """Judge what was judged before, with the vault's part of a share taken as satisfied."""
    questions = request.get(QUESTIONS)
    # Whoever presents inputs may present anything; what is no list of requests is judged as it stands.
    if isinstance(questions, list) and questions and all(isinstance(each, dict) for each in questions):
        return all_of([_judged(policy, each) for each in questions])
    return _judged(policy, request)


def _judged(policy: SafeguardsEngine, request: Mapping[str, Any]) -> Verdict:
    if request.get("action") != SHARE:
        return policy.decide(request)
    return policy.decide(request, vault=_SATISFIED)
