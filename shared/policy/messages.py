"""The sentence that a person sees for a reason code. English; a translation is another file of the same keys.

A sentence never reveals a list entry, a protection status or a source; SG-35 therefore reads like any other
"not authorised". Source: safeguards catalogue §1 ("Message").
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    json.loads(Path(__file__).with_name("messages.en.json").read_text(encoding="utf-8"))
)
_UNSAID: Final = "…"
_NO_FACTS: Final[Mapping[str, str]] = MappingProxyType({})


class _Facts(dict[str, str]):
    """Facts of a sentence; what the caller does not say stays open."""

    def __missing__(self, name: str) -> str:
        return _UNSAID


def message_for(reason: str, facts: Mapping[str, str] = _NO_FACTS) -> str:
    """The sentence for a reason code such as `SG-08.NO_HUMAN_VERIFICATION`.

    Args:
        reason: A code of a verdict. A safeguard's codes share its sentence, but for a missing fact, a hold,
            and a safeguard that is not in force.
        facts: What the sentence's `{names}` stand for; safe to show to the reader.
    """
    rule_id, _, finer = reason.partition(".")
    if rule_id == "SG-35":
        # Any other sentence would tell more than that the answer is no.
        key = rule_id
    elif finer in ("FACT_MISSING", "HOLD_REVIEW"):
        key = finer
    elif finer in ("NOT_WRITTEN", "NOT_IN_FORCE"):
        key = "PENDING"
    else:
        key = rule_id
    said = MESSAGES[key].format_map(_Facts(facts))
    # A bracket that explains with nothing explains nothing, and what stays open needs no full stop.
    return said.replace(f" ({_UNSAID})", "").replace(f"{_UNSAID}.", _UNSAID)
