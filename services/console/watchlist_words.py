"""The words that watchlist staff read: states, categories, grounds, reasons, handling codes, steps.

Apart from `words.py`, because the same code says something else elsewhere: DRAFT of an order waits for a
second person, DRAFT of a nomination for its own nominator.
"""

from collections.abc import Mapping
from typing import Final

ENTRY_STATES: Final[Mapping[str, str]] = {
    "SUBMITTED": "Waits for adoption",
    "ACTIVE": "Active",
    "UNDER_REVIEW": "Under review",
    "SUSPENDED": "Suspended",
    "REMOVED": "Removed",
    "EXPIRED": "Ended",
}
NOMINATION_STATES: Final[Mapping[str, str]] = {
    "DRAFT": "Draft",
    "SUBMITTED": "Waits for a second person",
    "RETURNED": "Came back",
    "REJECTED": "Rejected",
    "DISCARDED": "Discarded after 30 days",
    "ACTIVATED": "On the list",
}
CATEGORIES: Final[Mapping[str, str]] = {
    "UN_1267_LISTED": "Listed by the United Nations (resolution 1267)",
    "CONVICTED": "Convicted of a terrorist offence",
    "CHARGED_OR_WARRANT": "Charged, or sought by warrant",
    "REASONABLY_SUSPECTED": "Reasonably suspected",
}
FIELDS: Final[Mapping[str, str]] = {
    "names": "Names",
    "birth_dates": "Born",
    "birth_places": "Places of birth",
    "nationalities": "Nationalities",
    "nationality_texts": "Nationalities, as written",
    "sex": "Sex",
    "documents": "Documents",
    "category": "Category",
    "addresses": "Addresses",
}
GROUNDS: Final[Mapping[str, str]] = {
    "CONDUCT": "What the person did",
    "COURT": "A court's finding",
    "UN_LISTING": "A listing by the United Nations",
    "WARRANT": "A warrant",
}
GROUND_KINDS: Final[Mapping[str, str]] = {
    **GROUNDS,
    # Named so that they are refused by name and not slipped under another heading (SG-13).
    "KINSHIP": "Family tie (never enough)",
    "ASSOCIATION": "Who the person knows (never enough)",
    "BELIEF": "Belief (never accepted)",
    "SPEECH": "Speech (never accepted)",
    "PROTEST": "Protest (never accepted)",
    "JOURNALISM": "Journalism (never accepted)",
    "NATIONALITY": "Nationality (never accepted)",
}
SUSPENSIONS: Final[Mapping[str, str]] = {
    "DISPUTED": "Its accuracy is disputed",
    "OVERSIGHT_ORDER": "An oversight body ordered it",
    "SOURCE_UNVERIFIED": "Its source cannot be verified",
    "NEW_FACTS": "New facts came to light",
}
REMOVALS: Final[Mapping[str, str]] = {
    "DELISTED": "Its list delisted the person",
    "ACQUITTED": "The person was acquitted",
    "WITHDRAWN": "The nomination was withdrawn",
    "MISTAKEN_IDENTITY": "It names the wrong person",
    "DEAD": "The person's death is confirmed",
    "REDRESS": "The person's complaint was upheld",
}
MERGE_KEYS: Final[Mapping[str, str]] = {
    "DOCUMENT": "Both hold the same document",
    "NAME_AND_BIRTH_DATE": "A name and a full birth date are the same",
    "OTHER": "A person's own comparison",
    "TOLD_APART": "Told apart",
}
HANDLING: Final[Mapping[str, str]] = {
    "H0": "public",
    "H1": "competent authorities",
    "H2": "designated counterparts, conditions apply",
    "H3": "named recipients alone",
    "H4": "its originator alone",
}
# What the two signs of a grade such as 2C say: of the source, and of what it says (3x5x2 police grading).
SOURCE_GRADES: Final[Mapping[str, str]] = {
    "1": "reliable source",
    "2": "untested source",
    "3": "source not reliable",
}
INFORMATION_GRADES: Final[Mapping[str, str]] = {
    "A": "it knows this directly",
    "B": "it knows this indirectly, and it is corroborated",
    "C": "it knows this indirectly",
    "D": "how it knows this is not known",
    "E": "suspected to be false",
}
GRADES: Final = tuple(
    f"{source}{information}" for source in SOURCE_GRADES for information in INFORMATION_GRADES
)
STEPS: Final[Mapping[str, str]] = {
    "wl.activate": "Brought into use",
    "wl.renew": "Renewed",
    "wl.suspend": "Suspended",
    "wl.remove": "Removed",
    "wl.tell_apart": "Told apart from another entry",
    "config.change": "Merged with another entry",
}
SOURCE_KINDS: Final[Mapping[str, str]] = {
    "UN": "United Nations",
    "NATIONAL": "National",
    "PARTNER": "Partner State",
    "INTERPOL": "INTERPOL",
    "REGIONAL": "Regional",
}
TRIALS: Final[Mapping[str, str]] = {
    "PAST_TRAFFIC": "some travellers of each of the last days, whom nobody chose",
    "TRAVELLERS_HELD": "the travellers of earlier possible matches, who resembled somebody once: ingest did"
    " not answer, and it looks worse than it is",
}
FETCHES: Final[Mapping[str, str]] = {
    "LOADED": "loaded",
    "HELD": "loaded, and waits for two persons",
    "UNCHANGED": "nothing new",
    "REFUSED": "refused",
    "UNREACHABLE": "could not be reached",
}
ALARMS: Final[Mapping[str, str]] = {
    "REFUSED": "The newest file is no list that can be loaded. The last good one stays: ask the publisher.",
    "UNREACHABLE": "It could not be fetched three times in a row. Look at its address and certificate.",
    "STALE": "Its newest good file is too old. Import a newer one by hand, or release one that waits.",
}
SEXES: Final[Mapping[str, str]] = {"F": "Female", "M": "Male", "X": "Unspecified"}
NOTICE_TYPES: Final = ("RED", "BLUE", "GREEN", "ORANGE", "PURPLE", "YELLOW", "BLACK", "UN")
NAME_KINDS: Final[Mapping[str, str]] = {
    "PRIMARY": "Main name",
    "ORIGINAL_SCRIPT": "Original script",
    "ALIAS": "Also known as",
    "FORMER": "Former name",
}
DECISIONS: Final[Mapping[str, str]] = {
    "ACTIVATED": "Put on the list",
    "RETURNED": "Send back to the nominator",
    "REJECTED": "Reject for good",
}


def told(words: Mapping[str, str], code: str | None) -> str:
    """The words for a code; one without words is shown in lower case, an absent one says so."""
    if not code:
        return "not given"
    return words.get(code) or code.replace("_", " ").capitalize()


def grade_in_words(grade: str) -> str:
    """The words for a grade such as `2C`; empty for what is none.

    Source: `safeguards.md` SG-11 inputs (`source_grade` 1-3, `info_grade` A-E), after 3x5x2 grading.
    """
    source, information = SOURCE_GRADES.get(grade[:1]), INFORMATION_GRADES.get(grade[1:])
    return f"{source}, {information}" if source and information else ""
