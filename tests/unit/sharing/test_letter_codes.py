"""A message is under the strictest handling code of what it tells of, with every condition (SG-32)."""

from typing import Any
from uuid import UUID

import pytest

from services.sharing.exchange.drafts import under_codes
from services.sharing.protocol.compose import Letter
from services.sharing.protocol.payloads import HumanReceipt
from services.sharing.shares.records import Share, ShareState
from shared.identifiers import ShareId
from tests.unit.sharing.samples import NOW, a_hit


def a_letter(code: str, *conditions: str) -> Letter:
    return Letter(
        type="ACK",
        recipient="XBB-PIU-01",
        payload=HumanReceipt(acknowledged_at=NOW, desk="XAA-PIU-01 duty desk"),
        purpose="TERR_TRAVEL",
        necessity="A person at our desk has seen it.",
        legal_ref=("SCR-2396/5",),
        retention_until=NOW.date(),
        handling_code=code,
        conditions=conditions,
    )


def a_share(**entry: Any) -> Share:
    return Share(ShareId(UUID(int=1)), NOW, ShareState.DECIDED, 1, "ARRIVAL", a_hit(entry=entry))


@pytest.mark.parametrize(
    ("code", "entries", "expected"),
    [("H2", (), "H2"), ("H2", ("H1",), "H2"), ("H2", ("H1", "H3"), "H3"), ("H3", ("H1",), "H3")],
)
def test_strictest_code_counts(code: str, entries: tuple[str, ...], expected: str) -> None:
    told_of = [a_share(handling_code=each) for each in entries]
    assert under_codes(a_letter(code), told_of).handling_code == expected


def test_every_condition_goes_along() -> None:
    told_of = [a_share(conditions=["no-evidence"])]
    found = under_codes(a_letter("H2", "no-detention"), told_of)
    assert found.conditions == ("no-detention", "no-evidence", "no-onward")
