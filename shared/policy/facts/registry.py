"""The facts of all forty-five safeguards, by their number."""

from typing import Final

from shared.policy.facts import (
    access,
    collection,
    engine_health,
    matching,
    persons,
    protection,
    purpose,
    retention,
    review,
    sharing,
    watchlist,
)
from shared.policy.facts.rule import RuleFacts

RULE_FACTS: Final[dict[str, RuleFacts]] = {
    facts.rule_id: facts
    for facts in (
        purpose.SG_01,
        purpose.SG_02,
        purpose.SG_03,
        collection.SG_04,
        collection.SG_05,
        matching.SG_06,
        matching.SG_07,
        review.SG_08,
        review.SG_09,
        review.SG_10,
        watchlist.SG_11,
        review.SG_12,
        watchlist.SG_13,
        watchlist.SG_14,
        watchlist.SG_15,
        persons.SG_16,
        persons.SG_17,
        watchlist.SG_18,
        persons.SG_19,
        persons.SG_20,
        persons.SG_21,
        retention.SG_22,
        retention.SG_23,
        retention.SG_24,
        retention.SG_25,
        access.SG_26,
        access.SG_27,
        access.SG_28,
        sharing.SG_29,
        sharing.SG_30,
        sharing.SG_31,
        sharing.SG_32,
        sharing.SG_33,
        protection.SG_34,
        protection.SG_35,
        protection.SG_36,
        sharing.SG_37,
        sharing.SG_38,
        protection.SG_39,
        protection.SG_40,
        engine_health.SG_41,
        access.SG_42,
        matching.SG_43,
        access.SG_44,
        engine_health.SG_45,
    )
}


def rules_judging(action: str) -> tuple[str, ...]:
    """The safeguards that judge an action, in the catalogue's order."""
    return tuple(rule_id for rule_id, facts in RULE_FACTS.items() if action in facts.actions)
