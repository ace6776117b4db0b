"""The standing caveats that every notice carries, by code and in words.

Source: sharing-protocol.md §4, §7.
"""

from collections.abc import Mapping
from typing import Final

CAVEATS: Final = ("C1", "C2", "C3", "C4")
# The words that are printed on each notice; the recipient's software enforces the codes.
CAVEAT_WORDS: Final[Mapping[str, str]] = {
    "C1": "Use only for preventing, detecting and investigating terrorist offences and related travel.",
    "C2": (
        "This is a notice of identity, not proof of guilt and not a request to detain. "
        "Act only under your own law, after your own verification."
    ),
    "C3": "No onward transfer without the sender's written consent. Correct or recall on demand.",
    "C4": (
        "No use that leads to torture, ill-treatment, the death penalty, persecution or unlawful return. "
        "If you cannot accept this, tell us and delete unread."
    ),
}
