"""`./run bench`: the figures of design.md §6 on this machine, one JSON line each."""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from deploy.local.benchmarks.audit import measure_audit
from deploy.local.benchmarks.figure import Figure
from deploy.local.benchmarks.matching import measure_matching
from deploy.local.benchmarks.policy import measure_policy
from deploy.local.benchmarks.reading import measure_reading
from deploy.local.benchmarks.throughput import measure_throughput
from deploy.local.faults import Unknown
from deploy.local.terminal import Steps

SUBJECTS: Final[dict[str, Callable[[], Iterator[Figure]]]] = {
    "reading": measure_reading,
    "policy": measure_policy,
    "matching": measure_matching,
    "audit": measure_audit,
    "throughput": measure_throughput,
}


def bench(subjects: Sequence[str]) -> int:
    """Measure some subjects, or all; each figure is printed as soon as it is taken.

    Raises:
        Unknown: There is no such subject.
    """
    for name in subjects:
        if name not in SUBJECTS:
            raise Unknown(kind="benchmark", name=name, known=", ".join(SUBJECTS))
    steps = Steps()
    for name in subjects or SUBJECTS:
        with steps.shown():
            steps(f"measuring {name}")
            for figure in SUBJECTS[name]():
                sys.stdout.write(figure.line(f"./run bench {name}") + "\n")
                sys.stdout.flush()
    return 0
