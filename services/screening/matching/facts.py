"""What an entry, or a traveller, says beside a name, as integers: birth dates, States, sex, places."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from services.screening.matching import weights as w
from services.screening.matching.beside_kernels import ANY_DAY, MONTH_BITS, NO_DAY, YEAR_BITS
from services.screening.matching.births import EXACT, listed_parts
from services.screening.matching.listing import Array
from services.screening.matching.names import read_name
from services.screening.matching.skeleton import fine_skeleton
from services.screening.matching.states import nationality_of, related_states
from services.screening.matching.vocabulary import stable_hash
from services.screening.watchlist.entry import BirthDate, WatchlistEntry
from shared.travel import Sex

_SEXES = {Sex.FEMALE: 1, Sex.MALE: 2}
_MIN_CITY_CONSONANTS = 3
TO_ALL_NAMES = -1
_MAX_YEAR = 9_999


def sex_number(sex: Sex | None) -> int:
    """1 or 2 for the two sexes that can agree or differ, 0 for everything else."""
    return 0 if sex is None else _SEXES.get(sex, 0)


def state_number(code: str | None) -> int:
    """A number for the State of a code, 0 where it names none."""
    state = nationality_of(code)
    return 0 if state is None else _number(state)


def city_number(city: str | None) -> int:
    """A number that spellings of one city share: the consonants of its first word, or all its letters."""
    words = read_name(city or "")
    if not words:
        return 0
    skeleton = fine_skeleton(words[0].text).replace("ts", "s").replace("tz", "s").replace("z", "s")
    return _number(f"~{skeleton}" if len(skeleton) >= _MIN_CITY_CONSONANTS else words[0].text)


def _number(key: str) -> int:
    """A number of 31 bits, never 0."""
    return stable_hash(key) % 0x7FFF_FFFE + 1


def fact_arrays(
    entries: Sequence[WatchlistEntry], name_entry: Sequence[int], name_source: Sequence[int]
) -> dict[str, Array]:
    """The facts of all entries; `name_entry` and `name_source` say which names are screened against."""
    numbers: dict[int, dict[int, int]] = {}
    for entry, source in zip(name_entry, name_source, strict=True):
        sources = numbers.setdefault(entry, {})
        sources[source] = len(sources)
    births, birth_starts = _cut(
        _birth_rows(entry, numbers.get(number, {})) for number, entry in enumerate(entries)
    )
    states, state_starts = _cut(map(_state_rows, entries))
    places, place_starts = _cut(map(_place_rows, entries))
    birth = np.array(births, np.int16).reshape(-1, 6)
    return {
        "birth": birth,
        "birth_start": birth_starts,
        **_day_arrays(birth, birth_starts, name_entry),
        "state": np.array(states, np.int32).reshape(-1, 2),
        "state_start": state_starts,
        "place": np.array(places, np.int32).reshape(-1, 2),
        "place_start": place_starts,
        "sex": np.array([sex_number(entry.sex) for entry in entries], np.int8),
    }


def _cut(rows_of_entries: Iterable[Iterable[tuple[int, ...]]]) -> tuple[list[tuple[int, ...]], Array]:
    rows: list[tuple[int, ...]] = []
    starts = [0]
    for rows_of_entry in rows_of_entries:
        rows.extend(rows_of_entry)
        starts.append(len(rows))
    return rows, np.array(starts, np.int32)


def _birth_rows(entry: WatchlistEntry, number_of_source: dict[int, int]) -> Iterator[tuple[int, ...]]:
    for date in entry.birth_dates:
        yield *_parts(date), TO_ALL_NAMES
    for source, number in number_of_source.items():
        for date in entry.names[source].birth_dates:
            yield *_parts(date), number


def _parts(date: BirthDate) -> tuple[int, ...]:
    return tuple(max(min(part, _MAX_YEAR), 0) for part in listed_parts(date))


def _day_arrays(birth: Array, starts: Array, name_entry: Sequence[int]) -> dict[str, Array]:
    """Full dates in order with the names of their entries.

    A first of January, which often stands for an unknown day, is not looked up.
    """
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    kind, month, day = birth[:, 0], birth[:, 2], birth[:, 3]
    at = np.flatnonzero((kind == EXACT) & (day > 0) & ~((day == 1) & (month == 1)))
    first_name = np.searchsorted(name_entry, np.arange(len(starts)))
    names = np.diff(first_name)[owner[at]]
    days = np.repeat(_day_numbers(birth[at].astype(np.int64)), names)
    within = np.arange(len(days)) - np.repeat(np.cumsum(names) - names, names)
    rows = np.unique(np.stack((days, np.repeat(first_name[owner[at]], names) + within), axis=1), axis=0)
    keys, first = np.unique(rows[:, 0], return_index=True)
    return {
        "day_key": keys.astype(np.int32),
        "day_start": np.append(first, len(rows)).astype(np.int32),
        "day_name": rows[:, 1].astype(np.int32),
    }


def born_codes(birth: Array, starts: Array) -> Array:
    """For each entry the one birth date that it is compared with, as one number.

    `ANY_DAY` where there are several, or one that is a span or approximate; `NO_DAY` where there is none.
    """
    codes = np.full(len(starts) - 1, ANY_DAY, np.int32)
    counts = np.diff(starts)
    codes[counts == 0] = NO_DAY
    single = np.flatnonzero(counts == 1)
    rows = birth[starts[single]].astype(np.int32)
    is_plain = (rows[:, 0] == EXACT) & (rows[:, 5] == TO_ALL_NAMES)
    codes[single[is_plain]] = _day_numbers(rows[is_plain])
    return codes


def _day_numbers(birth: Array) -> Array:
    """What `day_number` gives for the dates of birth rows."""
    numbers: Array = birth[:, 1] << YEAR_BITS | birth[:, 2] << MONTH_BITS | birth[:, 3]
    return numbers


def _state_rows(entry: WatchlistEntry) -> list[tuple[int, int]]:
    weights: dict[int, int] = {}
    for code in entry.nationalities:
        state = nationality_of(code)
        if state is None:
            continue
        weights[_number(state)] = w.NATIONALITY_EQUAL
        for other in related_states(state):
            weights.setdefault(_number(other), w.NATIONALITY_RELATED)
    return sorted(weights.items())


def _place_rows(entry: WatchlistEntry) -> list[tuple[int, int]]:
    rows = set()
    for place in entry.birth_places:
        state, city = nationality_of(place.country), city_number(place.city)
        if state is None:
            rows.add((0, city))
            continue
        rows.add((_number(state), city))
        rows.update((_number(other), city) for other in related_states(state))
    return sorted(rows)
