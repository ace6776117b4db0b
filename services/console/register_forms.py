"""The forms by which a person proposes a row of a register of ingest, screening or sharing."""

from collections.abc import Mapping
from typing import Final

from services.console.register_fields import (
    YES_OR_NO,
    Field,
    RegisterForm,
    as_day,
    as_json,
    as_parts,
    as_whole,
    as_yes,
)
from services.console.registers import INGEST, SCREENING, SHARING
from shared.policy.actions import ACTIONS, DATA_CLASSES, HANDLING_CODES, OPERATIONAL_PURPOSES, PURPOSES

_ORDERS: Final = ("BOARDING_ADVICE", "BOARDING_HOLD")
_API_OR_PNR: Final = ("API", "PNR")
_BY_SEMICOLONS: Final = "By semicolons"
_DAYS: Final = (
    Field("valid_from", "In force from", "2026-11-21", read=as_day),
    Field("valid_to", "Until", "2027-11-21", read=as_day),
)
_PUBLISHED: Final = (
    Field("instrument_ref", "Law", "Number and article"),
    Field("public_url", "Where everybody can read it"),
)
_SOURCE: Final = (
    Field("source_id", "Identifier", "Capitals, digits and underlines, such as UN_SC"),
    Field("publisher", "Publisher"),
    Field(
        "kind",
        "Kind",
        choices=("UN", "NATIONAL", "PARTNER", "INTERPOL", "REGIONAL", "COMMERCIAL", "CROWD"),
    ),
    Field(
        "reader",
        "Format of the file",
        choices=("un", "ofac", "eu", "uk", "opensanctions", "interpol", "documents"),
    ),
    Field(
        "allow_list",
        "Regimes that concern terrorism",
        "As the file has them, by semicolons: Al-Qaida; ISIL. Rows of others are counted and not stored.",
        read=as_parts,
    ),
    Field("handling_code", "Handling code", choices=HANDLING_CODES, usual="H1"),
    Field("conditions", "Conditions of the publisher", "By semicolons", read=as_parts, is_needed=False),
    Field(
        "action_code",
        "What a confirmed match asks for",
        choices=("IDENTIFY_ONLY", "SECONDARY", "CONTACT_NOMINATOR", "TRAVEL_BAN", "ARREST_WARRANT"),
    ),
    Field("tear_line", "Tear-line for the front line", "At most 280 signs", is_long=True),
    Field("desk_phone", "The duty desk's telephone"),
    Field("source_grade", "Grade of the source", choices=("1", "2", "3"), read=as_whole),
    Field("info_grade", "Grade of its information", choices=("A", "B", "C", "D", "E")),
    Field(
        "location",
        "Where the file is fetched",
        "An https address, or file:NAME or folder:NAME in the list folder; empty where you import it",
        is_needed=False,
    ),
    Field("digest_location", "Where its SHA-256 is published", is_needed=False),
    Field("verify", "What proves the file", choices=("HASH", "TLS"), usual="HASH"),
    Field("fetch_minutes", "Minutes between two fetches", read=as_whole, usual="360"),
    Field("fresh_for_hours", "Hours until the alarm rings", read=as_whole, usual="192"),
)
_SCREENING_LAW: Final = (
    Field("authority", "Authority", "The unit, as its people's accounts name it: XAA-PIU-01"),
    Field("action", "May do", choices=ACTIONS),
    Field("data_class", "With", choices=DATA_CLASSES),
    Field("purpose_code", "For", choices=PURPOSES),
    Field("valid_from", "In force from", "2026-11-21", read=as_day),
    Field("valid_to", "Until", "2027-11-21", read=as_day),
    Field("instrument_ref", "Law", "Number and article"),
    Field("public_url", "Where everybody can read it"),
    Field(
        "orders",
        "Boarding orders that it allows",
        "For ordering measures (action.order) on hits alone",
        _ORDERS,
        as_parts,
        is_needed=False,
    ),
)
_BOARDING_RISK: Final = (
    Field("state", "State", "Three letters"),
    Field("level", "Risk of torture or ill-treatment", choices=("LOW", "MEDIUM", "HIGH")),
    Field("death_penalty", "Death penalty in law or practice", choices=YES_OR_NO, read=as_yes),
    Field("assessed_at", "Assessed on", "2026-11-21", read=as_day),
    Field("sources", "Sources", "Reports of the United Nations and others, with dates", is_long=True),
)
_CARRIER: Final = (
    Field("designator", "Carrier", "Its designator: XA"),
    Field(
        "reports_for",
        "Reports for",
        "Designators of other carriers, by semicolons",
        read=as_parts,
        is_needed=False,
    ),
    Field(
        "notice_confirmed",
        "Its passengers are told",
        "Whether it gives them the notice of their rights",
        YES_OR_NO,
        as_yes,
    ),
    Field("push_max", "Most messages for one flight", read=as_whole),
    Field(
        "callback_url",
        "Where its machine is told of changed answers",
        "An https address; empty where people call",
        is_needed=False,
    ),
)
_SENDER: Final = (
    Field("client", "Account", "As its token names it: carrier-XA, handler-QH"),
    Field(
        "identifiers",
        "Names in UNB and UNG",
        "By semicolons; needed where it sends for several carriers",
        read=as_parts,
        is_needed=False,
    ),
    Field("carriers", "Sends for", "Designators, by semicolons", read=as_parts),
)
_PLACE: Final = "airport:XQA, state:XBB or anywhere"
_ROUTE: Final = (Field("origin", "From", _PLACE), Field("destination", "To", _PLACE), *_DAYS)
_PROFILE: Final = (
    Field("data_class", "Data", choices=_API_OR_PNR),
    Field(
        "allowed_elements",
        "Elements",
        "What the law lets you collect, by semicolons: surname; given_names. What is not named is dropped.",
        read=as_parts,
        is_long=True,
    ),
    Field("instrument_ref", "Law", "Number and article"),
    Field("assessment_ref", "Data-protection impact assessment", "Its number"),
)
_COLLECTING_LAW: Final = (
    Field("authority", "Authority", "The unit that collects: XAA-PIU-01"),
    Field("action", "May do", choices=("ingest.accept",), usual="ingest.accept"),
    Field("data_class", "With", choices=_API_OR_PNR),
    Field("purpose_code", "For", choices=OPERATIONAL_PURPOSES),
    *_DAYS,
    *_PUBLISHED,
    Field(
        "mask_after_days",
        "Masked after how many days",
        "1 to 183; empty: as the safeguards say",
        read=as_whole,
        is_needed=False,
    ),
    Field(
        "erase_after_days",
        "Erased after how many days",
        "1 to 183; empty: as the safeguards say",
        read=as_whole,
        is_needed=False,
    ),
)
_AUTHORITY: Final = (
    Field("id", "Authority", "Its identifier: XBB-PIU-01"),
    Field("scope", "At home or abroad", choices=("NATIONAL", "FOREIGN")),
    Field("state", "State", "Three letters"),
    Field("name", "Name"),
    Field(
        "kind",
        "Kind",
        choices=(
            "PIU",
            "NCB",
            "POLICE",
            "BORDER",
            "CUSTOMS",
            "PROSECUTOR",
            "COURT",
            "CONSULAR",
            "OVERSIGHT",
            "MILITARY",
            "INTELLIGENCE",
            "POLITICAL",
        ),
    ),
    Field("functions", "Designated for", "", (*OPERATIONAL_PURPOSES, "CHILD_PROTECTION"), as_parts),
    Field("designated_by", "Designated by", "Law or note, with its number"),
    Field("status", "Status", choices=("PENDING", "ACTIVE", "SUSPENDED", "REVOKED")),
    Field("suspended_reason", "Suspended because", is_needed=False),
    Field("verified_at", "Verified on", "2026-11-21", read=as_day, is_needed=False, is_null=True),
    Field(
        "verified_how",
        "Verified how",
        choices=("DIPLOMATIC_NOTE", "INTERPOL", "IN_PERSON", "LAW"),
        is_needed=False,
        is_null=True,
    ),
    Field("handling_max", "Highest handling code that it may see", choices=HANDLING_CODES, usual="H2"),
    Field("ports", "Its airports", "By semicolons; empty: all of its State", read=as_parts, is_needed=False),
    Field(
        "duty_desk.endpoint",
        "Address of its machine",
        "https; empty where it reads our pages",
        is_needed=False,
    ),
    Field("duty_desk.phone", "Telephone of its duty desk", is_needed=False),
    Field(
        "duty_desk.languages", "Languages of its duty desk", _BY_SEMICOLONS, read=as_parts, is_needed=False
    ),
    Field("duty_desk.hours", "Hours of its duty desk", is_needed=False),
    Field(
        "keys",
        "Public keys",
        "A JSON list, as ./run exchange conform and the counterpart give it",
        read=as_json,
        is_needed=False,
        is_long=True,
    ),
    Field("recall_endpoint", "Where recalls go", "https", is_needed=False),
    Field("dpo_contact", "Its data-protection officer", is_needed=False),
    Field("oversight_body", "Who oversees it", is_needed=False),
    Field(
        "safeguards",
        "Protection assessment",
        'JSON: {"assessment": "POSITIVE", "assessed_at": "2026-11-21", "expires": "2027-11-21", '
        '"retention_days": 180}',
        read=as_json,
        is_needed=False,
        is_long=True,
    ),
)
_AGREEMENT: Final = (
    Field("id", "Agreement", "Its identifier: XAA-XBB-2026"),
    Field("parties", "Between", "States, three letters each, by semicolons", read=as_parts),
    Field("instrument", "Instrument", "Title and date"),
    Field("public_url", "Where everybody can read it"),
    Field("purposes", "For", "", OPERATIONAL_PURPOSES, as_parts),
    Field("data_classes", "Covers", "", DATA_CLASSES, as_parts),
    Field("message_types", "Messages", "By semicolons: NOTIFY; FEEDBACK; PNR_REQUEST", read=as_parts),
    Field(
        "min_sets",
        "Smallest sets of fields",
        "JSON; empty: those of the safeguards",
        read=as_json,
        is_needed=False,
        is_long=True,
    ),
    Field("max_retention_days", "Kept there at most, in days", "1 to 1826", read=as_whole),
    Field("onward_rule", "Passing on", choices=("NONE", "CONSENT", "LISTED")),
    Field("names_bodies", "Bodies that it names", _BY_SEMICOLONS, read=as_parts, is_needed=False),
    Field("evidence_use", "Use as evidence", choices=("NO", "WITH_CONSENT", "MLA_ONLY")),
    Field("death_penalty_assurance", "Assurance against the death penalty", "", YES_OR_NO, as_yes),
    Field("death_penalty_assurance_verified", "That assurance was verified", "", YES_OR_NO, as_yes),
    Field(
        "non_refoulement_clause",
        "Nobody is sent back into danger",
        "Whether it has the clause",
        YES_OR_NO,
        as_yes,
    ),
    Field("redress_clause", "Redress for the person", "Whether it has the clause", YES_OR_NO, as_yes),
    Field("oversight_clause", "Oversight", "Whether it has the clause", YES_OR_NO, as_yes),
    Field("child_clause", "Children", "Whether it has the clause", YES_OR_NO, as_yes),
    Field("recall_sla_h", "Recalls are done within, in hours", read=as_whole, is_needed=False, is_null=True),
    Field("feedback_sla_h", "Feedback within, in hours", read=as_whole, is_needed=False, is_null=True),
    *_DAYS,
    Field("review_due", "Review due", "2027-05-21", read=as_day),
    Field(
        "suspended",
        "Suspension",
        "As it stands; left empty, this change lifts it.",
        read=as_json,
        is_needed=False,
        is_long=True,
    ),
)
_SHARING_RISK: Final = (
    Field("state", "State", "Three letters"),
    Field("level", "Risk of torture or ill-treatment", choices=("LOW", "MEDIUM", "HIGH")),
    Field("death_penalty", "Death penalty in law or practice", "", YES_OR_NO, as_yes),
    Field(
        "indicators", "Found", 'JSON: {"torture": "in words"}', read=as_json, is_needed=False, is_long=True
    ),
    Field(
        "sources",
        "Sources",
        "Reports of the United Nations and others, with dates, by semicolons",
        read=as_parts,
        is_long=True,
    ),
    Field("assessed_at", "Assessed on", "2026-11-21", read=as_day),
)
_SHARING_LAW: Final = (
    Field("id", "Row", "Its identifier: XAA-ACT-12-2026"),
    Field("authority", "Authority", "The unit: XAA-PIU-01"),
    Field("actions", "May do", "By semicolons: share.send; record.read", read=as_parts),
    Field("data_classes", "With", "", DATA_CLASSES, as_parts),
    Field("purpose_codes", "For", "", PURPOSES, as_parts),
    *_PUBLISHED,
    *_DAYS,
)
_CONSULAR_TREATY: Final = (
    Field("state", "State", "Three letters"),
    Field("instrument", "Treaty", "Title, date and article"),
    Field("public_url", "Where everybody can read it"),
    *_DAYS,
)
_OFFICE: Final = "Proposed by one person, approved in another role"
_LEGAL: Final = "Proposed by the legal officer, approved by another"
_HUMAN_RIGHTS: Final = "Proposed by the human-rights officer, approved by another"
_LAW_KEY: Final = ("authority", "action", "data_class", "purpose_code", "valid_from")

#: By the name in a page's address; each form's register is known by its service and name.
FORMS: Final[Mapping[str, RegisterForm]] = {
    "carriers": RegisterForm(INGEST, "carriers", "A carrier", _OFFICE, _CARRIER, ("designator",)),
    "senders": RegisterForm(INGEST, "senders", "A sender", _OFFICE, _SENDER, ("client",)),
    "routes": RegisterForm(INGEST, "routes", "A route", _OFFICE, _ROUTE, ("origin", "destination")),
    "collection-profiles": RegisterForm(
        INGEST, "collection-profiles", "What may be collected", _OFFICE, _PROFILE, ("data_class",)
    ),
    "collecting-laws": RegisterForm(
        INGEST, "legal-rows", "A law for collecting", _LEGAL, _COLLECTING_LAW, _LAW_KEY
    ),
    "legal-rows": RegisterForm(
        SCREENING, "legal-rows", "A law for screening", _LEGAL, _SCREENING_LAW, _LAW_KEY
    ),
    "list-sources": RegisterForm(
        SCREENING, "list-sources", "A list source", _OFFICE, _SOURCE, ("source_id",)
    ),
    "country-risk": RegisterForm(
        SCREENING, "country-risk", "A State's risk, for boarding", _HUMAN_RIGHTS, _BOARDING_RISK, ("state",)
    ),
    "authorities": RegisterForm(SHARING, "authorities", "An authority", _OFFICE, _AUTHORITY, ("id",)),
    "agreements": RegisterForm(SHARING, "agreements", "An agreement", _OFFICE, _AGREEMENT, ("id",)),
    "sharing-risk": RegisterForm(
        SHARING, "country-risk", "A State's risk, for sharing", _HUMAN_RIGHTS, _SHARING_RISK, ("state",)
    ),
    "sharing-laws": RegisterForm(
        SHARING, "legal-rows", "A law for telling others", _LEGAL, _SHARING_LAW, ("id",)
    ),
    "consular-treaties": RegisterForm(
        SHARING, "consular-treaties", "A consular treaty", _LEGAL, _CONSULAR_TREATY, ("state",)
    ),
}
