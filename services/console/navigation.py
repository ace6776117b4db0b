"""Which pages a person is offered: those that their roles open, in the order of the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.security.roles import Permission
from shared.security.tokens import Principal


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the navigation and on the home page."""

    path: str
    title: str
    what: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class Section:
    """Pages of one kind of work, under one heading."""

    title: str
    entries: tuple[Entry, ...]


SECTIONS: Final[Sequence[Section]] = (
    Section(
        "What you send",
        (
            Entry(
                "/upload", "Upload", "Send a list of travellers, or try one out.", Permission.SUBMIT_MESSAGE
            ),
            Entry("/receipts", "Receipts", "What you sent, and what to mend.", Permission.LIST_RECEIPTS),
            Entry(
                "/my-quality",
                "Your data quality",
                "How complete and how timely what you send is.",
                Permission.READ_OWN_QUALITY,
            ),
        ),
    ),
    Section(
        "Hits and measures",
        (
            Entry("/queue", "Queue", "Possible matches, most urgent first.", Permission.REVIEW),
            Entry(
                "/expired", "Expired", "What nobody got to in time, and who has it now.", Permission.REVIEW
            ),
            Entry(
                "/cards",
                "At the port",
                "Today's confirmed hits here, and the document look-up.",
                Permission.FRONT_LINE_CARDS,
            ),
            Entry("/hits", "Hits", "Every hit by state, and what happened to it.", Permission.READ_HITS),
            Entry(
                "/orders", "Orders", "Measures: drafted by one, approved by another.", Permission.READ_ORDERS
            ),
            Entry(
                "/boarding",
                "Boarding",
                "Advice against boarding: what officers find, and whom to call.",
                Permission.READ_ORDERS,
            ),
            Entry(
                "/match",
                "Ask the list",
                "Compare one person with the list, for a stated purpose.",
                Permission.MATCH,
            ),
            Entry(
                "/cleared",
                "Cleared travellers",
                "Who was stopped by mistake, and is not again.",
                Permission.READ_CLEARED,
            ),
        ),
    ),
    Section(
        "Telling others",
        (
            Entry(
                "/shares", "Shares", "Who must be told, and what the safeguards say.", Permission.READ_SHARES
            ),
            Entry(
                "/arrests",
                "Arrests",
                "Arrest, detention and expulsion: written down by one, confirmed by another.",
                Permission.READ_SHARES,
            ),
            Entry("/notices", "Notices", "What was sent, refused or acknowledged.", Permission.READ_NOTICES),
            Entry(
                "/desk",
                "Duty desk",
                "What other States sent, with caveats and clocks, and feedback to them.",
                Permission.READ_EXCHANGE,
            ),
        ),
    ),
    Section(
        "Flights",
        (
            Entry("/flights", "Flights", "Messages of airlines and their faults.", Permission.READ_FLIGHTS),
            Entry(
                "/expected-flights",
                "Expected flights",
                "Which flights sent nothing, too late or too little.",
                Permission.READ_FLIGHTS,
            ),
            Entry(
                "/carrier-quality",
                "Carrier quality",
                "How complete and how timely each carrier's data are.",
                Permission.READ_FLIGHTS,
            ),
        ),
    ),
    Section(
        "The list",
        (
            Entry(
                "/watchlist",
                "Watchlist",
                "Sources and versions, held and in force.",
                Permission.READ_WATCHLIST,
            ),
            Entry(
                "/entries", "Entries", "Find a person, and who says what of them.", Permission.READ_ENTRIES
            ),
            Entry(
                "/nominations",
                "Nominations",
                "Nominate a person, or decide as the second.",
                Permission.READ_NOMINATIONS,
            ),
            Entry(
                "/calendar", "Review calendar", "Whose review is due or overdue.", Permission.READ_WATCHLIST
            ),
            Entry(
                "/renewals", "Renewals", "Findings that wait for a second person.", Permission.READ_RENEWALS
            ),
            Entry("/merges", "Merges", "Entries that may be one person.", Permission.READ_WATCHLIST),
            Entry(
                "/list-statistics",
                "List statistics",
                "Never matched, and often wrong.",
                Permission.READ_WATCHLIST,
            ),
            Entry(
                "/rescreening",
                "Re-screening",
                "How far a changed list has met the travellers.",
                Permission.READ_WATCHLIST,
            ),
        ),
    ),
    Section(
        "What holds",
        (
            Entry(
                "/standing-orders",
                "Standing orders",
                "The statement under which everyone is screened.",
                Permission.READ_STANDING_ORDERS,
            ),
            Entry(
                "/matcher",
                "Matcher",
                "Which matcher is approved, and until when.",
                Permission.READ_MATCHER_APPROVALS,
            ),
            Entry(
                "/fairness",
                "Fairness",
                "False alerts by origin of names, sex and age.",
                Permission.READ_FAIRNESS,
            ),
            Entry(
                "/registers",
                "Registers",
                "Laws, authorities, agreements, risks and routes in force, and what waits.",
                Permission.READ_REGISTERS,
            ),
        ),
    ),
    Section(
        "Rights and oversight",
        (
            Entry(
                "/protection",
                "Protection",
                "The asylum officer's finding, into the vault that nobody reads.",
                Permission.WRITE_VAULT,
            ),
            Entry(
                "/children",
                "Children",
                "Whoever may be under eighteen: best interests, and help.",
                Permission.WORK_CHILDREN,
            ),
            Entry(
                "/companions",
                "Companions",
                "Who travels with a confirmed person: looked at in their own right, and helped.",
                Permission.READ_COMPANIONS,
            ),
            Entry(
                "/consular",
                "Consular help",
                "Whom of the detained nobody told yet, what they want, and who was informed.",
                Permission.WORK_CONSULAR,
            ),
            Entry(
                "/desk-clocks",
                "Desk clocks",
                "Children, companions and detained persons for whom nobody came in time.",
                Permission.READ_DESK_CLOCKS,
            ),
            Entry(
                "/rights",
                "Rights",
                "What travellers ask: access, correction, erasure, redress, and their letters.",
                Permission.READ_RIGHTS,
            ),
            Entry(
                "/retention",
                "Retention",
                "What is held, masked and erased, and what is held by order.",
                Permission.READ_RETENTION,
            ),
            Entry(
                "/reidentifications",
                "Masked values",
                "Asked by one, found by a second, granted by the independent authority.",
                Permission.READ_RETENTION,
            ),
            Entry(
                "/oversight",
                "Oversight",
                "The month in figures, transfers abroad, refusals, retention, witnesses.",
                Permission.READ_OVERSIGHT,
            ),
            Entry(
                "/incidents",
                "Incidents",
                "What went wrong with data, who was told by when, and what was learnt.",
                Permission.READ_INCIDENTS,
            ),
            Entry(
                "/suspensions",
                "Suspended",
                "What oversight suspended, by which order, and who can lift it.",
                Permission.READ_SUSPENSIONS,
            ),
            Entry(
                "/log", "Log", "Who looked at what, what was refused, and the proof.", Permission.READ_AUDIT
            ),
        ),
    ),
)
PAGES: Final[Sequence[Entry]] = tuple(entry for section in SECTIONS for entry in section.entries)


def sections_for(principal: Principal, path: str) -> list[tuple[str, list[tuple[Entry, bool]]]]:
    """The pages that this person may open, by section, each with whether it is the one at `path`."""
    offered = [
        (
            section.title,
            [_placed(entry, path) for entry in section.entries if principal.may(entry.permission)],
        )
        for section in SECTIONS
    ]
    return [(title, entries) for title, entries in offered if entries]


def _placed(entry: Entry, path: str) -> tuple[Entry, bool]:
    return entry, path == entry.path or path.startswith(f"{entry.path}/")
