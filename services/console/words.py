"""The words that people read for the codes that services use; a code without words is shown in lower case."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.console.log_words import ACTIONS
from shared.policy.messages import MESSAGES, message_for

# A code of several words, such as NOT_REPORTED or crew_duty.
_SNAKE: Final = re.compile(r"[A-Z]+(_[A-Z]+)+|[a-z]+(_[a-z]+)+")
WORDS: Final = {
    # How two identifiers stand to each other.
    "AGREE": "Agrees",
    "DIFFER": "Differs",
    "MISSING": "Missing",
    # Hits.
    "PERSON": "Person",
    "DOCUMENT": "Document",
    "RULE": "Rule",
    "MANUAL": "By hand",
    "POSSIBLE_MATCH": "Waits for a first look",
    "IN_REVIEW": "A first look is under way",
    "AWAITING_SECOND": "Waits for a second look",
    "NOT_A_MATCH": "Not the same person",
    "INCONCLUSIVE": "Could not be told",
    "CONFIRMED": "Confirmed by two",
    "CONFIRMED_DOCUMENT": "Document confirmed",
    "ACTIONED": "A measure was ordered",
    "FEEDBACK": "Feedback came in",
    "RECALLED": "Recalled",
    "ENTRY_REMOVED": "The entry was removed",
    "EXPIRED_UNREVIEWED": "Expired, nobody looked",
    "SUPPRESSED": "Cleared before",
    "CLOSED": "Closed",
    # Why a hit moved.
    "LEASED": "Somebody opened it to look",
    "LEASE_RELEASED": "Handed back undecided",
    "CLOCK": "Its time was up",
    "LIST_VERSION": "The list changed",
    "LISTS_TOGETHER": "Lists were brought together",
    # Reviews.
    "SAME": "Same person",
    "DIFFERENT": "Different person",
    "CANNOT_TELL": "Cannot tell",
    # Evidence.
    "name": "Name",
    "birth_date": "Birth date",
    "dob": "Birth date",
    "date_of_birth": "Date of birth",
    "document": "Travel document",
    "doc_number": "Document number",
    "nationality": "Nationality",
    "birth_place": "Place of birth",
    "place_of_birth": "Place of birth",
    "sex": "Sex",
    "BIRTH_YEAR_DIFFERS": "The birth years are more than two years apart",
    "SEX_DIFFERS": "The sex given is not the same",
    # Figures of which a like one counts something else.
    "travellers_reported": "Travellers named by carriers' lists",
    "travellers_screened": "Screenings of a traveller, repeated ones too",
    "possible_matches_per_million": "Possible matches per million screenings",
    # Figures that are a median, or what all but one in twenty kept to.
    "message_to_screening_median": "From message to screening: median",
    "message_to_screening_95th": "From message to screening: 95 % within",
    "match_to_first_review_median": "From match to first review: median",
    "match_to_first_review_95th": "From match to first review: 95 % within",
    "first_to_second_review_median": "From first to second review: median",
    "first_to_second_review_95th": "From first to second review: 95 % within",
    "decision_to_sending_median": "From decision to sending: median",
    "decision_to_sending_95th": "From decision to sending: 95 % within",
    # Roles whose names are more than their code in small letters.
    "DPO": "Data-protection officer",
    "PIU_HEAD": "Head of the passenger information unit",
    # Verdicts.
    "SEND": "May be told",
    "HOLD": "Held",
    "BLOCK": "Not told",
    "NOT_AUTHORISED": "Not authorised",
    # What makes a State or body concerned.
    "OWN_PORT": "Our own port",
    "OWN_COMPETENT": "Our own competent authority",
    "ORIGIN": "The flight leaves there",
    "TRANSIT": "The flight passes there",
    "DESTINATION": "The flight goes there",
    "NATIONALITY": "The person is a national",
    "RESIDENCE": "The person lives there",
    "UNDECIDED": "Not decided yet",
    "NATIONAL": "At home",
    "FOREIGN": "Abroad",
    "DELIVERED": "Delivered",
    # What leaves in a notice.
    "action_here": "Done here",
    "list_ref": "List entry",
    "observed_at": "Seen at",
    "full": "Written",
    "EXACT": "Exact",
    "NONE": "Nothing",
    "PASSPORT": "Passport",
    "LIST": "The list",
    "DEPARTURE": "Departure",
    "ARRIVAL": "Arrival",
    "birth": "Born",
    "ENDPOINT": "Machine to machine",
    "PAGES": "Shown on our own pages",
    "tear_line": "Tear-line",
    "via": "By way of",
    "UN_1267_LISTED": "Listed under resolution 1267",
    # Lists.
    "HELD": "Held: two persons must approve",
    "IN_FORCE": "In force",
    "SUPERSEDED": "Replaced by a newer one",
    "REJECTED": "Rejected",
    "ALREADY_LOADED": "Already loaded",
    # Outcomes at the port.
    "DID_NOT_TRAVEL": "Did not travel",
    "DIFFERENT_PERSON": "Different person",
    "SAME_PERSON_NO_ACTION": "Same person, nothing done",
    "SAME_PERSON_ACTION": "Same person, acted as ordered",
    "INSUFFICIENT_DATA": "Not enough data",
    # Expected flights.
    "EXPECTED": "Expected",
    "RECEIVED": "Received",
    "LATE": "Late",
    "PARTIAL": "Too few travellers",
    "SCHEDULE": "Schedule",
    "LEARNED": "Comes every week",
    "FIELD_UNREADABLE": "Cannot be read",
    "PERIOD_ENDS_BEFORE_IT_BEGINS": "Ends before it begins",
    # Receipts.
    "MANIFEST": "List of travellers",
    "PAXLST": "PAXLST",
    "PNRGOV": "PNRGOV",
    "PNRGOV_XML": "PNRGOV, XML",
    "ACCEPTED": "Taken",
    "ACCEPTED_WITH_FAULTS": "Taken, with faults",
    # Measures.
    "SECONDARY_INSPECTION": "Secondary inspection",
    "OBSERVE": "Observe discreetly",
    "CONTACT_NOMINATOR": "Contact the nominator",
    "BOARDING_ADVICE": "Advise against boarding",
    "BOARDING_HOLD": "Hold boarding",
    "NOTIFY_STATE": "Notify another State",
    "DOCUMENT_CHECK": "Check the document",
    "REFER_CHILD": "Refer to child protection",
    "REFER_VICTIM": "Refer to victim support",
    "REFER_ASYLUM": "Refer to asylum",
    "IDENTIFY_ONLY": "Identify only",
    "SECONDARY": "Secondary inspection",
    "TRAVEL_BAN": "Travel ban",
    "ARREST_WARRANT": "Arrest warrant: call the competent force",
    # Purposes.
    "TERR_PREVENT": "Prevent a terrorist offence",
    "TERR_DETECT": "Detect a terrorist offence",
    "TERR_INVESTIGATE": "Investigate a terrorist offence",
    "TERR_TRAVEL": "Terrorist travel",
    "OVERSIGHT": "Oversight",
    "SUBJECT_RIGHTS": "A person's request about their own data",
    "REDRESS": "Redress",
    "CHILD_PROTECTION": "Child protection",
    "VITAL_INTEREST": "A life is in danger",
    # The log.
    "DONE": "Done",
    "PERMITTED": "Permitted",
    "REFUSED": "Refused",
    "FAILED": "Failed",
    "AWAITING_ASSESSMENT": "Waits for the human-rights officer",
    "AWAITING_PROPOSAL": "Waits for a proposal",
    "PROPOSED": "Waits for the second person",
    "DECIDED": "Decided",
    # Registers.
    "WITH_CONSENT": "With the sender's consent",
    "MLA_ONLY": "By mutual legal assistance alone",
    "HIT": "Hits",
    "API": "API: passenger lists",
    "PNR": "PNR: reservations",
    "PNR_MASKED": "PNR, masked",
    "WL_ENTRY": "List entries",
    "SYSTEMATIC": "Systematic",
    "PIU": "Passenger information unit",
    "NCB": "National bureau of INTERPOL",
    "ACTIVE": "In force",
    "SUSPENDED": "Suspended",
    "LOW": "Low",
    "MEDIUM": "Medium",
    "HIGH": "High",
    # Rights and retention.
    "GRANTED": "Granted",
    "REFUSED_PARTLY": "Refused in part",
    "CLEARED": "Cleared",
    "CORRECTED": "Corrected",
    "UPHELD": "Upheld",
    "REIDENTIFIED": "Masked data were looked at",
    "DISCLOSED": "Data were disclosed",
    "rights.refusal": "A refusal",
    "rights.upholding": "Upholding a listing",
    "rights.deferral": "Telling somebody later",
    "retention.hold": "A hold",
    "retention.extend": "Keeping records longer",
    "record.mask": "Masked",
    "record.erase": "Erased",
    "masking_key.destroy": "Keys destroyed",
    "TRAVELLER": "Traveller",
    "RESERVATION": "Reservation",
    "KEYS": "Keys",
    "COURT": "A court",
    "PROSECUTOR": "A prosecutor",
    "INDEPENDENT_ADMIN": "The independent authority",
    "reach": "How to reach the person",
    "journey": "Journey",
    "statement": "In their words",
    # The duty desk.
    "SEEN": "Seen by a person",
    "SENT": "Sent",
    "ERASED": "Erased",
    "RESTRICTED": "Kept, not to be used",
    "ENTRY_REFUSED": "Entry refused",
    "DETAINED": "Detained",
    "ARRESTED": "Arrested",
    "no-onward": "Not to be passed on",
    # Boarding.
    "BOARD": "May board",
    "DO_NOT_BOARD": "Do not board",
    "ADVISE": "Refer to an officer",
    "WAITING": "On its way",
    "ACKNOWLEDGED": "Acknowledged",
    "NOT_THE_PERSON": "Not the person",
    "HUMAN_RIGHTS": "Human rights",
    # Approvals.
    "PENDING": "Waits for a second person",
    "APPROVED": "Approved",
    "EXPIRED": "Ended",
    "DRAFT": "Waits for a second person",
    "CANCELLED": "Cancelled",
    # Figures of a month.
    "flights_covered_by_api": "Flights covered by API",
    "flights_covered_by_pnr": "Flights covered by PNR",
}

#: What the paragraphs of resolution 2396 (2017) by which somebody is told are about.
PARAGRAPHS: Final = {
    "3": "arrest, detention, expulsion",
    "5": "operational information",
    "6": "States of nationality",
    "7": "own authorities",
    "8": "the front line",
    "11": "passenger information",
}

REVIEW_OUTCOMES: Final = ("SAME", "DIFFERENT", "CANNOT_TELL")
#: What an officer at the port may find, each with what follows from it.
CARD_OUTCOMES: Final = {
    "SAME_PERSON_ACTION": "It goes back to whoever confirmed the hit.",
    "SAME_PERSON_NO_ACTION": "It goes back to whoever confirmed the hit.",
    "DIFFERENT_PERSON": "Everyone who was told of the hit is told at once that it was somebody else.",
    "DID_NOT_TRAVEL": "The hit is closed.",
}
ORDERS: Final = (
    "CONTACT_NOMINATOR",
    "SECONDARY_INSPECTION",
    "DOCUMENT_CHECK",
    "OBSERVE",
    "BOARDING_ADVICE",
    "REFER_CHILD",
    "REFER_VICTIM",
    "REFER_ASYLUM",
)


def in_words(code: Any) -> str:
    """The words for a code, which may be an action of the logs."""
    text = str(code)
    return WORDS.get(text) or ACTIONS.get(text) or text.replace("_", " ").capitalize()


def named(value: Any) -> Any:
    """A value with each code in it in words; free text and identifiers stay as they are."""
    if isinstance(value, list):
        return [named(item) for item in value]
    if isinstance(value, dict):
        return {key: named(item) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    return in_words(value) if value in WORDS or value in ACTIONS or _SNAKE.fullmatch(value) else value


def paragraphs_in_words(paragraphs: str | Sequence[str]) -> str:
    """`2396/5, 2396/11` or `["5", "11"]` as a person reads them, each with what it is about."""
    parts = paragraphs.split(",") if isinstance(paragraphs, str) else paragraphs
    numbers = [part.strip().removeprefix("2396/") for part in parts if part.strip()]
    if not numbers:
        return ""
    said = [f"{number} ({PARAGRAPHS[number]})" if number in PARAGRAPHS else number for number in numbers]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"Resolution 2396, paragraph{'s' if len(said) > 1 else ''} {listed}"


#: Why we may not hold what another State sent (`services/sharing/exchange/own_rules.py`).
_OWN_RULES: Final[Mapping[str, str]] = {
    "AGREEMENT": "It rests on no agreement of ours with its sender.",
    "AGREEMENT_NOT_IN_FORCE": "The agreement that it rests on is suspended or over.",
    "CHILD": "It tells of a child, and children are not sent.",
    "CONDITION_UNKNOWN": "It comes under a condition that we do not know and cannot keep.",
    "DATA_CLASS": "It holds another kind of data than its type says.",
    "FALLBACK": "It rests on the resolution alone, and that does not carry it.",
    "NO_LAW": "No law of ours in force lets us hold it for its purpose.",
    "NOT_COVERED": "The agreement that it rests on does not cover it.",
    "NOT_FOR_US": "It is for its originator alone.",
    "ORIGINATOR": "It tells another State's information without that State's consent.",
    "PATTERN": "It asks for everybody who fits a pattern, not for one person.",
    "RETENTION": "It would have to be kept for longer than the agreement lets us.",
    "WITHDRAWN": "Its sender had taken it back already.",
}


def sentence(reason: str) -> str:
    """What is said to a person for a reason code of the catalogue or of our own rules; empty for another."""
    rule, _, code = reason.partition(".")
    if rule == "OWN_RULES":
        return _OWN_RULES.get(code, "")
    return message_for(reason) if rule in MESSAGES else ""
