"""Lists on their way into force: a list as long as the UN's, a very long one, and a thousand changes to it.

Measured on a whole running system, from the first byte sent to the moment when travellers meet the entries.
Beside the seconds of the clock stand the seconds of the processors, which a busy machine does not stretch.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

from deploy.local.api import Api
from deploy.local.benchmarks.figure import Figure, percentile
from deploy.local.benchmarks.interactive import measure_interactive
from deploy.local.benchmarks.process_figures import peak_mib, processor_seconds
from deploy.local.benchmarks.running_system import RunningSystem, running_system
from deploy.local.benchmarks.synthetic_list import reference, un_list
from deploy.local.seed import DEMONSTRATION_CASE, list_sources
from deploy.local.synthetic.people import FictionalPeople
from deploy.local.token_command import local_issuer
from shared.web.purpose import Purpose

#: The UN's list holds 730 individuals; the names of the long source at full scale.
UN_INDIVIDUALS: Final = 730
FULL_SCALE: Final = 1_000_000
USUAL_SCALE: Final = 20_000
NAMES_A_PERSON: Final = 2
CHANGED: Final = 1_000
LONG_SOURCE: Final = "BENCH"
FIRST_DAY, SECOND_DAY = date(2027, 1, 1), date(2027, 1, 2)
WAIT_SECONDS: Final = 1_800.0
POLL_SECONDS: Final = 0.1
QUERIES_A_SECOND: Final = 5.0


def measure_watchlist(scale: int | None = None) -> Iterator[Figure]:
    """Import, approve and wait until live.

    Args:
        scale: Names of the long source; 20,000 unless told, 1,000,000 for the goal.
    """
    names = USUAL_SCALE if scale is None else scale
    with running_system() as system:
        stopped = _Stopwatch(system)
        short = un_list(UN_INDIVIDUALS, date(2026, 11, 1))
        with stopped:
            _put_in_force(system.api, "DEMO", short)
        yield from stopped.figures("un_list_live", "at most 5 s", {"individuals": UN_INDIVIDUALS})
        yield from _long_source(system, stopped, names)


def _long_source(system: RunningSystem, stopped: "_Stopwatch", names: int) -> Iterator[Figure]:
    _register(system.api)
    people = max(names // NAMES_A_PERSON, CHANGED)
    conditions: dict[str, Any] = {"names": people * NAMES_A_PERSON, "persons": people, "of": FULL_SCALE}
    calm = _asked_meanwhile(system, lambda: time.sleep(10))
    busy = _Asked()
    first = long_source(people)
    with stopped, busy.running(system):
        _put_in_force(system.api, LONG_SOURCE, first)
    yield from stopped.figures("long_list_live", "1,000,000 names in at most 300 s", conditions)
    yield Figure(
        "screening_peak_memory",
        peak_mib(system.supervisor, "services.screening"),
        "MiB",
        "bounded",
        conditions,
    )
    yield Figure(
        "question_p99_meanwhile",
        _ratio(busy.seconds, calm),
        "times the calm one",
        "at most 2",
        {**conditions, "asked": len(busy.seconds), "calm_p99_s": round(percentile(calm, 0.99), 3)},
    )
    yield from measure_interactive(system, conditions)
    second = long_source(people, CHANGED)
    with stopped:
        _put_in_force(system.api, LONG_SOURCE, second)
    yield from stopped.figures("delta_live", "at most 10 s", {**conditions, "changed": CHANGED})
    with stopped:
        _remove(system.api, f"{LONG_SOURCE}:{reference(people)}")
    yield from stopped.figures("removal_live", "at most 1 s", conditions)


def long_source(persons: int, changed: int = 0) -> bytes:
    """A list of fictional persons in the UN's format, two names each and little else.

    Args:
        persons: How many.
        changed: How many of the first are born on another day than without this.
    """
    return un_list(persons, FIRST_DAY if not changed else SECOND_DAY, seed=11, changed=changed, is_short=True)


def _register(api: Api) -> None:
    row = list_sources()[0] | {
        "source_id": LONG_SOURCE,
        "publisher": "A fictional source",
        "kind": "NATIONAL",
        "reader": "un",
        "allow_list": ["Al-Qaida"],
    }
    body = {"register": "list-sources", "row": row}
    proposed = api.post("supervisor", "screening", "/v1/registers", json=body)
    api.post("legal", "screening", f"/v1/registers/{proposed['approval_id']}/approval", json={})


def _put_in_force(api: Api, source: str, content: bytes) -> None:
    """Import a file, release it as two people where it is held, and wait until travellers meet it."""
    query = {"source": "un", "as": source}
    report = api.post(
        "steward", "screening", "/v1/watchlist/imports", params=query, content=content, timeout=WAIT_SECONDS
    )
    path = f"/v1/watchlist/versions/{report['version_id']}/approval"
    for person in ("steward", "supervisor"):
        api.post(person, "screening", path, json={}, timeout=WAIT_SECONDS)
    _wait_until_live(api)


def _remove(api: Api, entry_id: str) -> None:
    """Remove an entry, and wait until no traveller meets it."""
    path = f"/v1/watchlist/entries/{entry_id}/removal"
    api.post("steward", "screening", path, json={"reason": "DELISTED"}, timeout=WAIT_SECONDS)
    _wait_until_live(api)


def _wait_until_live(api: Api) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        state = api.get("steward", "screening", "/v1/watchlist", timeout=WAIT_SECONDS)
        if state["notice"] is None and state["matcher"] is not None:
            return
        time.sleep(POLL_SECONDS)
    raise TimeoutError("the version did not come into use")


@dataclass
class _Stopwatch:
    """Seconds of the clock, and of all processors that work for the system."""

    system: RunningSystem
    wall: float = 0.0
    processor: float = 0.0

    def __enter__(self) -> None:
        self.wall = time.perf_counter()
        self.processor = processor_seconds(self.system.supervisor)

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self.wall
        self.processor = processor_seconds(self.system.supervisor) - self.processor

    def figures(self, name: str, goal: str, conditions: dict[str, Any]) -> Iterator[Figure]:
        """Both times."""
        yield Figure(name, self.wall, "s", goal, conditions)
        yield Figure(f"{name}_processor", self.processor, "s of processor", goal, conditions)


@dataclass
class _Asked:
    """Seconds that questions took while something else went on."""

    seconds: list[float] = field(default_factory=list)

    @contextmanager
    def running(self, system: RunningSystem) -> Iterator[None]:
        """Ask again and again until the block ends."""
        stop = threading.Event()
        asking = threading.Thread(target=self._ask, args=(system, stop), daemon=True)
        asking.start()
        try:
            yield
        finally:
            stop.set()
            asking.join()

    def _ask(self, system: RunningSystem, stop: threading.Event) -> None:
        people = FictionalPeople(int(datetime.now(UTC).timestamp()))
        with Api(system.addresses, local_issuer(system.folder.path)) as api:
            for number in count(1):
                if stop.wait(1 / QUERIES_A_SECOND):
                    return
                person = next(people)
                traveller = {"surname": person.surname, "given_names": person.given_names}
                began = time.perf_counter()
                api.post(
                    "verifier-1",
                    "screening",
                    "/v1/match",
                    purpose=_purpose(number),
                    json={"traveller": traveller},
                    timeout=WAIT_SECONDS,
                )
                self.seconds.append(time.perf_counter() - began)


def _asked_meanwhile(system: RunningSystem, act: Callable[[], None]) -> list[float]:
    asked = _Asked()
    with asked.running(system):
        act()
    return asked.seconds


def _purpose(number: int) -> Purpose:
    """A statement of its own for each question: one that was copied from another is not accepted."""
    statement = (
        f"Question {number} of {datetime.now(UTC).isoformat()}, asked of nobody who exists while a list is"
        " loaded, to time the answer; no lesser way measures it, and it ends with the run."
    )
    return Purpose("TERR_TRAVEL", DEMONSTRATION_CASE, statement)


def _ratio(busy: list[float], calm: list[float]) -> float:
    return percentile(busy, 0.99) / percentile(calm, 0.99)
