"""One question to Cedar: the safeguards that judge one action, over the facts of many requests."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cedarpy

from shared.policy.catalogue import Catalogue, Policy
from shared.policy.facts.registry import RULE_FACTS
from shared.policy.facts.rule import gather
from shared.policy.schema import cedar_schema

ENGINE_ERROR: Final = ("SG-45.ENGINE_ERROR", "SG-45.POLICY_NOT_VERIFIED")
_HOLD: Final = ".HOLD_REVIEW"
_FAILED_POLICY: Final = re.compile(r"error while evaluating policy `([^`]+)`: ")
_PERMIT_ID: Final = "permit"
_NOBODY: Final = {"type": "Requester", "id": "requester"}
_NOTHING: Final = {"type": "Subject", "id": "subject"}


@dataclass(frozen=True, slots=True)
class Findings:
    """What the safeguards found: reason codes, sorted, and the obligations of a permit, sorted."""

    reasons: tuple[str, ...]
    obligations: tuple[str, ...] = ()


NOTHING_FOUND: Final = Findings(())


class CedarHandles:
    """What Cedar parses once: the schema in which every fact may lack, and the entities (there are none)."""

    def __init__(self) -> None:
        self.schema = cedarpy.Schema.from_str(cedar_schema(facts_are_required=False))
        self.entities = cedarpy.Entities.from_json_str("[]")


class Plan:
    """The policies of some safeguards for one action, parsed once, and how their facts are read."""

    def __init__(
        self, catalogue: Catalogue, action: str, rules: Sequence[str], handles: CedarHandles
    ) -> None:
        chosen = [
            policy for policy in catalogue.policies if policy.rule_id in rules and policy.judges(action)
        ]
        self._policies = {policy.policy_id: policy for policy in chosen}
        self._set = cedarpy.PolicySet.from_json_str(_policy_set(catalogue.permit, chosen))
        self._readers = tuple(
            (RULE_FACTS[rule_id].record, RULE_FACTS[rule_id].readers(action)) for rule_id in rules
        )
        self._action = {"type": "Action", "id": action}
        self._handles = handles

    def findings(self, requests: Iterable[dict[str, Any]]) -> list[Findings]:
        """What the safeguards find in each request, in their order."""
        contexts = [self._context(request) for request in requests]
        # Requests of one batch often hold the same facts: two hundred travellers of one flight under one
        # standing order. What is the same is asked once; nothing is remembered after this call.
        different = list(dict.fromkeys(contexts))
        try:
            answers = cedarpy.is_authorized_batch(
                [self._question(context) for context in different],
                self._set,
                self._handles.entities,
                self._handles.schema,
            )
        except (ValueError, TypeError, RuntimeError, OSError):
            # Cedar's binding could not answer: doubt refuses, with a reason that is stored like any other.
            return [Findings(ENGINE_ERROR) for _ in contexts]
        found = {context: self._read(answer) for context, answer in zip(different, answers, strict=True)}
        return [found[context] for context in contexts]

    def _context(self, request: dict[str, Any]) -> str:
        facts = {record: gather(readers, request) for record, readers in self._readers}
        return json.dumps(facts, separators=(",", ":"))

    def _question(self, context: str) -> dict[str, Any]:
        return {
            "principal": _NOBODY,
            "action": self._action,
            "resource": _NOTHING,
            "context": context,
        }

    def _read(self, answer: cedarpy.AuthzResult) -> Findings:
        named = [self._policies[name] for name in answer.diagnostics.reasons if name in self._policies]
        reasons = {code for policy in named if not policy.is_obligation for code in policy.codes}
        for error in answer.diagnostics.errors:
            reasons.update(self._codes_of_error(error))
        if not reasons and not answer.allowed:
            # Cedar denied and named nobody: the catalogue's own permit is gone, or Cedar is not itself.
            reasons.update(ENGINE_ERROR)
        if reasons:
            return Findings(tuple(sorted(_without_idle_holds(reasons))))
        return Findings((), tuple(sorted(policy.code for policy in named)))

    def _codes_of_error(self, error: str) -> tuple[str, ...]:
        """The code for a policy that failed: the fact that it reached for is not there."""
        found = _FAILED_POLICY.match(error)
        policy = self._policies.get(found.group(1)) if found else None
        return (f"{policy.rule_id}.FACT_MISSING",) if policy else ENGINE_ERROR


def joined(findings: Iterable[Findings]) -> Findings:
    """Several findings on one request as one: a refusal by any of them refuses, and only a permit obliges."""
    kept = [found for found in findings if found.reasons or found.obligations]
    if not kept:
        return NOTHING_FOUND
    reasons = {reason for found in kept for reason in found.reasons}
    if reasons:
        return Findings(tuple(sorted(reasons)))
    return Findings((), tuple(sorted({code for found in kept for code in found.obligations})))


def _policy_set(permit: Mapping[str, Any], policies: Iterable[Policy]) -> str:
    static = {_PERMIT_ID: permit, **{policy.policy_id: policy.cedar for policy in policies}}
    return json.dumps({"staticPolicies": static, "templates": {}, "templateLinks": []})


def _without_idle_holds(reasons: set[str]) -> set[str]:
    """A safeguard that refuses outright does not hold beside it: no review would lift the refusal."""
    refusing = {reason.partition(".")[0] for reason in reasons if not reason.endswith(_HOLD)}
    return {
        reason for reason in reasons if not (reason.endswith(_HOLD) and reason.partition(".")[0] in refusing)
    }
