"""The closed lists of the catalogue, word by word: what is in is accepted, what is protected is refused.

Source: safeguards catalogue §4a, and the lists in the safeguards' own text.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.policy.actions import (
    ACTIONS,
    DATA_CLASSES,
    OPERATIONAL_PURPOSES,
    ORDER_KINDS,
    PROTECTED_ATTRIBUTES,
    PROXIES,
    PURPOSES,
    SENSITIVE_FIELDS,
)
from shared.policy.engine import PolicyEngine
from shared.security.roles import Role
from tests.unit.policy.table import NOW, changed
from tests.unit.policy.tables import BRANCHES

_BY_NAME = {(branch.rule_id, branch.name): branch.request for branch in BRANCHES}
_ROLES = tuple(Role)
_READING_ROLES = tuple(role for role in _ROLES if role not in ("ADMIN", "CARRIER"))
# What a failing engine never stops (SG-45).
_PROTECTIVE_ACTIONS = ("wl.remove", "record.mask", "record.erase", "oversight.suspend", "exchange.control")
_PROTECTIVE_TRANSITIONS = ("SUPPRESSED", "NOT_A_MATCH", "RECALLED", "ENTRY_REMOVED")
_OVERSIGHT = ("INDEPENDENT_AUTHORITY", "DPO", "COURT", "AUDITOR")
_MASKED_ELEMENTS = [
    "names",
    "surname",
    "given_names",
    "co_traveller_names",
    "date_of_birth",
    "document",
    "doc_number",
    "address",
    "phone",
    "email",
    "contact",
    "payment",
    "frequent_flyer",
    "remarks",
    "doc_issuer",
    "doc_expiry",
    "nationality",
    "sex",
    "birth_place",
    "residence",
]
_N_MIN = [
    "names",
    "date_of_birth",
    "document",
    "nationality",
    "flight",
    "event",
    "list_reference",
    "action_taken",
    "verification_level",
    "category",
    "tear_line",
    "contact",
]
_NEVER = (
    *SENSITIVE_FIELDS,
    *["payment_card", "contacts_of_others", "pnr_history", "internal_remarks", "source_identity"],
    *["asylum_facts", "co_traveller_names", "scores", "payment"],
)
_SET_OF_NO_FIELDS = [
    "PNR_REQUEST",
    "IDENTITY_QUERY",
    "IDENTITY_ANSWER",
    "WL_REMOVE",
    "WL_DECISION",
    "CORRECT",
    "RECALL",
    "ACK",
    "DONE",
    "CONSENT_REQUEST",
    "CONSENT",
    "EMERGENCY",
    "REVIEW_RESULT",
    "SUSPEND",
    "RESUME",
    "STATS",
]
_OPERATIONAL_ROLES = [
    "ANALYST",
    "VERIFIER",
    "SUPERVISOR",
    "DUTY_SUPERVISOR",
    "FRONT_LINE",
    "NOMINATOR",
    "APPROVER",
    "REVIEWER",
    "LIST_STEWARD",
    "LIAISON",
    "PIU_HEAD",
    "ADMIN",
]
_FREE_ORDERS = ("CONTACT_NOMINATOR", "REFER_CHILD", "REFER_VICTIM", "REFER_ASYLUM")
_IN_A_LIST = True

# Safeguard, branch, fact, whether the fact is a list, what is accepted, what is refused.
_LISTS: tuple[tuple[str, str, str, bool, tuple[str, ...] | list[str], tuple[str, ...] | list[str]], ...] = (
    ("SG-02", "a published law in force", "object.data_class", False, DATA_CLASSES, ("",)),
    ("SG-03", "a run under a standing order", "object.scope", False, ("flight", "route", "bulk"), ("all",)),
    ("SG-04", "a message of the profile", "object.data_class", False, ("API", "PNR"), ("WL_ENTRY",)),
    ("SG-05", "no sensitive field", "object.fields", _IN_A_LIST, ("names",), SENSITIVE_FIELDS),
    (
        "SG-06",
        "a decision with grounds in conduct",
        "context.grounds",
        _IN_A_LIST,
        ("sex",),
        (*PROTECTED_ATTRIBUTES, "nationality"),
    ),
    (
        "SG-08",
        "an order on a verified hit",
        "object.kind",
        False,
        tuple(kind for kind in ORDER_KINDS if kind != "BOARDING_HOLD"),
        ("", "BOARDING_HOLD"),
    ),
    (
        "SG-08",
        "an order on a verified hit",
        "object.hit_state",
        False,
        ("CONFIRMED", "ACTIONED", "FEEDBACK"),
        ("CONFIRMED_DOCUMENT", "IN_REVIEW", "RECALLED"),
    ),
    (
        "SG-08",
        "a share on a verified hit",
        "object.hit_state",
        False,
        ("CONFIRMED", "CONFIRMED_DOCUMENT", "ACTIONED", "FEEDBACK"),
        ("IN_REVIEW", "RECALLED"),
    ),
    (
        "SG-10",
        "name, full birth date, birthplace",
        "context.comparison.alias_quality",
        False,
        ("Good", "Unknown"),
        ("Low",),
    ),
    (
        "SG-10",
        "name, full birth date, birthplace",
        "context.comparison.nationality",
        False,
        ("agree", "disagree", "missing"),
        ("odd",),
    ),
    (
        "SG-10",
        "name, full birth date, birthplace",
        "context.comparison.biometric",
        False,
        ("agree", "disagree", "missing"),
        ("odd",),
    ),
    (
        "SG-13",
        "a suspicion with two grounds",
        "object.category",
        False,
        ("UN_1267_LISTED", "CONVICTED", "CHARGED_OR_WARRANT", "REASONABLY_SUSPECTED"),
        ("",),
    ),
    (
        "SG-14",
        "activation for a year",
        "object.category",
        False,
        ("UN_1267_LISTED", "CONVICTED", "CHARGED_OR_WARRANT", "REASONABLY_SUSPECTED"),
        ("",),
    ),
    ("SG-14", "a live entry is used", "object.status", False, ("ACTIVE", "UNDER_REVIEW"), ("DRAFT",)),
    (
        "SG-16",
        "a child's listing by a court",
        "object.category",
        False,
        ("UN_1267_LISTED", "CONVICTED", "CHARGED_OR_WARRANT"),
        ("REASONABLY_SUSPECTED",),
    ),
    (
        "SG-17",
        "a suspect is listed",
        "object.person_category",
        False,
        ("SUSPECT", "CONVICTED"),
        ("ASSOCIATE_NOT_SUSPECT", "VICTIM", "WITNESS", "UNRELATED"),
    ),
    (
        "SG-17",
        "a measure against a suspect",
        "object.person_category",
        False,
        ("SUSPECT", "CONVICTED"),
        ("ASSOCIATE_NOT_SUSPECT", "WITNESS"),
    ),
    (
        "SG-18",
        "an entry of a national source",
        "object.source_kind",
        False,
        ("UN", "NATIONAL", "PARTNER", "REGIONAL"),
        ("COMMERCIAL", "CROWD"),
    ),
    (
        "SG-18",
        "a checked red notice",
        "object.notice.type",
        False,
        ("RED", "BLUE", "GREEN", "ORANGE", "PURPLE", "UN"),
        ("YELLOW", "BLACK"),
    ),
    ("SG-19", "a claim is cleared", "object.outcome", False, ("CLEARED", "CORRECTED", "REMOVED"), ("",)),
    ("SG-20", "refused in part", "object.type", False, ("ACCESS", "RECTIFY", "ERASE", "RESTRICT"), ("",)),
    ("SG-20", "refused in part", "object.result", False, ("GRANTED", "REFUSED", "REFUSED_PARTLY"), ("",)),
    (
        "SG-20",
        "refused in part",
        "object.ground",
        False,
        ("ONGOING_INVESTIGATION", "SAFETY_OF_ANOTHER", "SOURCE_PROTECTION"),
        ("CONVENIENCE",),
    ),
    ("SG-22", "a young record", "object.data_class", False, DATA_CLASSES, ()),
    (
        "SG-22",
        "behind the mask with a grant",
        "context.reident_grant.authority_type",
        False,
        ("COURT", "INDEPENDENT_ADMIN"),
        ("DPO",),
    ),
    ("SG-25", "a narrow hold", "context.ordered_by", False, ("COURT", "PROSECUTOR"), ("POLICE",)),
    (
        "SG-26",
        "a member of the open case",
        "actor.roles",
        _IN_A_LIST,
        tuple(role for role in _READING_ROLES if role != "FRONT_LINE"),
        ("ADMIN", "CARRIER", "FRONT_LINE", "odd"),
    ),
    (
        "SG-27",
        "two persons in two roles",
        "context.author_role",
        False,
        tuple(role for role in _ROLES if role != "DPO"),
        ("odd", "DPO"),
    ),
    ("SG-27", "a role is granted", "object.roles_after", _IN_A_LIST, _ROLES, ("odd",)),
    (
        "SG-28",
        "twenty records into the case",
        "object.destination",
        False,
        ("CASE_FILE", "COURT", "OVERSIGHT"),
        ("PARTNER_FEED", "REMOVABLE_MEDIA", "EMAIL", "TEST_SYSTEM"),
    ),
    (
        "SG-29",
        "a designated authority",
        "context.recipient.kind",
        False,
        ["PIU", "NCB", "POLICE", "BORDER", "CUSTOMS", "PROSECUTOR", "COURT", "CONSULAR", "OVERSIGHT"],
        ("MILITARY", "INTELLIGENCE", "POLITICAL"),
    ),
    (
        "SG-29",
        "a designated authority",
        "context.recipient.status",
        False,
        ("ACTIVE",),
        ("PENDING", "SUSPENDED", "REVOKED"),
    ),
    ("SG-31", "a notice of the minimum", "object.fields", _IN_A_LIST, _N_MIN, _NEVER),
    ("SG-32", "an item is used", "context.use", False, ("READ",), ("ACTION", "DETENTION", "EVIDENCE")),
    ("SG-39", "an emergency", "context.declared_by_role", False, ("SUPERVISOR", "DUTY_SUPERVISOR"), ("DPO",)),
    (
        "SG-39",
        "an emergency",
        "context.relax",
        _IN_A_LIST,
        ("SG-09", "SG-24", "SG-30", "SG-33"),
        ("SG-01", "SG-06", "SG-08", "SG-16", "SG-34", "SG-35"),
    ),
    (
        "SG-40",
        "one to one",
        "context.hit_state",
        False,
        ("POSSIBLE_MATCH", "IN_REVIEW", "AWAITING_SECOND", "INCONCLUSIVE"),
        ("CONFIRMED", "CLOSED"),
    ),
    ("SG-40", "one to one", "object.mode", False, ("1:1",), ("1:N_LIVE", "EMOTION", "GAIT")),
    ("SG-41", "the log is read by oversight", "actor.roles", _IN_A_LIST, _OVERSIGHT, ("ANALYST",)),
    ("SG-42", "oversight reads", "actor.roles", _IN_A_LIST, _OVERSIGHT, ("ANALYST",)),
    (
        "SG-42",
        "oversight reads",
        "object.kind",
        False,
        ["DECISION_RECORD", "STATEMENT", "LOG", "RULE", "AGREEMENT", "STATISTICS"],
        ("PERSONAL_RECORD",),
    ),
    ("SG-42", "oversight suspends", "object.kind", False, ("RULE", "ENTRY", "PARTNER"), ("HIT",)),
    ("SG-42", "an officer acts", "actor.roles", _IN_A_LIST, ("SUPERVISOR", "PIU_HEAD"), _OVERSIGHT),
    (
        "SG-42",
        "a setting leaves oversight alone",
        "object.oversight_effect",
        False,
        ("",),
        ("BLOCK", "FILTER", "ALERT"),
    ),
)


def _accepted() -> Iterator[object]:
    for rule_id, name, path, in_a_list, accepted, _ in _LISTS:
        for value in accepted:
            put = [value] if in_a_list else value
            yield pytest.param(rule_id, name, {path: put}, id=f"{rule_id} | {path} {value}")


def _refused() -> Iterator[object]:
    for rule_id, name, path, in_a_list, _, refused in _LISTS:
        for value in refused:
            put = [value] if in_a_list else value
            yield pytest.param(rule_id, name, {path: put}, id=f"{rule_id} | {path} {value or 'empty'}")


@pytest.mark.parametrize(("rule_id", "name", "changes"), tuple(_accepted()))
def test_word_of_the_list_is_accepted(
    engine: PolicyEngine, rule_id: str, name: str, changes: dict[str, Any]
) -> None:
    assert engine.judge(rule_id, changed(_BY_NAME[rule_id, name], changes)).reasons == ()


@pytest.mark.parametrize(("rule_id", "name", "changes"), tuple(_refused()))
def test_word_outside_the_list_is_refused(
    engine: PolicyEngine, rule_id: str, name: str, changes: dict[str, Any]
) -> None:
    assert not engine.judge(rule_id, changed(_BY_NAME[rule_id, name], changes)).permits


def _purpose_permits(purpose: str, action: str) -> bool:
    """The purpose table of §4a, read a second time."""
    if purpose in OPERATIONAL_PURPOSES:
        return not action.startswith("oversight.") and action not in ("subject.answer", "redress.decide")
    return action in {
        "OVERSIGHT": (
            "oversight.read",
            "oversight.suspend",
            "oversight.lift_suspension",
            "record.read",
            "record.export",
        ),
        "SUBJECT_RIGHTS": ("subject.answer", "notify.defer", "record.read"),
        "REDRESS": ("redress.decide", "cleared.add", "record.read"),
        "CHILD_PROTECTION": ("share.send", "action.order", "record.read"),
        "VITAL_INTEREST": ("emergency.declare", "share.send", "reident.execute", "record.read"),
    }.get(purpose, ())


@pytest.mark.parametrize("purpose", [*PURPOSES, "odd"])
@pytest.mark.parametrize("action", ACTIONS)
def test_purpose_table(engine: PolicyEngine, purpose: str, action: str) -> None:
    request = {
        "action": action,
        "purpose": {"code": purpose, "case_id": "C-1"},
        "object": {"purpose_tag": "TERRORISM"},
        "context": {"emergency_id": "E-1"},
    }

    assert engine.judge("SG-01", request).permits == _purpose_permits(purpose, action)


@pytest.mark.parametrize("scope", ["person", "flight", "route", "bulk"])
@pytest.mark.parametrize(
    "name", ["a run under a standing order", "a hit is confirmed under a standing order"]
)
def test_what_reaches_beyond_one_person_needs_a_second(engine: PolicyEngine, name: str, scope: str) -> None:
    wide = changed(_BY_NAME["SG-03", name], {"object.scope": scope})

    assert engine.judge("SG-03", wide).permits
    assert engine.judge("SG-03", changed(wide, {"context.approver": "u1"})).permits == (scope == "person")
    assert engine.judge("SG-03", changed(wide, {"context.expires": NOW})).permits == (scope == "person")


_CASE_ACTIONS = (
    "record.read",
    "record.export",
    "share.send",
    "action.order",
    "reident.execute",
    "biometric.compare",
)


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("action", ACTIONS)
def test_case_is_asked_where_the_catalogue_says(engine: PolicyEngine, purpose: str, action: str) -> None:
    request = {"action": action, "purpose": {"code": purpose, "case_id": ""}}
    needs_case = purpose in (*OPERATIONAL_PURPOSES, "SUBJECT_RIGHTS", "REDRESS")

    reasons = engine.judge("SG-01", request).reasons

    assert ("SG-01.NO_CASE" in reasons) == (needs_case and action in _CASE_ACTIONS)


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("action", ["record.read", "record.export", "share.send", "action.order"])
def test_closed_case_refuses_where_a_case_is_asked(engine: PolicyEngine, purpose: str, action: str) -> None:
    share = changed(
        _BY_NAME["SG-03", "a share with its statement"],
        {"action": action, "purpose.code": purpose, "context.case_open": False},
    )
    needs_case = purpose in (*OPERATIONAL_PURPOSES, "SUBJECT_RIGHTS", "REDRESS")

    assert ("SG-03.CASE_CLOSED" in engine.judge("SG-03", share).reasons) == needs_case


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("rule_id", ["SG-41", "SG-45"])
def test_protective_actions_alone_need_neither_log_nor_bundle(
    engine: PolicyEngine, rule_id: str, action: str
) -> None:
    assert engine.judge(rule_id, {"action": action}).permits == (action in _PROTECTIVE_ACTIONS)


@pytest.mark.parametrize("to", [*_PROTECTIVE_TRANSITIONS, "CONFIRMED", "CLOSED"])
@pytest.mark.parametrize("rule_id", ["SG-41", "SG-45"])
def test_protective_transitions_need_neither_log_nor_bundle(
    engine: PolicyEngine, rule_id: str, to: str
) -> None:
    verdict = engine.judge(rule_id, {"action": "hit.transition", "object": {"to": to}})

    assert verdict.permits == (to in _PROTECTIVE_TRANSITIONS)


@pytest.mark.parametrize("kind", ORDER_KINDS)
def test_order_without_hit_or_second_reviewer(engine: PolicyEngine, kind: str) -> None:
    order = {"action": "action.order", "object": {"kind": kind}}

    assert engine.judge("SG-08", order).permits == (kind in _FREE_ORDERS)
    assert engine.judge("SG-09", order).permits == (
        kind in (*_FREE_ORDERS, "BOARDING_HOLD", "DOCUMENT_CHECK")
    )
    assert engine.judge("SG-17", order).permits == (kind in (*_FREE_ORDERS, "DOCUMENT_CHECK"))


@pytest.mark.parametrize("kind", _FREE_ORDERS)
def test_free_order_reads_no_verification(engine: PolicyEngine, kind: str) -> None:
    order = changed(
        _BY_NAME["SG-08", "an order on a verified hit"],
        {
            "object.kind": kind,
            "object.hit_state": "CONFIRMED_DOCUMENT",
            "context.human_verification": {
                "reviewer": "",
                "role": "ANALYST",
                "seconds_open": 0,
                "compared_fields": [],
                "reasons": "",
                "after_last_change": False,
            },
        },
    )

    assert engine.judge("SG-08", order).reasons == ()


@pytest.mark.parametrize("kind", [*_FREE_ORDERS, "BOARDING_HOLD", "DOCUMENT_CHECK"])
def test_order_of_one_reads_no_second(engine: PolicyEngine, kind: str) -> None:
    order = changed(
        _BY_NAME["SG-09", "two on an order"],
        {
            "object.kind": kind,
            "context.second": "u7",
            "context.second_blind": False,
            "context.same_outcome": False,
            "context.reports_to_first": True,
        },
    )

    assert engine.judge("SG-09", order).reasons == ()
    assert engine.judge("SG-09", changed(order, {"context.second": None})).reasons == ()


@pytest.mark.parametrize(
    "field", [*PROTECTED_ATTRIBUTES, *PROXIES, "nationality", "birth_country", "sex", "age"]
)
def test_rule_on_what_people_are_is_refused(engine: PolicyEngine, field: str) -> None:
    rule = changed(
        _BY_NAME["SG-06", "a rule on behaviour"],
        {
            "object.predicates": [
                {"field": field, "op": "is", "value": "x"},
                {"field": "route_pattern", "op": "is", "value": "x"},
            ]
        },
    )

    reasons = engine.judge("SG-06", rule).reasons

    assert ("SG-06.PROTECTED_ATTRIBUTE" in reasons) == (field in PROTECTED_ATTRIBUTES)
    assert ("SG-06.PROXY" in reasons) == (field in PROXIES)
    assert "SG-06.NATIONALITY_ALONE" in reasons


@pytest.mark.parametrize("fields", [("nationality",), ("birth_country",), ("sex",), ("age",)])
def test_rule_of_these_four_alone_is_refused_beside_an_entry_too(
    engine: PolicyEngine, fields: tuple[str, ...]
) -> None:
    predicates = [{"field": field, "op": "equals_entry", "value": "E-1"} for field in fields]
    rule = changed(_BY_NAME["SG-06", "a rule on behaviour"], {"object.predicates": predicates})

    assert engine.judge("SG-06", rule).reasons == ("SG-06.NATIONALITY_ALONE",)


@pytest.mark.parametrize(
    "grade", [f"{source}{information}" for source in (1, 2, 3) for information in "ABCDE"]
)
def test_grades(engine: PolicyEngine, grade: str) -> None:
    item = {"source_grade": int(grade[0]), "info_grade": grade[1], "kind": "ASSESSMENT", "age_months": 0}
    share = changed(_BY_NAME["SG-11", "a graded item"], {"object.items": [item]})
    grounds = [{"kind": "CONDUCT", "grade": kept, "source": kept} for kept in (grade, "1A", "2B")]
    listing = changed(_BY_NAME["SG-13", "a suspicion with two grounds"], {"object.grounds": grounds})

    assert engine.judge("SG-11", share).permits == (grade[1] != "E" and grade not in ("3C", "3D"))
    assert engine.judge("SG-13", listing).permits

    good = {**item, "source_grade": 1, "info_grade": "A"}
    both = changed(share, {"object.items": [item, good]})

    assert engine.judge("SG-11", both).permits


@pytest.mark.parametrize(
    "grade", [f"{source}{information}" for source in (1, 2, 3) for information in "ABCDE"]
)
def test_second_ground_is_graded_2c_or_better(engine: PolicyEngine, grade: str) -> None:
    grounds = [{"kind": "CONDUCT", "grade": kept, "source": f"of {kept}"} for kept in (grade, "1A")]
    grounds[1]["source"] = "another"
    listing = changed(_BY_NAME["SG-13", "a suspicion with two grounds"], {"object.grounds": grounds})

    assert engine.judge("SG-13", listing).permits == (grade[0] in "12" and grade[1] in "ABC")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        *[(kind, None) for kind in ("CONDUCT", "COURT", "UN_LISTING", "WARRANT")],
        *[
            (kind, "SG-13.PROTECTED_GROUND")
            for kind in ["KINSHIP", "ASSOCIATION", "BELIEF", "SPEECH", "PROTEST", "JOURNALISM", "NATIONALITY"]
        ],
        ("odd", "SG-13.GROUNDS"),
    ],
)
def test_ground_kinds(engine: PolicyEngine, kind: str, code: str | None) -> None:
    listing = changed(
        _BY_NAME["SG-13", "a suspicion with two grounds"],
        {"object.category": "CONVICTED", "object.grounds": [{"kind": kind, "grade": "1A", "source": "S"}]},
    )

    assert engine.judge("SG-13", listing).reasons == (
        (*sorted(("SG-13.CRITERIA_NOT_MET", code)),) if code else ()
    )


@pytest.mark.parametrize("element", [*_MASKED_ELEMENTS, "flight", "itinerary", "booking_date"])
@pytest.mark.parametrize("data_class", ["PNR", "PNR_MASKED", "API"])
def test_masked_elements(engine: PolicyEngine, element: str, data_class: str) -> None:
    read = changed(
        _BY_NAME["SG-22", "a young record"],
        {"object.element": element, "object.state": "MASKED", "object.data_class": data_class},
    )

    assert engine.judge("SG-22", read).permits == (element not in _MASKED_ELEMENTS)


@pytest.mark.parametrize("role", _ROLES)
def test_roles_that_the_data_protection_officer_never_holds(engine: PolicyEngine, role: str) -> None:
    grant = changed(_BY_NAME["SG-27", "a role is granted"], {"object.roles_after": ["DPO", role]})

    assert engine.judge("SG-27", grant).permits == (role not in _OPERATIONAL_ROLES)


@pytest.mark.parametrize("role", _READING_ROLES)
def test_front_line_with_another_role_reads_the_file(engine: PolicyEngine, role: str) -> None:
    read = changed(_BY_NAME["SG-26", "a member of the open case"], {"actor.roles": ["FRONT_LINE", role]})

    assert engine.judge("SG-26", read).permits == (role != "FRONT_LINE")


@pytest.mark.parametrize("role", _ROLES)
def test_oversight_reads_without_a_case(engine: PolicyEngine, role: str) -> None:
    read = changed(
        _BY_NAME["SG-26", "a member of the open case"],
        {
            "actor.roles": [role],
            "purpose": {"code": "OVERSIGHT"},
            "context.case_open": False,
            "context.member": False,
        },
    )

    assert engine.judge("SG-26", read).permits == (role in _OVERSIGHT)


@pytest.mark.parametrize("attribute", PROTECTED_ATTRIBUTES)
def test_search_by_what_people_are(engine: PolicyEngine, attribute: str) -> None:
    search = {"keys": ["surname", attribute], "wildcard_only": False, "target": "ORDINARY"}
    read = changed(_BY_NAME["SG-26", "a member of the open case"], {"context.search": search})

    assert "SG-26.SEARCH_NOT_ALLOWED" in engine.judge("SG-26", read).reasons


@pytest.mark.parametrize("target", ["ORDINARY", "SELF", "COLLEAGUE", "PUBLIC_FIGURE"])
@pytest.mark.parametrize("member", [True, False])
def test_search_for_particular_people(engine: PolicyEngine, target: str, member: bool) -> None:
    search = {"keys": ["surname"], "wildcard_only": False, "target": target}
    read = changed(
        _BY_NAME["SG-26", "a member of the open case"],
        {
            "context.search": search,
            "context.member": member,
            "context.duty_desk": True,
            "context.flight_offset_h": 24,
        },
    )

    assert engine.judge("SG-26", read).permits == (member or target == "ORDINARY")


@pytest.mark.parametrize("destination", ["PARTNER_FEED", "REMOVABLE_MEDIA", "EMAIL", "TEST_SYSTEM", "COURT"])
def test_court_order_opens_every_known_destination(engine: PolicyEngine, destination: str) -> None:
    export = changed(
        _BY_NAME["SG-28", "twenty records into the case"],
        {"object.destination": destination, "context.court_order_ref": "CO-1", "object.rows": 9000},
    )

    assert engine.judge("SG-28", export).permits


@pytest.mark.parametrize("kind", ["MILITARY", "INTELLIGENCE", "POLITICAL"])
def test_body_that_the_agreement_names(engine: PolicyEngine, kind: str) -> None:
    share = changed(
        _BY_NAME["SG-29", "a designated authority"],
        {"context.recipient.kind": kind, "context.agreement.names_recipient": True},
    )

    assert engine.judge("SG-29", share).permits


_SETS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "notice": ({"object.message_type": "NOTIFY"}, _N_MIN),
    "detained, abroad": (
        {"object.message_type": "NOTIFY", "object.event": "DETAINED"},
        [*_N_MIN, "place_type", "legal_basis_class"],
    ),
    "detained, at home": (
        {
            "object.message_type": "NOTIFY",
            "object.event": "DETAINED",
            "context.recipient.scope": "NATIONAL",
        },
        [*_N_MIN, "place_type", "legal_basis_class", "consular_status"],
    ),
    "feedback": (
        {"object.message_type": "FEEDBACK"},
        ["message_ref", "same_person", "identifiers", "measure_class", "corrections"],
    ),
    "nomination": (
        {"object.message_type": "WL_NOMINATE"},
        ["identifiers", "category", "grounds_summary", "grade", "review_date", "handling_code", "tear_line"],
    ),
    "answer": (
        {"object.message_type": "PNR_RESPONSE"},
        ["names", "document", "itinerary", "ticketing_date", "agency", "locator"],
    ),
    "answer under order": (
        {"object.message_type": "PNR_RESPONSE", "context.court_order_ref": "CO-1"},
        ["names", "document", "itinerary", "ticketing_date", "agency", "locator", "contact", "payment"],
    ),
}
_ALL_FIELDS = sorted({field for _, fields in _SETS.values() for field in fields})


@pytest.mark.parametrize("field", _ALL_FIELDS)
@pytest.mark.parametrize("name", _SETS)
def test_minimum_sets(engine: PolicyEngine, name: str, field: str) -> None:
    changes, minimum = _SETS[name]
    share = changed(
        _BY_NAME["SG-31", "a notice of the minimum"],
        {**changes, "object.fields": [minimum[0], field], "object.requested_fields": _ALL_FIELDS},
    )

    assert engine.judge("SG-31", share).permits == (field in minimum)


@pytest.mark.parametrize("message_type", _SET_OF_NO_FIELDS)
def test_messages_without_fields(engine: PolicyEngine, message_type: str) -> None:
    share = changed(
        _BY_NAME["SG-31", "a notice of the minimum"],
        {"object.message_type": message_type, "object.fields": [], "object.requested_fields": []},
    )

    assert engine.judge("SG-31", share).permits
    assert not engine.judge("SG-31", changed(share, {"object.fields": ["names"]})).permits


@pytest.mark.parametrize("field", _NEVER)
def test_field_that_no_reason_opens(engine: PolicyEngine, field: str) -> None:
    share = changed(
        _BY_NAME["SG-31", "a notice of the minimum"],
        {
            "object.fields": ["names", field],
            "context.extra_fields": {field: "because"},
            "context.author": "u1",
            "context.second_reviewer": "u2",
        },
    )

    assert engine.judge("SG-31", share).reasons == ("SG-31.FIELDS_NOT_MINIMUM", "SG-31.NEVER_SHARED")


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ("no-onward", {}),
        ("no-evidence", {}),
        ("no-detention", {}),
        ("contact-before-action", {}),
        ("delete-by", {"object.delete_by": "2026-06-02", "now": NOW}),
    ],
)
def test_conditions_that_travel_along(engine: PolicyEngine, condition: str, more: dict[str, Any]) -> None:
    share = changed(_BY_NAME["SG-32", "within the code"], {"object.conditions": [condition], **more})

    assert engine.judge("SG-32", share).permits
    assert not engine.judge("SG-32", changed(share, {"object.conditions": [condition, "odd"]})).permits


@pytest.mark.parametrize("use", ["ACTION", "DETENTION"])
def test_contact_before_action(engine: PolicyEngine, use: str) -> None:
    item = changed(
        _BY_NAME["SG-32", "an item is used"],
        {"object.conditions": ["contact-before-action"], "context.use": use},
    )

    assert engine.judge("SG-32", item).reasons == ("SG-32.CONDITION_EXCLUDES", "SG-32.HANDLING_CODE")
    assert engine.judge("SG-32", changed(item, {"context.originator_contacted": True})).permits


@pytest.mark.parametrize("status", ["APPLICANT", "REFUGEE", "STATELESS"])
@pytest.mark.parametrize(
    "changes",
    [
        {"context.recipient_state": "XDD", "context.nationality": []},
        {"context.nationality": ["XBB"]},
        {"context.channel": "BROADCAST"},
        {"object.fields": ["asylum_facts"]},
        {"object.fields": ["address"]},
        {"object.fields": ["route"]},
    ],
)
def test_protected_statuses(engine: PolicyEngine, status: str, changes: dict[str, Any]) -> None:
    notice = changed(
        _BY_NAME["SG-35", "an applicant, to a third State"], {"object.subject_protection": status}
    )

    assert engine.judge("SG-35", notice).permits
    assert engine.judge("SG-35", changed(notice, changes)).reasons == ("SG-35.PROTECTED_PERSON",)
    assert engine.judge("SG-35", changed(notice, {**changes, "object.subject_protection": "NONE"})).permits


def test_feared_state_at_home_is_not_judged(engine: PolicyEngine) -> None:
    notice = changed(
        _BY_NAME["SG-35", "an applicant, to a third State"],
        {"context.recipient_state": "XDD", "context.recipient.scope": "NATIONAL"},
    )

    assert engine.judge("SG-35", notice).permits


@pytest.mark.parametrize("status", ["APPLICANT", "REFUGEE", "STATELESS"])
@pytest.mark.parametrize("addressee", ["CONSULATE", "UNHCR", "PROTECTING_POWER"])
def test_who_may_hear_of_a_protected_person(engine: PolicyEngine, status: str, addressee: str) -> None:
    notice = changed(
        _BY_NAME["SG-36", "the person wants it"],
        {"context.protection": status, "object.addressee": addressee},
    )

    assert engine.judge("SG-36", notice).permits == (addressee != "CONSULATE")
    assert engine.judge("SG-36", changed(notice, {"context.protection": "NONE"})).permits
    assert not engine.judge(
        "SG-36", changed(notice, {"context.person_wish": "NO", "context.mandatory_treaty": True})
    ).permits


@pytest.mark.parametrize("removed", ["C1", "C2", "C3", "C4"])
def test_fallback_needs_each_caveat(engine: PolicyEngine, removed: str) -> None:
    share = changed(
        _BY_NAME["SG-30", "an agreement in force"],
        {
            "context.agreement": None,
            "context.fallback": "2396-N-MIN",
            "context.legal_approver": "l1",
            "context.caveats": [caveat for caveat in ("C1", "C2", "C3", "C4") if caveat != removed],
        },
    )

    assert engine.judge("SG-30", share).reasons == (
        "SG-30.FALLBACK_INCOMPLETE",
        "SG-30.NO_AGREEMENT_IN_FORCE",
    )
