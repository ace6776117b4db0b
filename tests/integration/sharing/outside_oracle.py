"""Whether a message may be on the wire: an oracle of what is wrong in the world, in plain words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.security.roles import Role
from shared.security.tokens import Principal
from tests.integration.sharing.outside_faults import EMERGENCIES_SUSPENDED, FAULTS
from tests.integration.sharing.outside_letters import (
    CONSENT,
    EMERGENCY,
    FEEDBACK,
    KINDS,
    NOTICE,
    PERSONAL,
    PNR,
    STANDING,
    WITHDRAWING,
    Ground,
    Subject,
)

#: Nothing but these is relaxed, and only by an emergency, for so long (SG-39).
OF_THE_AGREEMENT: Final = frozenset({"SG-30"})
EMERGENCY_HOURS: Final = 12
GRANT_HOURS: Final = 24
#: The types whose content names the person; in any other nobody reads who it is.
NAMES_THE_PERSON: Final = frozenset(
    {NOTICE, EMERGENCY, "IDENTITY_QUERY", "PNR_REQUEST", "WL_NOMINATE", "CORRECT"}
)
#: The neutral words of an answer, which tell of nobody (sharing-protocol.md §3).
NEUTRAL: Final = frozenset({"NO_INFORMATION", "NOT_IN_SCOPE", "TRY_CHANNEL"})
#: What is known of a person forbids what tells of that person.
OF_EVERYBODY: Final = frozenset({"SG-16", "SG-17", "SG-34", "SG-35", "SG-37"})
PERSONS_RULES: Final[Mapping[str, frozenset[str]]] = {
    # What another State told of the person goes on with its consent alone.
    **dict.fromkeys((NOTICE, *KINDS), OF_EVERYBODY | {"SG-33"}),
    # They name nobody: whether somebody is a suspect is not told.
    **dict.fromkeys((FEEDBACK, CONSENT), OF_EVERYBODY - {"SG-17"}),
    **dict.fromkeys(("CONSENT_REQUEST", "REVIEW_RESULT", "WL_DECISION", "STATS"), frozenset()),
}
RESTS_ON_A_NOTICE: Final = frozenset({FEEDBACK, CONSENT})
OVERSEEING: Final = frozenset({Role.DPO, Role.AUDITOR, Role.COURT, Role.INDEPENDENT_AUTHORITY})


@dataclass
class Written:
    """A message that somebody wrote: on what ground, who let it go, and what they said of it.

    `order` is the court's order that it names, `wrong` whatever was wrong when it was written, `is_silent`
    whether it leaves out the hit that it is about.
    """

    kind: str
    ground: Ground
    author: str
    at: datetime
    order: str | None
    wrong: frozenset[str]
    is_silent: bool = False
    approver: Principal | None = None
    agrees: bool = False
    granted_at: datetime | None = None


@dataclass
class Oracle:
    """What is wrong, what people wrote, what is out by its message id, and what was taken back.

    `is_one_post` is whether a treaty is in force that two people of the same post put there.
    """

    wrong: set[str] = field(default_factory=set)
    is_one_post: bool = False
    written: dict[str, Written] = field(default_factory=dict)
    out: dict[str, dict[str, Any]] = field(default_factory=dict)
    recalled: set[str] = field(default_factory=set)

    def forbids(
        self, kind: str, message_id: str, told: dict[str, Any], *, of_notice: Subject | None, now: datetime
    ) -> frozenset[str] | None:
        """The safeguards whose words forbid what is told now; `None` where it tells nobody anything."""
        clear = json.dumps(told)
        is_beyond = kind not in NAMES_THE_PERSON and any(each in clear for each in PERSONAL)
        beyond = {"SG-31"} if is_beyond else set[str]()
        beyond |= self._of_the_words(kind, clear)
        if kind in WITHDRAWING:
            return frozenset(self._of_a_withdrawal(kind, told) | beyond)
        if kind in STANDING or told.get("outcome") in NEUTRAL:
            return frozenset(beyond) if kind in STANDING or beyond else None
        written = self.written.get(message_id)
        if written is None:
            found = self._of_the_moment(kind, of_notice)
            if of_notice is not None:
                found = _as_let_go(found, of_notice.approver, of_notice.order)
            return frozenset(found | beyond)
        return frozenset(self._of_a_letter(kind, written, now) | beyond)

    def _of_a_letter(self, kind: str, written: Written, now: datetime) -> set[str]:
        """What forbids a message that two people let go."""
        ground = written.ground
        # A consent to nothing that we ever sent tells of nobody.
        is_empty = kind == CONSENT and str(ground.ours) not in self.out
        found = self._of_the_moment(kind, None if is_empty else ground.subject, written.is_silent)
        found = _as_let_go(found, written.approver, written.order)
        found.update(*(FAULTS[name].rules for name in written.wrong if kind in FAULTS[name].alike))
        is_in_time = now < written.at + timedelta(hours=EMERGENCY_HOURS)
        if kind == EMERGENCY and is_in_time and EMERGENCIES_SUSPENDED not in self.wrong:
            found -= OF_THE_AGREEMENT
        approver = written.approver and written.approver.subject
        if approver in {None, written.author} or (KINDS[kind].finding and not written.agrees):
            found.add("SG-09")
        ends = written.granted_at and written.granted_at + timedelta(hours=GRANT_HOURS)
        if kind == PNR and (ends is None or now >= ends):
            found.add("SG-24")
        behind = {str(ground.theirs), *([str(ground.ours)] if kind == CONSENT else [])}
        if kind in RESTS_ON_A_NOTICE and behind & self.recalled:
            found.add("SG-37")
        return found

    def _of_the_moment(self, kind: str, subject: Subject | None, is_silent: bool = False) -> set[str]:
        """What is wrong now with the world or with telling of this person, if it tells of one.

        What rests on no hit of ours does not fall with its entry; what is known of the person stays.
        """
        of_the_world: Iterable[frozenset[str]] = (
            fault.rules
            for fault in map(FAULTS.__getitem__, self.wrong)
            if kind in fault.alike
            and not (fault.word or fault.forbids_writing or (is_silent and fault.is_of_the_hit))
        )
        of_one_post = {"SG-27"} if self.is_one_post else set[str]()
        of_the_person = subject.against & PERSONS_RULES[kind] if subject else set[str]()
        return of_one_post.union(of_the_person, *of_the_world)

    def _of_the_words(self, kind: str, clear: str) -> set[str]:
        """What is wrong now with telling this, if it is told."""
        faults = [FAULTS[name] for name in self.wrong if FAULTS[name].word]
        return set().union(*(each.rules for each in faults if kind in each.alike and each.word in clear))

    def _of_a_withdrawal(self, kind: str, told: dict[str, Any]) -> set[str]:
        """A withdrawal goes to who has the message, and tells nothing beyond it."""
        target = str(told["target_message_id"])
        if target not in self.out:
            return {"SG-37"}
        if kind != "CORRECT":
            self.recalled.add(target)
            return set()
        if target in self.recalled:
            return {"SG-37"}
        return set() if _members(told["corrected"]) <= _members(self.out[target]) else {"SG-31"}


def _as_let_go(found: set[str], approver: Principal | None, order: str | None) -> set[str]:
    """What forbids a message that this person let go, who looks over nobody's shoulder.

    A court's order lets a child be told of, once a legal officer has seen it.
    """
    roles = approver.roles if approver else frozenset()
    is_ordered = order is not None and Role.LEGAL in roles
    return (found - {"SG-16"} if is_ordered else found) | ({"SG-42"} if roles & OVERSEEING else set())


def _members(notice: Mapping[str, Any]) -> set[str]:
    """The members that a notice tells, those of the person among them."""
    return set(notice) | set(notice.get("person", {}))
