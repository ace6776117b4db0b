"""Asks the safeguards: a request in, a verdict out, doubt refused.

Cedar alone fails open: a `forbid` that reads a missing attribute is skipped, and the request allowed. So
every fault that Cedar reports refuses, whatever its decision; requests are checked against the schema each
time; and an action that the catalogue does not know never reaches Cedar.

Source: safeguards catalogue §1 and SG-45; design §3.9.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.clock import Clock, SystemClock
from shared.identifiers import Identifiers, RandomIdentifiers
from shared.policy.actions import ACTIONS, RULES
from shared.policy.bundle import signers
from shared.policy.catalogue import CATALOGUE_FOLDER, Catalogue, read_catalogue
from shared.policy.evaluation import CedarHandles, Findings, Plan, joined
from shared.policy.facts.registry import RULE_FACTS, rules_judging
from shared.policy.verdict import Verdict, all_of

Profile = Literal["local", "production"]

VAULT_RULE: Final = "SG-35"
VAULT_FACTS: Final = {
    "object": frozenset({"subject_protection"}),
    "context": frozenset({"feared_states", "nationality", "former_residence", "claim_sign", "protection"}),
}
"""Facts of the protection vault: they stand in no hash (SG-35)."""

ONE_BY_ONE_FROM: Final = 16
"""Requests in a batch from which safeguards are asked one at a time; measured, see `./run bench`."""

_UNKNOWN_ACTION: Final = ("SG-45.POLICY_NOT_VERIFIED", "SG-45.UNKNOWN_ACTION")


class PolicyEngine:
    """The safeguards in force, ready to be asked. Holds no state between questions: no permit is cached."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        profile: Profile,
        signer_count: int,
        clock: Clock,
        identifiers: Identifiers,
    ) -> None:
        self.catalogue = catalogue
        self._profile = profile
        self._clock = clock
        self._identifiers = identifiers
        self._digest = catalogue.bundle.digest
        self._written = frozenset(catalogue.written)
        self._bundle_facts: dict[str, Any] = {
            "signatures": signer_count,
            "tests_passed": catalogue.bundle.tests_passed,
            "effective_from": catalogue.bundle.effective_from,
        }
        self._handles = CedarHandles()
        self._plan = lru_cache(maxsize=None)(self._make_plan)

    @classmethod
    def load(
        cls,
        folder: Path = CATALOGUE_FOLDER,
        *,
        profile: Profile,
        trusted_keys: Mapping[str, Ed25519PublicKey],
        clock: Clock | None = None,
        identifiers: Identifiers | None = None,
    ) -> Self:
        """Read a catalogue and make ready to decide. A service that cannot load does not start.

        Args:
            folder: The catalogue; its signatures stand beside `bundle.json`.
            profile: `local` names safeguards that are not in force as pending; `production` refuses for them.
            trusted_keys: Public keys by key id (`<person>.<fingerprint>`). Signatures by others count as
                none, and below two persons SG-45 refuses everything but protective actions.
            clock: Stamps verdicts; the machine's unless given.
            identifiers: Numbers verdicts; random unless given.

        Raises:
            CatalogueFault: Its subclasses name what is wrong with the catalogue.
        """
        catalogue = read_catalogue(folder)
        used_clock = clock or SystemClock()
        return cls(
            catalogue,
            profile=profile,
            signer_count=len(signers(folder, trusted_keys)),
            clock=used_clock,
            identifiers=identifiers or RandomIdentifiers(used_clock),
        )

    @property
    def version(self) -> str:
        """The version that the bundle carries."""
        return self.catalogue.bundle.version

    @property
    def digest(self) -> str:
        """The digest of everything that decides."""
        return self._digest

    def decide(self, request: Mapping[str, Any], *, vault: Verdict | None = None) -> Verdict:
        """Judge one request by every safeguard in force that knows its action.

        Args:
            request: `action`, `actor`, `purpose`, `object`, `context`, `now` as JSON gives them: texts,
                numbers, truth values, lists and dictionaries; instants as ISO 8601 with a zone.
                `context.bundle` and `context.inputs_complete` are the engine's own: what stands there is
                replaced.
            vault: What the protection vault said about this recipient; it then stands for SG-35, whose facts
                this request need not hold.

        Returns:
            A verdict with all reasons. It never raises for what a request holds or lacks.

        Source:
            Safeguards catalogue §1, SG-35 and SG-45.
        """
        return self.decide_batch([request], [vault])[0]

    def decide_batch(
        self, requests: Sequence[Mapping[str, Any]], vaults: Sequence[Verdict | None] | None = None
    ) -> list[Verdict]:
        """Judge many requests, each by itself, in their order; quicker than one by one.

        Args:
            requests: As for `decide`.
            vaults: For each request what the protection vault said about its recipient, as for `decide`.
        """
        said = [None] * len(requests) if vaults is None else vaults
        stamped = [self._stamp(request) for request in requests]
        places: defaultdict[tuple[str | None, bool], list[int]] = defaultdict(list)
        for place, (request, vault) in enumerate(zip(stamped, said, strict=True)):
            places[_action_of(request), vault is not None].append(place)
        verdicts: dict[int, Verdict] = {}
        for (action, _), chosen in places.items():
            asked = [stamped[place] for place in chosen]
            heard = [vault for vault in (said[place] for place in chosen) if vault is not None]
            verdicts.update(zip(chosen, self._verdicts(action, asked, heard), strict=True))
        return [verdicts[place] for place in range(len(stamped))]

    def decide_together(
        self, requests: Sequence[Mapping[str, Any]], *, vault: Verdict | None = None
    ) -> Verdict:
        """Judge one act that several requests describe, at least one; see `all_of`.

        Args:
            requests: As for `decide`, all for the same action.
            vault: What the protection vault said about the recipient, as for `decide`.
        """
        return all_of([self.decide(request, vault=vault) for request in requests])

    def judge(self, rule_id: str, request: Mapping[str, Any]) -> Verdict:
        """What one safeguard alone says, in force or only written, with all others taken as satisfied.

        An action that it does not judge is permitted; one that no safeguard knows is refused by SG-45; a
        safeguard that nobody wrote refuses with `SG-NN.NOT_WRITTEN`.

        Args:
            rule_id: `SG-01` to `SG-45`.
            request: As for `decide`; `context.bundle` and `context.inputs_complete` are read as given.
        """
        assert rule_id in RULES, "rule ids come from the catalogue"
        return self._verdict(request, self._judge(rule_id, [request])[0], ())

    def reasons_alone(
        self, rule_ids: Sequence[str], requests: Sequence[Mapping[str, Any]]
    ) -> list[tuple[str, ...]]:
        """All reasons that some safeguards alone give against each of many requests, sorted; none permits.

        What `judge` would say of each pair, without a numbered verdict for it: what is the same is asked
        once, so that twenty thousand entries of a list cost hardly more than one.
        """
        assert set(rule_ids) <= set(RULES), "rule ids come from the catalogue"
        found = [self._judge(rule_id, requests) for rule_id in rule_ids]
        return [joined(findings).reasons for findings in zip(*found, strict=True)]

    def _judge(self, rule_id: str, requests: Sequence[Mapping[str, Any]]) -> list[Findings]:
        found: dict[int, Findings] = {}
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, request in enumerate(requests):
            unasked = self._unasked(rule_id, request.get("action"))
            if unasked is None:
                places[request["action"]].append(place)
            else:
                found[place] = unasked
        for action, chosen in places.items():
            asked = [dict(requests[place]) for place in chosen]
            found.update(zip(chosen, self._plan(action, (rule_id,)).findings(asked), strict=True))
        return [found[place] for place in range(len(requests))]

    def _unasked(self, rule_id: str, action: object) -> Findings | None:
        """What a safeguard finds without its facts being looked at; `None` where they have to be."""
        if rule_id not in self._written:
            return Findings((f"{rule_id}.NOT_WRITTEN",))
        if not isinstance(action, str):
            return Findings((f"{rule_id}.FACT_MISSING",))
        if action not in ACTIONS:
            return Findings(_UNKNOWN_ACTION)
        return None if action in RULE_FACTS[rule_id].actions else Findings(())

    def _verdicts(
        self, action: str | None, requests: list[dict[str, Any]], vaults: list[Verdict]
    ) -> list[Verdict]:
        """The verdicts on requests for one action; `None` is an action that is not there or no text.

        `vaults` has one for each request, or is empty where the vault was not asked about any.
        """
        if action is None or action not in ACTIONS:
            refused = Findings(("SG-45.FACT_MISSING",) if action is None else _UNKNOWN_ACTION)
            return [self._verdict(request, refused, ()) for request in requests]
        rules, pending = self._rules(action)
        more = [self._not_in_force(pending)] * len(requests)
        if vaults and VAULT_RULE in rules:
            rules = tuple(rule_id for rule_id in rules if rule_id != VAULT_RULE)
            more = [known | set(vault.reasons) for known, vault in zip(more, vaults, strict=True)]
        found = self._findings(action, rules, requests)
        return [
            self._verdict(request, joined((findings, Findings(tuple(reasons)))), pending)
            for request, findings, reasons in zip(requests, found, more, strict=True)
        ]

    def _findings(
        self, action: str, rules: tuple[str, ...], requests: list[dict[str, Any]]
    ) -> list[Findings]:
        """What the safeguards find, in the requests' order.

        A few requests are asked about all safeguards in one question. Of many, most differ in the facts of
        one or two safeguards only; asked one safeguard at a time, what is the same is asked once.
        """
        if len(requests) < ONE_BY_ONE_FROM:
            return self._plan(action, rules).findings(requests)
        by_rule = [self._plan(action, (rule_id,)).findings(requests) for rule_id in rules]
        return [joined(findings) for findings in zip(*by_rule, strict=True)]

    def _rules(self, action: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The safeguards in force that judge an action, and those that judge it and are not in force."""
        in_force = self.catalogue.bundle.in_force
        judging = rules_judging(action)
        return (
            tuple(rule_id for rule_id in judging if rule_id in in_force),
            tuple(rule_id for rule_id in judging if rule_id not in in_force),
        )

    def _not_in_force(self, pending: tuple[str, ...]) -> set[str]:
        """Why production refuses for safeguards that are not in force; `local` only names them."""
        if self._profile == "local":
            return set()
        return {
            f"{rule_id}.{'NOT_IN_FORCE' if rule_id in self._written else 'NOT_WRITTEN'}"
            for rule_id in pending
        }

    def _make_plan(self, action: str, rules: tuple[str, ...]) -> Plan:
        return Plan(self.catalogue, action, rules, self._handles)

    def _stamp(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The request with the engine's own findings about itself and about the request's form."""
        context = request.get("context")
        stamped = {
            **(context if isinstance(context, dict) else {}),
            "bundle": self._bundle_facts,
            "inputs_complete": _is_well_formed(request),
        }
        return {**request, "context": stamped}

    def _verdict(self, request: Mapping[str, Any], findings: Findings, pending: tuple[str, ...]) -> Verdict:
        return Verdict(
            decision="forbid" if findings.reasons else "permit",
            reasons=findings.reasons,
            obligations=findings.obligations,
            pending=pending if self._profile == "local" else (),
            policy_version=self.version,
            catalogue_digest=self._digest,
            inputs_hash=inputs_hash(request),
            decided_at=self._clock.now(),
            decision_id=self._identifiers.new(),
        )


def _action_of(request: Mapping[str, Any]) -> str | None:
    action = request.get("action")
    return action if isinstance(action, str) else None


def _is_well_formed(request: Mapping[str, Any]) -> bool:
    """Whether the parts of a request are records where they are there at all."""
    return all(isinstance(request.get(part, {}), dict) for part in ("actor", "purpose", "object", "context"))


def inputs_hash(request: Mapping[str, Any]) -> str:
    """The digest of what was judged, without the protection vault's facts.

    The request is written as JSON with sorted names. One that JSON cannot write has the digest of nothing:
    it was refused for its form.
    """
    shown = dict(request)
    for part, hidden in VAULT_FACTS.items():
        content = shown.get(part)
        if isinstance(content, dict) and not hidden.isdisjoint(content):
            shown[part] = {name: value for name, value in content.items() if name not in hidden}
    try:
        written = json.dumps(shown, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        written = ""
    return f"sha256:{hashlib.sha256(written.encode()).hexdigest()}"
