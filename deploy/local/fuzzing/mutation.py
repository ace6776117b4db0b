"""How a good input becomes a bad one: bytes cut, doubled and mixed; JSON whose values are swapped."""

import copy
import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

MAX_INPUT_BYTES: Final = 30_000
EDITS: Final = (1, 1, 1, 2, 3, 6)
LONG_NEST: Final = 10_000

STRANGE_BYTES: Final = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"'",
    b"+",
    b":",
    b"?",
    b"??'",
    b"<",
    b">",
    b"<<<<",
    b'"',
    b"{",
    b"}]",
    b"\\ud800",
    b"0",
    b"-1",
    b"9" * 5_000,
    b"1e999",
    b"999999",
    b"000000",
    b"<!DOCTYPE a [",
    b"<!--",
    b"&a;",
    b"]]>",
    b"[" * LONG_NEST,
    b"<a>" * LONG_NEST,
)
STRANGE_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1,
    2**63,
    10**400,
    1e308,
    float("nan"),
    "",
    " ",
    "\x00",
    "\ud800",
    "٣",
    "0000-00-00",
    "9999-99-99",
    "2026-02-30T25:61:61Z",
    "A" * 10_000,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"": None},
    {"a": {"b": []}},
)


def mutated_bytes(seed: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """The seed after a few edits; at most `MAX_INPUT_BYTES`."""
    content = seed
    for _ in range(random.choice(EDITS)):
        content = _edited(content, others, random)[:MAX_INPUT_BYTES]
    return content


def _edited(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Cut, double, insert, overwrite, mix with another seed, break off, or repeat to the full length."""
    first = random.randint(0, len(content))
    last = min(len(content), first + random.choice((1, 1, 2, 4, 16, 64, 1024)))
    before, span, after = content[:first], content[first:last], content[last:]
    other = random.choice(others)
    start = random.randint(0, len(other))
    edits = (
        after,
        span + span + after,
        random.choice(STRANGE_BYTES) + after,
        random.randbytes(len(span)) + after,
        other[start : start + random.choice((4, 64, 1024))] + after,
        b"",
        span * (MAX_INPUT_BYTES // max(1, len(span))),
    )
    return before + random.choice(edits)


def mutated_value(seed: Any, random: Random) -> Any:
    """The JSON value after a few edits anywhere inside; the seed stays as it is."""
    value = copy.deepcopy(seed)
    for _ in range(random.choice(EDITS)):
        value = _with_edit(value, random)
    return value


def mutated_json(seed: Any, random: Random) -> bytes:
    """JSON text whose values are not what they should be."""
    return json.dumps(mutated_value(seed, random)).encode()[:MAX_INPUT_BYTES]


def _with_edit(value: Any, random: Random) -> Any:
    if isinstance(value, dict) and value:
        _edit(value, random.choice(list(value)), random)
        return value
    if isinstance(value, list) and value:
        _edit(value, random.randrange(len(value)), random)
        return value
    return _strange(random)


def _edit(value: Any, key: Any, random: Random) -> None:
    """Change one member of an object or of a list, or something inside it."""
    match random.choice(("remove", "add", "replace", "within", "within", "within")):
        case "remove":
            del value[key]
        case "add" if isinstance(value, dict):
            value[random.choice(("unknown", "", key + "_", key.upper()))] = value[key]
        case "add":
            value.extend(copy.deepcopy([value[key]] * random.choice((1, 10, 100))))
        case "replace":
            value[key] = _strange(random)
        case _:
            value[key] = _with_edit(value[key], random)


def _strange(random: Random) -> Any:
    return copy.deepcopy(random.choice(STRANGE_VALUES))


Maker = Callable[[Random], bytes]
"""Makes one input."""


def mixed(*parts: tuple[int, Maker]) -> Maker:
    """A maker that takes one of several each time, by their weights."""
    weights, makers = [weight for weight, _ in parts], [maker for _, maker in parts]

    def make(random: Random) -> bytes:
        return random.choices(makers, weights)[0](random)

    return make


def noise(random: Random) -> bytes:
    """Bytes of no kind at all."""
    return random.randbytes(random.choice((0, 1, 10, 1_000, MAX_INPUT_BYTES)))
