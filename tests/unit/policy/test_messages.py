"""The sentences that people see."""

import pytest

from shared.policy.actions import RULES
from shared.policy.messages import MESSAGES, message_for


def test_every_safeguard_has_a_sentence() -> None:
    assert set(RULES) <= set(MESSAGES)


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        ("SG-08.NOT_CONFIRMED", "SG-08"),
        ("SG-08.FACT_MISSING", "FACT_MISSING"),
        ("SG-34.HOLD_REVIEW", "HOLD_REVIEW"),
        ("SG-02.NOT_IN_FORCE", "PENDING"),
        ("SG-02.NOT_WRITTEN", "PENDING"),
        ("SG-35.PROTECTED_PERSON", "SG-35"),
        ("SG-35.HOLD_REVIEW", "SG-35"),
        ("SG-35.FACT_MISSING", "SG-35"),
    ],
)
def test_reason_finds_its_sentence(reason: str, key: str) -> None:
    assert message_for(reason) == MESSAGES[key]


def test_sentence_takes_facts_and_leaves_the_unsaid_open() -> None:
    assert (
        "no law in force gives xaa-piu-01" in message_for("SG-02.NO_ROW", {"authority": "XAA-PIU-01"}).lower()
    )
    assert "…" in message_for("SG-02.NO_ROW")


def test_bracket_without_a_fact_is_left_out() -> None:
    assert "The purpose you gave is not permitted." in message_for("SG-01.PURPOSE_NOT_ALLOWED")
    assert "you gave (AD_TARGETING) is" in message_for(
        "SG-01.PURPOSE_NOT_ALLOWED", {"purpose": "AD_TARGETING"}
    )
