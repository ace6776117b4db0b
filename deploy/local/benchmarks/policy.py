"""Safeguard decisions a second, in batches and one by one, on one core."""

import time
from collections.abc import Iterator

from deploy.local.benchmarks.figure import Figure, percentile
from shared.policy.engine import PolicyEngine

BATCH = 1_000
BATCHES = 20
SINGLES = 500


def measure_policy() -> Iterator[Figure]:
    """`screen.use_entry` in batches of 1,000, as a list version asks it; `record.read` one by one."""
    engine = PolicyEngine.load(profile="local", trusted_keys={})
    entries = [_use_of_entry(number) for number in range(BATCH)]
    engine.decide_batch(entries)
    began = time.perf_counter()
    for _ in range(BATCHES):
        engine.decide_batch(entries)
    yield Figure(
        "policy_decisions_in_batches",
        BATCH * BATCHES / (time.perf_counter() - began),
        "decisions/s",
        "at least 10,000",
        {"action": "screen.use_entry", "batch": BATCH},
    )
    singles = []
    for number in range(SINGLES):
        began = time.perf_counter()
        engine.decide(_use_of_entry(number))
        singles.append(time.perf_counter() - began)
    yield Figure(
        "policy_single_decision_p99",
        percentile(singles, 0.99) * 1000,
        "ms",
        "none stated",
        {"action": "screen.use_entry", "decisions": SINGLES},
    )


def _use_of_entry(number: int) -> dict[str, object]:
    return {
        "action": "screen.use_entry",
        "actor": {"id": "service:screening", "roles": []},
        "purpose": {"code": "TERR_TRAVEL"},
        "object": {
            "id": f"BENCH:{number}",
            "purpose_tag": "TERRORISM",
            "status": "ACTIVE",
            "review_due": "2027-06-01",
            "expires": "2030-01-01",
            "source_kind": "UN",
        },
        "context": {"log_store": "UP", "chain_ok": True},
        "now": "2026-11-21T00:00:00Z",
    }
