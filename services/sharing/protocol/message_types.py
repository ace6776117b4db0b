"""What each message type of `ctx-1.0` is: minimum set, data, what it answers, who may let it go. Pure.

Source: sharing-protocol.md §3 and §4; safeguards.md §4a (`exchange.control`); workflow.md §6 and §7.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

MessageType = Literal[
    "NOTIFY",
    "PNR_REQUEST",
    "PNR_RESPONSE",
    "IDENTITY_QUERY",
    "IDENTITY_ANSWER",
    "WL_NOMINATE",
    "WL_REMOVE",
    "WL_DECISION",
    "CORRECT",
    "RECALL",
    "ACK",
    "DONE",
    "FEEDBACK",
    "CONSENT_REQUEST",
    "CONSENT",
    "EMERGENCY",
    "REVIEW_RESULT",
    "SUSPEND",
    "RESUME",
    "STATS",
]
MinimumSet = Literal["N-MIN", "N-DET", "R-PNR", "W-MIN", "F-MIN", "NONE"]


@dataclass(frozen=True, slots=True)
class TypeRules:
    """What holds for one type.

    `is_control`: judged by `exchange.control`; no country, partner or agreement rule can stop it.
    `needs_two`: two people let it go; what protects takes one (workflow.md §7).
    `is_about_a_person`: SG-34 and SG-35 are asked of it.
    `answers`: the types of the message that it may reply to; empty where it replies to none.
    """

    min_set: MinimumSet
    data_class: str
    is_control: bool = False
    needs_two: bool = True
    is_about_a_person: bool = False
    answers: frozenset[str] = frozenset()


def _control(*answers: str, needs_two: bool = False) -> TypeRules:
    return TypeRules("NONE", "HIT", is_control=True, needs_two=needs_two, answers=frozenset(answers))


TYPES: Final[Mapping[str, TypeRules]] = {
    "NOTIFY": TypeRules("N-MIN", "HIT", is_about_a_person=True),
    "PNR_REQUEST": TypeRules("NONE", "PNR", is_about_a_person=True),
    "PNR_RESPONSE": TypeRules("R-PNR", "PNR", is_about_a_person=True, answers=frozenset({"PNR_REQUEST"})),
    "IDENTITY_QUERY": TypeRules("NONE", "WL_ENTRY", is_about_a_person=True),
    "IDENTITY_ANSWER": TypeRules(
        "NONE", "WL_ENTRY", is_about_a_person=True, answers=frozenset({"IDENTITY_QUERY"})
    ),
    "WL_NOMINATE": TypeRules("W-MIN", "WL_ENTRY", is_about_a_person=True),
    "WL_REMOVE": _control(),
    "WL_DECISION": TypeRules("NONE", "WL_ENTRY", answers=frozenset({"WL_NOMINATE"})),
    "CORRECT": _control(),
    "RECALL": _control(),
    "ACK": _control("NOTIFY", "EMERGENCY", "WL_NOMINATE", "PNR_RESPONSE", "IDENTITY_ANSWER", "FEEDBACK"),
    "DONE": _control("CORRECT", "RECALL", "WL_REMOVE"),
    "FEEDBACK": TypeRules("F-MIN", "HIT", answers=frozenset({"NOTIFY", "EMERGENCY"})),
    "CONSENT_REQUEST": TypeRules("NONE", "HIT"),
    "CONSENT": TypeRules("NONE", "HIT", answers=frozenset({"CONSENT_REQUEST"})),
    "EMERGENCY": TypeRules("N-MIN", "HIT", is_about_a_person=True),
    "REVIEW_RESULT": TypeRules("NONE", "HIT", answers=frozenset({"EMERGENCY"})),
    "SUSPEND": _control(),
    # What starts something again is no protection, so two people let it go.
    "RESUME": _control(needs_two=True),
    "STATS": TypeRules("NONE", "STATISTICS"),
}
"""Every type of sharing-protocol.md §3."""

#: Types that withdraw or change something: their clocks are 1 h to send, 4 h to be received, 72 h to be done.
WITHDRAWALS: Final = frozenset({"CORRECT", "RECALL", "WL_REMOVE"})


def payload_type(message_type: str) -> str:
    """The media type of a message's payload, such as `application/ctx-notify+json`."""
    return f"application/ctx-{message_type.lower().replace('_', '-')}+json"
