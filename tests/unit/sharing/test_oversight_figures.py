"""What oversight counts of decisions does not part a claim of protection from an individual risk (SG-35)."""

from typing import Any, cast

import pytest

from services.sharing.store import oversight
from shared.oversight.asking import Asking
from shared.oversight.figures import Figure


class Row:
    """One kind of decision, and how often it was taken."""

    def __init__(self, number: int, outcome: str = "", *reasons: str) -> None:
        self.number, self.outcome, self.reasons = number, outcome, list(reasons)


class Told:
    """A database with these decisions in a month."""

    def __init__(self, *decisions: Row) -> None:
        self._decisions = decisions

    async def rows(self, _: object) -> list[Any]:
        return list(self._decisions)

    async def row(self, _: object) -> Any:
        return Row(0)


async def of_recipients(*decisions: Row) -> list[Figure]:
    return await oversight.decisions(cast(Asking, Told(*decisions)))


@pytest.mark.parametrize(
    "concealed",
    [
        Row(7, "HOLD", "SG-35.HOLD_REVIEW"),
        Row(7, "BLOCK", "SG-35.PROTECTED_PERSON"),
        Row(7, "BLOCK", "SG-34.HUMAN_RIGHTS_RISK", "SG-34.INDIVIDUAL_RISK"),
    ],
)
async def test_every_concealed_refusal_is_the_same_figure(concealed: Row) -> None:
    figures = await of_recipients(Row(6, "BLOCK", "SG-34.INDIVIDUAL_RISK"), concealed, Row(20, "SEND"))
    assert {(each.name, each.group): each.value for each in figures if each.kpi == 8} == {
        ("recipients", "BLOCK"): 13,
        ("recipients", "SEND"): 20,
        ("not_sent_by_reason", "NOT_AUTHORISED"): 13,
    }


async def test_a_hold_that_tells_of_nobody_is_counted_as_one() -> None:
    figures = await of_recipients(Row(12, "HOLD", "SG-30.NO_AGREEMENT_IN_FORCE"))
    assert [(each.name, each.group, each.value) for each in figures if each.kpi == 8] == [
        ("recipients", "HOLD", 12),
        ("not_sent_by_reason", "SG-30.NO_AGREEMENT_IN_FORCE", 12),
    ]
