"""Which word of the traveller stands for which word of the name: the best pairing, whatever the order."""

from collections.abc import Sequence

from services.screening.matching.candidates import Row

MAX_STATES = 64
"""Pairings kept after each word. Real names have far fewer; repeated words must not cost seconds."""

_State = tuple[int, tuple[Row, ...]]


def best_pairing(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with the greatest sum of weights in which no word of either side is used twice.

    Equal sums are decided by the rows themselves, so that the answer is the same everywhere.
    """
    if len(rows) <= 1 or _nothing_shared(rows):
        return tuple(rows)
    layers: dict[int, dict[int, _State]] = {0: {0: (0, ())}}
    last = max(first + count for first, count, *_ in rows)
    for place in range(last):
        here = _strongest(layers.pop(place, {}))
        onward = layers.setdefault(place + 1, {})
        for used, state in here:
            _keep_better(onward, used, state)
        for row in rows:
            if row[0] == place:
                _extend(layers.setdefault(place + row[1], {}), here, row)
    return min(layers[last].values(), key=_rank)[1]


def _nothing_shared(rows: Sequence[Row]) -> bool:
    sent = listed = 0
    for first, count, places, *_ in rows:
        words = ((1 << count) - 1) << first
        if sent & words or listed & places:
            return False
        sent, listed = sent | words, listed | places
    return True


def _extend(onward: dict[int, _State], here: Sequence[tuple[int, _State]], row: Row) -> None:
    for used, (weight, pairs) in here:
        if not used & row[2]:
            _keep_better(onward, used | row[2], (weight + row[3], (*pairs, row)))


def _keep_better(layer: dict[int, _State], used: int, state: _State) -> None:
    known = layer.get(used)
    if known is None or _rank(state) < _rank(known):
        layer[used] = state


def _rank(state: _State) -> tuple[int, tuple[Row, ...]]:
    return -state[0], state[1]


def _strongest(layer: dict[int, _State]) -> list[tuple[int, _State]]:
    return sorted(layer.items(), key=lambda item: (_rank(item[1]), item[0]))[:MAX_STATES]
