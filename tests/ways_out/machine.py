"""How every machine over the ways out is run: with fixed seeds, so that a build never depends on chance."""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run(machine: Callable[[], RuleBasedStateMachine], *, examples: int, steps: int) -> None:
    """Let a machine act in that many orders of that many calls at most."""
    run_state_machine_as_test(
        machine,  # type: ignore[arg-type]
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            # Each step is a call of a service on a database: the failing order is told as it was found.
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
