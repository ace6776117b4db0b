"""Roles and what each may do: the one table behind every route.

A role is a post that a person holds; a permission is one thing that a route does.
A permission opens the door of a route only; what happens behind it is judged again by the safeguards.

Source: safeguards.md §4a (roles), SG-26, SG-27 (combinations), workflow.md §7.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """The closed list of roles (safeguards.md §4a)."""

    ANALYST = "ANALYST"
    VERIFIER = "VERIFIER"
    SUPERVISOR = "SUPERVISOR"
    DUTY_SUPERVISOR = "DUTY_SUPERVISOR"
    FRONT_LINE = "FRONT_LINE"
    NOMINATOR = "NOMINATOR"
    APPROVER = "APPROVER"
    REVIEWER = "REVIEWER"
    LIST_STEWARD = "LIST_STEWARD"
    LIAISON = "LIAISON"
    LEGAL = "LEGAL"
    HUMAN_RIGHTS = "HUMAN_RIGHTS"
    CHILD_SPECIALIST = "CHILD_SPECIALIST"
    ASYLUM_OFFICER = "ASYLUM_OFFICER"
    DPO = "DPO"
    AUDITOR = "AUDITOR"
    INDEPENDENT_AUTHORITY = "INDEPENDENT_AUTHORITY"
    COURT = "COURT"
    ADMIN = "ADMIN"
    PIU_HEAD = "PIU_HEAD"
    CARRIER = "CARRIER"


class Permission(StrEnum):
    """One thing that a route does; each route names exactly one (docs/architecture.md, HTTP interfaces)."""

    # Only another service of ours; no person's or carrier's role opens these.
    SERVICE = "SERVICE"
    # ingest
    SUBMIT_MESSAGE = "SUBMIT_MESSAGE"
    READ_RECEIPT = "READ_RECEIPT"
    LIST_RECEIPTS = "LIST_RECEIPTS"
    READ_FLIGHTS = "READ_FLIGHTS"
    IMPORT_SCHEDULE = "IMPORT_SCHEDULE"
    READ_OWN_QUALITY = "READ_OWN_QUALITY"
    # retention, in ingest
    READ_RETENTION = "READ_RETENTION"
    PROPOSE_RETENTION = "PROPOSE_RETENTION"
    APPROVE_RETENTION = "APPROVE_RETENTION"
    ASK_REIDENTIFICATION = "ASK_REIDENTIFICATION"
    GRANT_REIDENTIFICATION = "GRANT_REIDENTIFICATION"
    # the rights office, in ingest
    READ_RIGHTS = "READ_RIGHTS"
    HANDLE_RIGHTS = "HANDLE_RIGHTS"
    APPROVE_RIGHTS = "APPROVE_RIGHTS"
    # incidents, in ingest
    REPORT_INCIDENT = "REPORT_INCIDENT"
    READ_INCIDENTS = "READ_INCIDENTS"
    CLOSE_INCIDENT = "CLOSE_INCIDENT"
    RELEASE_ACCOUNT = "RELEASE_ACCOUNT"
    # boarding, in ingest
    TELL_CARRIER = "TELL_CARRIER"
    # registers of ingest and sharing
    READ_REGISTERS = "READ_REGISTERS"
    PROPOSE_REGISTER = "PROPOSE_REGISTER"
    APPROVE_REGISTER = "APPROVE_REGISTER"
    # screening
    MATCH = "MATCH"
    REVIEW = "REVIEW"
    READ_HITS = "READ_HITS"
    DRAFT_ORDER = "DRAFT_ORDER"
    APPROVE_ORDER = "APPROVE_ORDER"
    READ_ORDERS = "READ_ORDERS"
    ASSESS_ORDER = "ASSESS_ORDER"
    RELEASE_ORDER = "RELEASE_ORDER"
    WORK_CHILDREN = "WORK_CHILDREN"
    READ_COMPANIONS = "READ_COMPANIONS"
    MEET_COMPANION = "MEET_COMPANION"
    WORK_COMPANIONS = "WORK_COMPANIONS"
    READ_DESK_CLOCKS = "READ_DESK_CLOCKS"
    DRAFT_STANDING_ORDER = "DRAFT_STANDING_ORDER"
    APPROVE_STANDING_ORDER = "APPROVE_STANDING_ORDER"
    READ_STANDING_ORDERS = "READ_STANDING_ORDERS"
    PROPOSE_MATCHER = "PROPOSE_MATCHER"
    APPROVE_MATCHER = "APPROVE_MATCHER"
    READ_MATCHER_APPROVALS = "READ_MATCHER_APPROVALS"
    IMPORT_LIST = "IMPORT_LIST"
    READ_WATCHLIST = "READ_WATCHLIST"
    APPROVE_LIST = "APPROVE_LIST"
    READ_LIST_FILE = "READ_LIST_FILE"
    READ_ENTRIES = "READ_ENTRIES"
    NOMINATE_ENTRY = "NOMINATE_ENTRY"
    READ_NOMINATIONS = "READ_NOMINATIONS"
    APPROVE_ENTRY = "APPROVE_ENTRY"
    REVIEW_ENTRY = "REVIEW_ENTRY"
    READ_RENEWALS = "READ_RENEWALS"
    APPROVE_RENEWAL = "APPROVE_RENEWAL"
    PROPOSE_MERGE = "PROPOSE_MERGE"
    APPROVE_MERGE = "APPROVE_MERGE"
    FRONT_LINE_CARDS = "FRONT_LINE_CARDS"
    OPERATE = "OPERATE"
    CLEAR_TRAVELLER = "CLEAR_TRAVELLER"
    APPROVE_CLEARANCE = "APPROVE_CLEARANCE"
    READ_CLEARED = "READ_CLEARED"
    READ_FAIRNESS = "READ_FAIRNESS"
    IMPORT_FAIRNESS = "IMPORT_FAIRNESS"
    # sharing
    READ_SHARES = "READ_SHARES"
    RECORD_INDIVIDUAL_RISK = "RECORD_INDIVIDUAL_RISK"
    PROPOSE_SHARE = "PROPOSE_SHARE"
    APPROVE_SHARE = "APPROVE_SHARE"
    READ_NOTICES = "READ_NOTICES"
    WRITE_VAULT = "WRITE_VAULT"
    WORK_CONSULAR = "WORK_CONSULAR"
    READ_EXCHANGE = "READ_EXCHANGE"
    WORK_EXCHANGE = "WORK_EXCHANGE"
    APPROVE_EXCHANGE = "APPROVE_EXCHANGE"
    # every service
    READ_AUDIT = "READ_AUDIT"
    READ_OVERSIGHT = "READ_OVERSIGHT"
    ORDER_SUSPENSION = "ORDER_SUSPENSION"
    READ_SUSPENSIONS = "READ_SUSPENSIONS"
    # console: its own pages that every member of staff opens (home, sign out)
    USE_CONSOLE = "USE_CONSOLE"


OVERSIGHT: Final = frozenset({Role.AUDITOR, Role.DPO, Role.INDEPENDENT_AUTHORITY, Role.COURT})
STAFF: Final = frozenset(Role) - {Role.CARRIER}
_OFFICE: Final = frozenset(
    {Role.SUPERVISOR, Role.DUTY_SUPERVISOR, Role.LEGAL, Role.LIAISON, Role.ADMIN, Role.PIU_HEAD}
)
_SHARE_READERS: Final = frozenset(
    {Role.SUPERVISOR, Role.LIAISON, Role.LEGAL, Role.HUMAN_RIGHTS, Role.DPO, Role.AUDITOR}
)
_MEETING: Final = frozenset({Role.FRONT_LINE, Role.SUPERVISOR, Role.HUMAN_RIGHTS})
_CARING: Final = frozenset({Role.HUMAN_RIGHTS, Role.CHILD_SPECIALIST})

ROLES_OF: Final[Mapping[Permission, frozenset[Role]]] = MappingProxyType(
    {
        Permission.SERVICE: frozenset(),
        Permission.SUBMIT_MESSAGE: frozenset({Role.CARRIER}),
        Permission.READ_RECEIPT: OVERSIGHT | {Role.CARRIER},
        Permission.LIST_RECEIPTS: frozenset({Role.CARRIER}),
        Permission.READ_FLIGHTS: frozenset(
            {Role.VERIFIER, Role.SUPERVISOR, Role.ANALYST, Role.AUDITOR, Role.DPO, Role.ADMIN}
        ),
        # What makes more flights watched takes one person (workflow.md §7).
        Permission.IMPORT_SCHEDULE: frozenset({Role.SUPERVISOR, Role.ADMIN}),
        Permission.READ_OWN_QUALITY: frozenset({Role.CARRIER}),
        Permission.READ_RETENTION: OVERSIGHT | {Role.ANALYST, Role.SUPERVISOR, Role.LEGAL, Role.PIU_HEAD},
        Permission.PROPOSE_RETENTION: frozenset({Role.LEGAL, Role.SUPERVISOR}),
        Permission.APPROVE_RETENTION: frozenset({Role.LEGAL, Role.DPO, Role.PIU_HEAD}),
        Permission.ASK_REIDENTIFICATION: frozenset({Role.ANALYST, Role.SUPERVISOR, Role.LEGAL}),
        # Never the unit that collects (SG-24).
        Permission.GRANT_REIDENTIFICATION: frozenset({Role.COURT, Role.INDEPENDENT_AUTHORITY}),
        Permission.READ_RIGHTS: OVERSIGHT | {Role.LEGAL, Role.HUMAN_RIGHTS},
        Permission.HANDLE_RIGHTS: frozenset({Role.LEGAL, Role.HUMAN_RIGHTS}),
        Permission.APPROVE_RIGHTS: frozenset({Role.DPO, Role.LEGAL, Role.INDEPENDENT_AUTHORITY}),
        Permission.REPORT_INCIDENT: _OFFICE | {Role.DPO},
        Permission.READ_INCIDENTS: OVERSIGHT | _OFFICE,
        Permission.CLOSE_INCIDENT: frozenset({Role.DPO}),
        Permission.RELEASE_ACCOUNT: frozenset({Role.LEGAL, Role.DPO, Role.PIU_HEAD}),
        Permission.TELL_CARRIER: frozenset({Role.SUPERVISOR, Role.DUTY_SUPERVISOR}),
        Permission.READ_REGISTERS: OVERSIGHT
        | {Role.SUPERVISOR, Role.LEGAL, Role.LIAISON, Role.HUMAN_RIGHTS, Role.ADMIN, Role.PIU_HEAD},
        # The human-rights officer assesses what a person has to fear in a State (SG-34).
        Permission.PROPOSE_REGISTER: frozenset(
            {Role.SUPERVISOR, Role.LEGAL, Role.LIAISON, Role.HUMAN_RIGHTS, Role.ADMIN}
        ),
        Permission.APPROVE_REGISTER: frozenset({Role.SUPERVISOR, Role.LEGAL, Role.DPO, Role.PIU_HEAD}),
        Permission.MATCH: frozenset({Role.VERIFIER, Role.SUPERVISOR, Role.ANALYST}),
        Permission.REVIEW: frozenset({Role.VERIFIER}),
        Permission.READ_HITS: frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.DPO}),
        Permission.DRAFT_ORDER: frozenset({Role.SUPERVISOR}),
        Permission.APPROVE_ORDER: frozenset({Role.LEGAL, Role.DUTY_SUPERVISOR, Role.PIU_HEAD}),
        # The human-rights officer assesses boarding advice and has to see it first.
        Permission.READ_ORDERS: OVERSIGHT
        | {Role.SUPERVISOR, Role.LEGAL, Role.DUTY_SUPERVISOR, Role.HUMAN_RIGHTS, Role.PIU_HEAD},
        Permission.ASSESS_ORDER: frozenset({Role.LEGAL, Role.HUMAN_RIGHTS}),
        # What protects takes one person (workflow.md §7).
        Permission.RELEASE_ORDER: frozenset(
            {Role.SUPERVISOR, Role.LEGAL, Role.DUTY_SUPERVISOR, Role.HUMAN_RIGHTS, Role.PIU_HEAD}
        ),
        Permission.WORK_CHILDREN: frozenset({Role.CHILD_SPECIALIST}),
        # Whoever stands before a confirmed person sees who travels along; specialists alone see who that is.
        Permission.READ_COMPANIONS: _MEETING | _CARING,
        Permission.MEET_COMPANION: _MEETING,
        Permission.WORK_COMPANIONS: _CARING,
        Permission.READ_DESK_CLOCKS: frozenset({Role.SUPERVISOR, Role.DUTY_SUPERVISOR, Role.PIU_HEAD}),
        Permission.DRAFT_STANDING_ORDER: frozenset({Role.SUPERVISOR}),
        Permission.APPROVE_STANDING_ORDER: frozenset({Role.LEGAL}),
        Permission.READ_STANDING_ORDERS: OVERSIGHT | {Role.SUPERVISOR, Role.LEGAL, Role.VERIFIER},
        Permission.PROPOSE_MATCHER: frozenset({Role.SUPERVISOR}),
        Permission.APPROVE_MATCHER: frozenset({Role.DPO, Role.LEGAL}),
        Permission.READ_MATCHER_APPROVALS: OVERSIGHT | {Role.SUPERVISOR, Role.LEGAL},
        Permission.IMPORT_LIST: frozenset({Role.LIST_STEWARD}),
        Permission.READ_WATCHLIST: OVERSIGHT
        | {Role.LIST_STEWARD, Role.APPROVER, Role.SUPERVISOR, Role.VERIFIER, Role.ADMIN},
        Permission.APPROVE_LIST: frozenset({Role.LIST_STEWARD, Role.APPROVER}),
        # The whole file as it came: for whoever imports lists, and whoever proves what a version was made of.
        Permission.READ_LIST_FILE: frozenset({Role.LIST_STEWARD, Role.AUDITOR}),
        # Entries name people: only those whose post is the list itself see them outside a hit.
        Permission.READ_ENTRIES: frozenset(
            {Role.LIST_STEWARD, Role.NOMINATOR, Role.APPROVER, Role.REVIEWER, Role.SUPERVISOR}
        ),
        Permission.NOMINATE_ENTRY: frozenset({Role.NOMINATOR}),
        Permission.READ_NOMINATIONS: frozenset({Role.NOMINATOR, Role.APPROVER, Role.LIST_STEWARD}),
        Permission.APPROVE_ENTRY: frozenset({Role.APPROVER}),
        Permission.REVIEW_ENTRY: frozenset({Role.REVIEWER, Role.SUPERVISOR}),
        Permission.READ_RENEWALS: frozenset(
            {Role.REVIEWER, Role.SUPERVISOR, Role.APPROVER, Role.LEGAL, Role.PIU_HEAD, Role.LIST_STEWARD}
        ),
        Permission.APPROVE_RENEWAL: frozenset({Role.APPROVER, Role.LEGAL, Role.PIU_HEAD}),
        Permission.PROPOSE_MERGE: frozenset({Role.LIST_STEWARD}),
        Permission.APPROVE_MERGE: frozenset({Role.APPROVER}),
        Permission.FRONT_LINE_CARDS: frozenset({Role.FRONT_LINE}),
        Permission.OPERATE: frozenset({Role.ADMIN}),
        Permission.CLEAR_TRAVELLER: frozenset({Role.SUPERVISOR, Role.LEGAL}),
        Permission.APPROVE_CLEARANCE: frozenset({Role.LEGAL, Role.DPO, Role.PIU_HEAD}),
        Permission.READ_CLEARED: OVERSIGHT | {Role.SUPERVISOR, Role.LEGAL},
        Permission.READ_FAIRNESS: OVERSIGHT | {Role.SUPERVISOR},
        Permission.IMPORT_FAIRNESS: frozenset({Role.SUPERVISOR, Role.DPO}),
        Permission.READ_SHARES: _SHARE_READERS,
        Permission.RECORD_INDIVIDUAL_RISK: frozenset({Role.HUMAN_RIGHTS}),
        Permission.PROPOSE_SHARE: frozenset({Role.SUPERVISOR, Role.LIAISON}),
        Permission.APPROVE_SHARE: frozenset({Role.LEGAL, Role.LIAISON}),
        Permission.READ_NOTICES: _SHARE_READERS,
        Permission.WRITE_VAULT: frozenset({Role.ASYLUM_OFFICER}),
        Permission.WORK_CONSULAR: frozenset({Role.SUPERVISOR, Role.DUTY_SUPERVISOR, Role.LEGAL}),
        Permission.READ_EXCHANGE: _SHARE_READERS | {Role.INDEPENDENT_AUTHORITY},
        Permission.WORK_EXCHANGE: frozenset({Role.LIAISON, Role.SUPERVISOR}),
        Permission.APPROVE_EXCHANGE: frozenset({Role.LEGAL, Role.LIAISON}),
        Permission.READ_AUDIT: OVERSIGHT,
        Permission.READ_OVERSIGHT: OVERSIGHT,
        Permission.ORDER_SUSPENSION: OVERSIGHT,
        # Whoever is stopped by an order of oversight reads it.
        Permission.READ_SUSPENSIONS: OVERSIGHT
        | {
            Role.SUPERVISOR,
            Role.DUTY_SUPERVISOR,
            Role.LEGAL,
            Role.HUMAN_RIGHTS,
            Role.LIAISON,
            Role.LIST_STEWARD,
            Role.APPROVER,
            Role.PIU_HEAD,
        },
        # An airline's own people see their own uploads and receipts there, and no page of the State's.
        Permission.USE_CONSOLE: STAFF | {Role.CARRIER},
    }
)

_OPERATIONAL: Final = frozenset(
    {
        Role.ANALYST,
        Role.VERIFIER,
        Role.SUPERVISOR,
        Role.DUTY_SUPERVISOR,
        Role.FRONT_LINE,
        Role.NOMINATOR,
        Role.APPROVER,
        Role.REVIEWER,
        Role.LIST_STEWARD,
        Role.LIAISON,
        Role.PIU_HEAD,
        Role.ADMIN,
    }
)


def is_forbidden_combination(roles: frozenset[Role]) -> bool:
    """Whether one account may not hold these roles together.

    Source: safeguards.md SG-27, role combinations of one account.
    """
    if Role.DPO in roles and roles & _OPERATIONAL:
        return True
    pairs = (
        {Role.NOMINATOR, Role.APPROVER},
        {Role.ANALYST, Role.AUDITOR},
        {Role.ADMIN, Role.ANALYST},
    )
    return any(pair <= roles for pair in pairs)
