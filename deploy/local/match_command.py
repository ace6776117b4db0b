"""`./run match`: travellers as JSON lines against a list of entries.

Source: `spec/matching-interface.md`, "From the command line".
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from services.screening.matching import Match, Matcher
from services.screening.watchlist.entry import WatchlistEntry
from shared.errors import DomainError
from shared.travel import Traveller

LINES_A_BATCH = 200
RATES = (1, 5, 10, 50)
"""Alerts in 10,000 travellers for which `--thresholds` tells the score."""
_MALFORMED = {"code": "MALFORMED_TRAVELLER", "sentence": "The line is not a traveller of parsed-message.md."}


class MalformedList(DomainError):
    """A line of a list given as JSON Lines is no watchlist entry."""

    code = "MALFORMED_LIST"
    sentence = "Line {line} of the list is not a watchlist entry of matching-interface.md."


def read_entries(path: Path) -> Iterator[WatchlistEntry]:
    """The entries of a JSON Lines file, one a line; empty lines are passed over.

    Raises:
        MalformedList: A line is not an entry of `matching-interface.md`; the fault says which, not what.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    entry = WatchlistEntry.from_json(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError) as fault:
                    raise MalformedList(line=number) from fault
                yield entry


def match_lines(list_path: Path, floor: float | None, stdin: Iterable[str], stdout: TextIO) -> int:
    """Screen travellers, one JSON object a line, and print one line for each, in order.

    A line is `{"matches": [{"entry_id", "score"}], "fault": null}`; a traveller who cannot be screened, and a
    line that is no traveller, have a fault with a code and a sentence.

    Args:
        list_path: Entries as JSON Lines.
        floor: The least score that is printed; the matcher's threshold where none is given.
        stdin: Travellers as JSON Lines; empty lines are passed over.
        stdout: Gets the answers, flushed after each batch.

    Returns:
        0, or 1 where a line was no traveller.
    """
    matcher = Matcher.compile(read_entries(list_path))
    had_fault = False
    for batch in _batches(line for line in stdin if line.strip()):
        travellers = [_traveller(line) for line in batch]
        known = [traveller for traveller in travellers if traveller is not None]
        found = iter(matcher.screen(known, floor=floor))
        for traveller in travellers:
            answer = {"matches": [], "fault": _MALFORMED}
            if traveller is not None:
                answer = _answer(matcher, traveller, next(found))
            stdout.write(json.dumps(answer) + "\n")
        had_fault = had_fault or None in travellers
        stdout.flush()
    return 1 if had_fault else 0


def threshold_lines(list_path: Path, stdin: Iterable[str], stdout: TextIO) -> int:
    """Print the threshold for so many alerts in 10,000 of these travellers, one line for each of `RATES`.

    A line is `{"alerts_per_10000", "threshold", "alerts", "travellers"}`: the least score that no more
    than so many of the travellers reach; null where they are too few for one alert.

    Args:
        list_path: Entries as JSON Lines.
        stdin: A State's own travellers as JSON Lines, none of whom is listed; other lines are passed over.
        stdout: Gets the answers.

    Returns:
        0.
    """
    matcher = Matcher.compile(read_entries(list_path))
    best: list[float] = []
    for batch in _batches(line for line in stdin if line.strip()):
        known = [traveller for traveller in map(_traveller, batch) if traveller is not None]
        found = matcher.screen(known, floor=0.0, limit=1)
        best += [matches[0].score if matches else 0.0 for matches in found]
    for rate in RATES:
        threshold = threshold_for(best, len(best) * rate // 10_000)
        alerts = sum(score >= threshold for score in best) if threshold is not None else 0
        answer = {"alerts_per_10000": rate, "threshold": threshold, "alerts": alerts, "travellers": len(best)}
        stdout.write(json.dumps(answer) + "\n")
    return 0


def threshold_for(best: Sequence[float], alerts: int) -> float | None:
    """The least of these scores that no more than so many reach; `None` where even the highest has more."""
    ordered = sorted(best, reverse=True)
    too_low = ordered[alerts] if alerts < len(ordered) else -1.0
    return min((score for score in ordered[:alerts] if score > too_low), default=None)


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == LINES_A_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _traveller(line: str) -> Traveller | None:
    try:
        return Traveller.from_json(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _answer(matcher: Matcher, traveller: Traveller, matches: Sequence[Match]) -> dict[str, Any]:
    fault = matcher.unscreenable(traveller)
    return {
        "matches": [{"entry_id": match.entry_id, "score": match.score} for match in matches],
        "fault": None if fault is None else fault.as_json(),
    }
