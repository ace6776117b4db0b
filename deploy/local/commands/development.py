"""Commands for developers and CI."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.local.bench_command import KNOWN, Effort, bench
from deploy.local.benchmarks.fuzz import INPUTS
from deploy.local.checks import run_checks, run_tests
from deploy.local.commands.options import DEFAULT_DATA, Data, group

PASSED_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True}
app = group("Development.")


@app.command("test", context_settings=PASSED_THROUGH)
def test_here(context: typer.Context) -> int:
    """Run the tests; further arguments go to pytest."""
    return run_tests(context.args)


@app.command("check")
def check_here() -> int:
    """Run everything that CI runs: format, lint, types, import contracts, tests."""
    return run_checks()


@app.command("bench")
def bench_here(
    subjects: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(KNOWN)}.")] = None,
    *,
    seed: Annotated[int | None, typer.Option(help="For fuzz and chaos: what they are made from.")] = None,
    inputs: Annotated[int, typer.Option(min=1, help="For fuzz: inputs a reader.")] = INPUTS,
    minutes: Annotated[float, typer.Option(min=0.1, help="For chaos: how long to kill.")] = 1.0,
    scale: Annotated[
        int | None,
        typer.Option(min=1_000, help="For match and watchlist: names on the list; for rescreen: travellers."),
    ] = None,
    logic_v2: Annotated[
        Path | None,
        typer.Option(help="For match: a Python that has nomenklatura, to measure its logic-v2 as well."),
    ] = None,
    data: Data = DEFAULT_DATA,
) -> int:
    """Measure this machine: all subjects, or those that you name."""
    return bench(subjects or (), Effort(seed, inputs, minutes, scale, logic_v2), data)
