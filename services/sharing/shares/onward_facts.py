"""What the safeguards have to know of information that came from another State and would go on. Pure.

Source: safeguards.md SG-32, SG-33, SG-37.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

#: Codes under which the competent authorities of our own State may see it without being asked (§7).
FOR_OUR_AUTHORITIES: Final = frozenset({"H0", "H1"})


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent that an originator signed: to which State, for which data and purposes, until when.

    `is_broad` is whether it allows more than the agreement under which the data came: then it is none.
    """

    by: str
    names: str
    data_classes: tuple[str, ...]
    purposes: tuple[str, ...]
    expires: date
    is_withdrawn: bool = False
    is_broad: bool = False

    def as_facts(self) -> dict[str, Any]:
        """`context.consent` of SG-33."""
        return {
            "by": self.by,
            "names": self.names,
            "data_classes": list(self.data_classes),
            "purposes": list(self.purposes),
            "expires": self.expires.isoformat(),
            "valid": not (self.is_withdrawn or self.is_broad),
        }


@dataclass(frozen=True, slots=True)
class Onward:
    """A received message whose information would leave again; the code and conditions are its sender's."""

    originator_state: str
    is_withdrawn: bool
    handling_code: str
    conditions: tuple[str, ...]
    consent: GivenConsent | None = None


def onward_context(onward: Onward | None) -> dict[str, Any]:
    """The facts of SG-33 beside the object: the consent, and whether our own bodies need one."""
    if onward is None:
        return {}
    return {
        "internal_consent_required": onward.handling_code not in FOR_OUR_AUTHORITIES,
        "consent": None if onward.consent is None else onward.consent.as_facts(),
    }
