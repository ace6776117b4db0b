"""`./run bench [SUBJECT…]`: the figures of design.md §6 on this machine, one JSON line a figure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TextIO

from deploy.local.benchmarks.audit import measure_audit
from deploy.local.benchmarks.figure import Figure
from deploy.local.benchmarks.matching import measure_matching
from deploy.local.benchmarks.policy import measure_policy
from deploy.local.benchmarks.reading import measure_reading
from deploy.local.benchmarks.throughput import measure_throughput
from deploy.local.faults import LocalFault

SUBJECTS: Final[Mapping[str, Callable[[], Iterator[Figure]]]] = MappingProxyType(
    {
        "reading": measure_reading,
        "match": measure_matching,
        "policy": measure_policy,
        "audit": measure_audit,
        "throughput": measure_throughput,
    }
)


class UnknownSubject(LocalFault):
    """There is no such benchmark."""

    code = "UNKNOWN_SUBJECT"
    sentence = "There is no benchmark named {subject}; there are: {known}."


def bench(subjects: Sequence[str], out: TextIO) -> int:
    """Measure the named subjects, or all, and print each figure as soon as it is known.

    Raises:
        UnknownSubject: One of the names is none.
    """
    for subject in _chosen(subjects):
        for figure in SUBJECTS[subject]():
            out.write(figure.line(f"./run bench {subject}") + "\n")
            out.flush()
    return 0


def _chosen(subjects: Iterable[str]) -> list[str]:
    chosen = list(subjects) or list(SUBJECTS)
    for subject in chosen:
        if subject not in SUBJECTS:
            raise UnknownSubject(subject=subject, known=", ".join((*SUBJECTS, "chaos", "fuzz")))
    return chosen
