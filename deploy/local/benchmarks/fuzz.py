"""Many made inputs for each reader: only declared errors may come out."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from deploy.local.benchmarks.figure import Figure
from deploy.local.fuzzing.harness import FuzzReport, Reader, fuzz
from deploy.local.fuzzing.readers import readers
from shared.errors import DomainError

INPUTS: Final = 100_000
SEED: Final = 2396


class UndeclaredErrors(DomainError):
    """A reader let an error out that its callers do not expect."""

    code = "UNDECLARED_ERRORS"
    sentence = "{count} inputs brought out an error that no reader declares; seed {seed}, inputs in {file}."


def measure_fuzz(
    *,
    inputs: int = INPUTS,
    seed: int = SEED,
    folder: Path,
    chosen: Iterable[Reader] | None = None,
) -> Iterator[Figure]:
    """Undeclared errors of each reader, with its slowest input.

    Args:
        inputs: How many inputs each reader gets.
        seed: What the inputs are made from.
        folder: Gets `fuzz-undeclared.jsonl`, one line a fault with the input as hexadecimal digits.
        chosen: Some readers; all when absent.

    Raises:
        UndeclaredErrors: After the last reader, when there was any.
    """
    file = folder / "fuzz-undeclared.jsonl"
    file.unlink(missing_ok=True)
    count = 0
    for reader in chosen or readers():
        report = fuzz(reader, inputs=inputs, seed=seed)
        count += report.undeclared
        _keep(report, file)
        yield Figure(
            f"fuzz_{report.reader}",
            report.undeclared,
            "undeclared errors",
            "none",
            {
                "inputs": report.inputs,
                "seed": seed,
                "accepted": report.accepted,
                "refused": report.refused,
                "slowest_ms": round(report.slowest_seconds * 1000, 1),
                "slowest_bytes": report.slowest_bytes,
            },
        )
    if count:
        raise UndeclaredErrors(count=count, seed=seed, file=str(file))


def _keep(report: FuzzReport, file: Path) -> None:
    if report.faults:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as stream:
            stream.writelines(fault.line() + "\n" for fault in report.faults)
