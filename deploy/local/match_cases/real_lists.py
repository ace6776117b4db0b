"""Recall and false alerts on real lists, where a folder with the UN's file and OFAC's is at hand.

    python -m deploy.local.match_cases.real_lists FOLDER [PYTHON]

The lists are no part of the project. Listed people travel under their first name in Latin letters (or under a
strong alias that is taken off the list, or against their names in another script alone), born on a day that
the entry allows; innocents are fictional. Nothing of a person is printed. A Python in which Faker is
installed adds the control by another author (`control.py`).
"""

import io
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Final

from deploy.local.match_cases import damage
from deploy.local.match_cases.control import measure_control
from deploy.local.match_cases.measure import best_scores
from deploy.local.match_cases.people import People
from deploy.local.match_cases.scores import Scores, Screened, floors, share_found
from services.screening.matching import ALGORITHM, Matcher
from services.screening.matching.weights import PRIOR_LISTED_ONE_IN
from services.screening.watchlist.entry import BirthDate, EntryName, NameKind, NameQuality, WatchlistEntry
from services.screening.watchlist.sources.read_list import ListToRead
from services.screening.watchlist.sources.registry import READERS
from shared.travel import PartialDate, Traveller

SEED: Final = 2396
CASES, INNOCENTS = 300, 20_000
THRESHOLDS: Final = (0.0035, 0.01, 0.02, 0.04, 0.1, 0.2)
_BANDS: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9, 1.0)
_OFAC: Final = {"sdn.csv": "ofac_sdn.csv", "alt.csv": "ofac_alt.csv", "add.csv": "ofac_add.csv"}


def read_real_lists(folder: Path) -> list[WatchlistEntry]:
    """Every person of both lists, of whatever programme."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, file in _OFAC.items():
            archive.write(folder / file, name)
    read = {"un": (folder / "un_consolidated.xml").read_bytes(), "ofac": packed.getvalue()}
    return [entry for source, content in read.items() for entry in _entries(source, content)]


def _entries(source: str, content: bytes) -> Sequence[WatchlistEntry]:
    regimes = frozenset(READERS[source](_file(source, content, frozenset())).by_regime)
    return READERS[source](_file(source, content, regimes)).entries


def _file(source: str, content: bytes, regimes: frozenset[str]) -> ListToRead:
    return ListToRead(content, source.upper(), regimes, datetime(2026, 1, 1, tzinfo=UTC))


def _in_latin(entry: WatchlistEntry, *, aliases: bool = False) -> list[EntryName]:
    """Its names of two words or more in Latin letters, that the source does not call weak."""
    return [
        name
        for name in entry.names
        if name.text.isascii()
        and " " in name.text
        and name.quality is not NameQuality.LOW
        and (not aliases or name.kind is NameKind.ALIAS)
    ]


def _born(random: Random, listed: Sequence[BirthDate]) -> PartialDate | None:
    """A full date that the first listed one allows; `None` where the source has none."""
    if not listed:
        return None
    first = listed[0]
    year = first.year or first.from_year or (first.date.year if first.date else 0)
    if first.date is not None and first.date.is_full:
        return first.date
    month = first.date.month if first.date is not None else None
    return PartialDate(year, month or random.randrange(1, 13), random.randrange(1, 29))


def travelling(random: Random, entry: WatchlistEntry, name: EntryName) -> Traveller:
    """The listed person under one of the names, the surname last."""
    given, _, surname = name.text.upper().replace(",", " ").rpartition(" ")
    return Traveller(
        surname=surname,
        given_names=given,
        birth_date=_born(random, entry.birth_dates),
        sex=entry.sex,
        nationality=entry.nationalities[0] if entry.nationalities else None,
    )


def make_families(
    random: Random, entries: dict[str, WatchlistEntry], cases: int = CASES
) -> Mapping[str, Sequence[Screened]]:
    """By family of damage the travellers with the entry that each should find; takes names off `entries`."""
    chosen = iter(random.sample(list(entries.values()), len(entries)))
    families: dict[str, Sequence[Screened]] = {
        "alias": list(islice(_under_aliases(random, chosen, entries), cases)),
        "script": list(islice(_in_other_scripts(random, chosen, entries), cases)),
    }
    rest = random.sample([entry for entry in entries.values() if _in_latin(entry)], cases)
    people = [(entry.id, travelling(random, entry, _in_latin(entry)[0])) for entry in rest]
    for family, harm in damage.FAMILIES.items():
        families[family] = [(entry_id, harm(random, person)) for entry_id, person in people]
    return families


def _under_aliases(
    random: Random, chosen: Iterator[WatchlistEntry], entries: dict[str, WatchlistEntry]
) -> Iterator[Screened]:
    for entry in chosen:
        aliases = _in_latin(entry, aliases=True)
        if aliases and len(_in_latin(entry)) > len(aliases):
            gone = aliases[-1]
            kept = tuple(name for name in entry.names if name.text != gone.text)
            entries[entry.id] = replace(entry, names=kept)
            yield entry.id, travelling(random, entry, gone)


def _in_other_scripts(
    random: Random, chosen: Iterator[WatchlistEntry], entries: dict[str, WatchlistEntry]
) -> Iterator[Screened]:
    for entry in chosen:
        written = tuple(name for name in entry.names if name.kind is NameKind.ORIGINAL_SCRIPT)
        if written and _in_latin(entry):
            entries[entry.id] = replace(entry, names=written)
            yield entry.id, travelling(random, entry, _in_latin(entry)[0])


def main(folder: Path, with_faker: Path | None = None) -> None:
    """Print recall at some rates and at the threshold, and false alerts by threshold, band and locale."""
    random = Random(SEED)  # noqa: S311 - repeatable, and nothing here is secret.
    entries = {entry.id: entry for entry in read_real_lists(folder)}
    families = make_families(random, entries)
    matcher = Matcher.compile(list(entries.values()))
    people = People(SEED + 1, 1)
    innocent = best_scores(matcher, [people.innocent()[1] for _ in range(INNOCENTS)])
    found = {
        family: best_scores(matcher, [traveller for _, traveller in cases])
        for family, cases in families.items()
    }
    print(ALGORITHM, len(entries), "persons")
    print(*_recall(families, found, [*floors(innocent).items(), ("threshold", matcher.threshold)]), sep="\n")
    print(*_alerts(families, found, innocent), sep="\n")
    if with_faker is not None:
        control = measure_control(matcher, with_faker)
        print(f"of Faker's locales {fmean(control.values()):.1f} in 10,000:")
        print(*(f"{locale} {alerts:.1f}" for locale, alerts in control.items()), sep=", ")


def _recall(
    families: Mapping[str, Sequence[Screened]],
    found: Mapping[str, Scores],
    at: Sequence[tuple[object, float]],
) -> Iterator[str]:
    yield f"recall at {', '.join(str(rate) for rate, _ in at)}, in %"
    for family, cases in families.items():
        shares = [f"{100 * share_found(found[family], cases, floor):.0f}" for _, floor in at]
        yield f"{family:12} {len(cases):4} cases: {', '.join(shares)}"


def _alerts(
    families: Mapping[str, Sequence[Screened]], found: Mapping[str, Scores], innocent: Scores
) -> Iterator[str]:
    best = [max(each.values(), default=0.0) for each in innocent]
    for threshold in THRESHOLDS:
        alerts = sum(score >= threshold for score in best) / INNOCENTS
        yield f"threshold {threshold}: {10_000 * alerts:.1f} alerts in 10,000"
    listed = [
        each.get(entry_id, 0.0)
        for family, cases in families.items()
        for each, (entry_id, _) in zip(found[family], cases, strict=True)
    ]
    pairs = [score for each in innocent for score in each.values()]
    for low, high in pairwise(_BANDS):
        own = sum(low < score <= high for score in listed) / len(listed)
        others = sum(low < score <= high for score in pairs) / INNOCENTS
        truth = own / (own + PRIOR_LISTED_ONE_IN * others) if own else 0.0
        yield f"{low}-{high}: {100 * own:.1f} %, {10_000 * others:.1f}: {truth:.2f}"


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
