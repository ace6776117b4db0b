"""Which safeguards each stage must call before an effect, so that a test can compare.

Source: safeguards catalogue §5.
"""

from collections.abc import Iterable
from typing import Final


def _rules(numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"SG-{number:02d}" for number in numbers)


STAGE_RULES: Final[dict[str, tuple[str, ...]]] = {
    "ingest": _rules((1, 2, 4, 5, 21, 35, 41, 44, 45)),
    "screening": _rules((1, 2, 3, 5, 6, 7, 8, 11, 12, 14, 16, 17, 18, 41, 43, 45)),
    "review": _rules((1, 3, 5, 6, 8, 9, 10, 11, 12, 16, 17, 19, 34, 35, 36, 40, 41, 43, 45)),
    "watchlist": _rules((1, 8, 9, 11, 13, 14, 15, 16, 17, 18, 19, 32, 37, 40, 41)),
    "sharing": _rules(
        (1, 2, 3, 5, 6, 8, 9, 11, 15, 16, 17, 21, 24, 27, *range(28, 43), 44, 45),
    ),
    "retention": _rules((1, 9, 15, 20, 21, 22, 23, 24, 25, 27, 37, 39, 40, 41, 42, 45)),
    "access": _rules((1, 2, 3, 5, 19, 20, 21, 22, 24, 26, 27, 28, 32, 35, 39, 41, 42, 44, 45)),
}


def stages_of(rule_id: str) -> tuple[str, ...]:
    """The stages that must call this safeguard, in the order of a traveller's way."""
    return tuple(stage for stage, rules in STAGE_RULES.items() if rule_id in rules)
