"""`./run bench`: the figures of design.md §6 on this machine, one JSON line each."""

import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.benchmarks.audit import measure_audit
from deploy.local.benchmarks.fairness import measure_fairness
from deploy.local.benchmarks.figure import Figure
from deploy.local.benchmarks.fuzz import INPUTS, SEED, measure_fuzz
from deploy.local.benchmarks.ingest import measure_ingest
from deploy.local.benchmarks.matching import measure_matching
from deploy.local.benchmarks.policy import measure_policy
from deploy.local.benchmarks.rescreening import measure_rescreening
from deploy.local.benchmarks.retention import measure_retention
from deploy.local.benchmarks.sharing import measure_sharing
from deploy.local.benchmarks.throughput import measure_throughput
from deploy.local.benchmarks.watchlist import measure_watchlist
from deploy.local.chaos.trial import run_trial
from deploy.local.faults import Unknown
from deploy.local.terminal import Steps

MAX_SEED: Final = 1_000_000

MATCH: Final = "match"
SUBJECTS: Final[dict[str, Callable[..., Iterator[Figure]]]] = {
    "ingest": measure_ingest,
    "policy": measure_policy,
    MATCH: measure_matching,
    "fairness": measure_fairness,
    "rescreen": measure_rescreening,
    "audit": measure_audit,
    "throughput": measure_throughput,
    "retention": measure_retention,
    "sharing": measure_sharing,
    "watchlist": measure_watchlist,
}

SCALED: Final = (MATCH, "rescreen", "watchlist")
"""Subjects that take a scale: names on the list for match and watchlist, travellers for rescreen."""
OTHERS: Final = ("chaos", "fuzz")
"""Subjects of another kind: a trial that judges, and inputs that nothing may stumble over."""
KNOWN: Final = (*SUBJECTS, *OTHERS)
"""Every subject that can be named."""
ALL: Final = (*SUBJECTS, "chaos")
"""What runs where nothing is named: the figures of design.md §6. Fuzzing takes longest and has none there."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much some subjects do: `inputs` a reader for fuzz, `minutes` for chaos, `scale` for `SCALED`.

    `logic_v2` is a Python that has nomenklatura, to be measured beside the matcher.
    """

    seed: int | None = None
    inputs: int = INPUTS
    minutes: float = 1.0
    scale: int | None = None
    logic_v2: Path | None = None


def bench(subjects: Sequence[str], effort: Effort, folder: Path) -> int:
    """Measure some subjects, or all; each figure is printed as soon as it is taken.

    Args:
        subjects: Names of `SUBJECTS` and `OTHERS`; empty is `ALL`.
        effort: For the long subjects.
        folder: Where inputs are kept that brought out a fault.

    Returns:
        0, or 1 when chaos found a fault.

    Raises:
        Unknown: There is no such subject.
        UndeclaredErrors: A reader let one out.
        OtherPythonFailed: The Python that was named for logic-v2 could not weigh pairs.
    """
    for name in subjects:
        if name not in KNOWN:
            raise Unknown(kind="benchmark", name=name, known=", ".join(KNOWN))
    steps = Steps()
    is_well = True
    for name in subjects or ALL:
        with steps.shown():
            steps(f"measuring {name}")
            if name == "chaos":
                is_well = _chaos(effort) and is_well
            else:
                _print_figures(name, effort, folder)
    return 0 if is_well else 1


def _print_figures(name: str, effort: Effort, folder: Path) -> None:
    command = f"./run bench {name}"
    if name in SCALED and effort.scale is not None:
        command += f" --scale {effort.scale}"
    if name == MATCH and effort.logic_v2 is not None:
        command += " --logic-v2 PYTHON"
    for figure in _figures(name, effort, folder):
        _print(figure.line(command))


def _figures(name: str, effort: Effort, folder: Path) -> Iterator[Figure]:
    if name not in SUBJECTS:
        return _fuzz(effort, folder)
    if name == MATCH:
        return measure_matching(effort.scale, effort.logic_v2)
    return SUBJECTS[name](effort.scale) if name in SCALED else SUBJECTS[name]()


def _fuzz(effort: Effort, folder: Path) -> Iterator[Figure]:
    return measure_fuzz(
        inputs=effort.inputs, seed=SEED if effort.seed is None else effort.seed, folder=folder
    )


def _chaos(effort: Effort) -> bool:
    """One trial, under a seed that is printed; whether the oracle found nothing."""
    seed = secrets.randbelow(MAX_SEED) if effort.seed is None else effort.seed
    report = run_trial(seed, effort.minutes * 60)
    _print(report.line())
    return not report.faults


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
