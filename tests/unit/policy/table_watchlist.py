"""Tables of SG-11 and SG-13 to SG-21: lists, children, those beside, redress, rights."""

from collections.abc import Mapping

from tests.unit.policy.table import EARLIER, LATER, NOW, REMOVED, Branch, branch

_ITEM = {"source_grade": 1, "info_grade": "A", "kind": "FACT", "age_months": 24}
_NOTICE = "object.notice."
_HARM = "context.harm."


def _items(**changes: object) -> dict[str, object]:
    return {"object.items": [{**_ITEM, **changes}]}


def _grounds(*grounds: Mapping[str, object]) -> dict[str, object]:
    return {"object.grounds": list(grounds)}


_CONDUCT = {"kind": "CONDUCT", "grade": "1A", "source": "S1"}
_SECOND = {"kind": "CONDUCT", "grade": "2C", "source": "S2"}

BRANCHES: tuple[Branch, ...] = (
    branch(
        "SG-11",
        "a graded item",
        {"action": "share.send", "object.items": [_ITEM]},
        refused={
            "no item": ({"object.items": []}, "NO_ITEMS"),
            "items null": ({"object.items": None}, "NO_ITEMS"),
            "suspected false": (_items(info_grade="E"), "UNRELIABLE_SOURCE"),
            "3C": (_items(source_grade=3, info_grade="C"), "UNRELIABLE_SOURCE"),
            "3, ungraded information": (_items(source_grade=3, info_grade=None), "UNRELIABLE_SOURCE"),
            "unknown grade": (_items(source_grade=4), "UNRELIABLE_SOURCE"),
            "unknown kind": (_items(kind="RUMOUR"), "UNRELIABLE_SOURCE"),
            "kind null": (_items(kind=None), "UNRELIABLE_SOURCE"),
            "25 months": (_items(age_months=25), "STALE"),
            "age unknown": (_items(age_months=None), "STALE"),
            "an item without age": ({"object.items": [{"source_grade": 1}]}, "FACT_MISSING"),
            "an item that is none": ({"object.items": ["1A"]}, "FACT_MISSING"),
            "revalidated in words": (_items(revalidated="yes"), "FACT_MISSING"),
        },
        permitted={
            "ungraded": _items(source_grade=None, info_grade=None),
            "3B": _items(source_grade=3, info_grade="B"),
            "one good beside one false": {"object.items": [{**_ITEM, "info_grade": "E"}, _ITEM]},
            "old and revalidated": _items(age_months=30, revalidated=True),
            "old on a list": {"action": "wl.activate", **_items(age_months=30)},
        },
    ),
    branch(
        "SG-13",
        "a suspicion with two grounds",
        {
            "action": "wl.activate",
            "object.category": "REASONABLY_SUSPECTED",
            "object.grounds": [_CONDUCT, _SECOND],
            "object.identifiers": ["name", "date_of_birth"],
            "context.nominator": "a1",
            "context.approver": "a2",
            "context.review_date_set": True,
            "context.offence_link": "Penal Code art. 141a",
        },
        refused={
            "unknown category": ({"object.category": "ODD"}, "CATEGORY"),
            "no grounds": ({"object.grounds": []}, "GROUNDS"),
            "one ground": (_grounds(_CONDUCT), "GROUNDS"),
            "one source twice": (_grounds(_CONDUCT, {**_SECOND, "source": "S1"}), "GROUNDS"),
            "two of no source": (
                _grounds({**_CONDUCT, "source": None}, {**_SECOND, "source": None}),
                "GROUNDS",
            ),
            "second is ungraded": (_grounds(_CONDUCT, {**_SECOND, "grade": None}), "GROUNDS"),
            "second is 3A": (_grounds(_CONDUCT, {**_SECOND, "grade": "3A"}), "GROUNDS"),
            "grade in other words": (
                _grounds(_CONDUCT, _SECOND, {**_SECOND, "grade": "good"}),
                "GROUNDS",
            ),
            "kinship beside": (
                _grounds(_CONDUCT, _SECOND, {**_CONDUCT, "kind": "KINSHIP"}),
                "PROTECTED_GROUND",
            ),
            "unknown kind beside": (_grounds(_CONDUCT, _SECOND, {**_CONDUCT, "kind": "ODD"}), "GROUNDS"),
            "no offence": ({"context.offence_link": None}, "OFFENCE_LINK"),
            "name only": ({"object.identifiers": ["name"]}, "IDENTIFIERS"),
            "no name": ({"object.identifiers": ["date_of_birth", "doc_number"]}, "IDENTIFIERS"),
            "year and one": ({"object.identifiers": ["name", "birth_year", "nationality"]}, "IDENTIFIERS"),
            "same person": ({"context.approver": "a1"}, "SAME_PERSON"),
            "no approver": ({"context.approver": None}, "SAME_PERSON"),
            "no review date": ({"context.review_date_set": None}, "NO_REVIEW_DATE"),
            "a ground without source": (
                _grounds(_CONDUCT, {"kind": "CONDUCT", "grade": "1A"}),
                "FACT_MISSING",
            ),
            "grounds of another type": ({"object.grounds": "conduct"}, "FACT_MISSING"),
        },
        permitted={
            "one source and one of none": _grounds(_CONDUCT, {**_SECOND, "source": None}),
            "convicted on one ground": {
                "object.category": "CONVICTED",
                "context.offence_link": REMOVED,
                **_grounds({"kind": "COURT", "grade": "3E", "source": None}),
            },
            "document": {"object.identifiers": ["name", "doc_number"]},
            "year, birthplace, nationality": {
                "object.identifiers": ["name", "birth_year", "place_of_birth", "nationality"]
            },
            "year, birthplace, biometric": {
                "object.identifiers": ["name", "birth_year", "place_of_birth", "biometric"]
            },
            "year, nationality, biometric": {
                "object.identifiers": ["name", "birth_year", "biometric", "nationality"]
            },
        },
    ),
    branch(
        "SG-14",
        "a live entry is used",
        {
            "action": "screen.use_entry",
            "object.status": "ACTIVE",
            "object.review_due": LATER,
            "object.expires": "2029-01-01",
            "now": NOW,
        },
        refused={
            "review overdue": ({"object.review_due": EARLIER}, "REVIEW_OVERDUE"),
            "review due now": ({"object.review_due": NOW}, "REVIEW_OVERDUE"),
            "no review": ({"object.review_due": None}, "REVIEW_OVERDUE"),
            "expired": ({"object.expires": EARLIER}, "EXPIRED"),
            "no end": ({"object.expires": None}, "EXPIRED"),
            "suspended": ({"object.status": "SUSPENDED"}, "NOT_ACTIVE"),
            "date in words": ({"object.expires": "next year"}, "FACT_MISSING"),
            "a time without zone": ({"object.expires": "2029-01-01T00:00:00"}, "FACT_MISSING"),
            "a week date": ({"object.expires": "2029-W01-1"}, "FACT_MISSING"),
        },
        permitted={"under review": {"object.status": "UNDER_REVIEW"}},
    ),
    branch(
        "SG-14",
        "activation for a year",
        {
            "action": "wl.activate",
            "object.category": "CONVICTED",
            "object.child": False,
            "object.single_source": False,
            "object.review_due": "2027-06-01",
            "object.expires": "2031-06-01",
            "now": "2026-06-01T00:00:00Z",
        },
        refused={
            "366 days": ({"object.review_due": "2027-06-02"}, "PERIOD_TOO_LONG"),
            "five years and a day": ({"object.expires": "2031-06-02"}, "PERIOD_TOO_LONG"),
            "a child for a year": ({"object.child": True}, "PERIOD_TOO_LONG"),
            "unknown whether a child": ({"object.child": None}, "PERIOD_TOO_LONG"),
            "single source for a year": ({"object.single_source": True}, "PERIOD_TOO_LONG"),
            "unknown category": ({"object.category": "ODD"}, "PERIOD_TOO_LONG"),
            "overdue": ({"object.review_due": EARLIER}, "REVIEW_OVERDUE"),
        },
        permitted={
            "a child for 183 days": {"object.child": True, "object.review_due": "2026-12-01"},
            "single source for 183 days": {"object.single_source": True, "object.review_due": "2026-12-01"},
            "UN-listed for two years": {
                "object.category": "UN_1267_LISTED",
                "object.review_due": "2028-05-31",
                "object.single_source": True,
            },
        },
    ),
    branch(
        "SG-14",
        "renewal",
        {
            "action": "wl.renew",
            "object.category": "CONVICTED",
            "object.child": False,
            "object.single_source": False,
            "object.review_due": "2026-12-01",
            "object.expires": "2028-06-01",
            "object.activated_at": "2023-06-02",
            "context.reviewer": "a3",
            "context.nominator": "a1",
            "context.grounds_still_exist": True,
            "now": NOW,
        },
        refused={
            "reviewed by the nominator": ({"context.reviewer": "a1"}, "RENEWAL_NOT_FRESH"),
            "no reviewer": ({"context.reviewer": None}, "RENEWAL_NOT_FRESH"),
            "grounds gone": ({"context.grounds_still_exist": False}, "RENEWAL_NOT_FRESH"),
            "beyond five years": ({"object.activated_at": "2023-05-31"}, "PERIOD_TOO_LONG"),
            "activation unknown": ({"object.activated_at": None}, "PERIOD_TOO_LONG"),
        },
    ),
    branch(
        "SG-15",
        "a person never removed",
        {"action": "wl.activate", "object.person_key": "P9", "context.removed_before": False},
        refused={"nobody": ({"object.person_key": ""}, "READD_SAME_GROUNDS")},
    ),
    branch(
        "SG-15",
        "new grounds after a removal",
        {
            "action": "wl.activate",
            "object.person_key": "P9",
            "context.removed_before": True,
            "context.removed_months_ago": 5,
            "context.grounds_hash_same": False,
        },
        refused={
            "the same grounds": ({"context.grounds_hash_same": True}, "READD_SAME_GROUNDS"),
            "grounds unknown": ({"context.grounds_hash_same": None}, "READD_SAME_GROUNDS"),
            "the entry itself": ({"context.same_entry": True}, "RESURRECTED"),
        },
        permitted={
            "the same after a year": {
                "context.grounds_hash_same": True,
                "context.removed_months_ago": 12,
            }
        },
    ),
    branch(
        "SG-16",
        "an adult",
        {"action": "share.send", "object.subject_age": 18},
        refused={
            "of unknown age, it seems a child": (
                {"object.subject_age": None, "object.minor_evidence": True, "object.purpose": "TERR_TRAVEL"},
                "CHILD_PROTECTED",
            )
        },
        permitted={"of unknown age": {"object.subject_age": None, "object.minor_evidence": False}},
    ),
    branch(
        "SG-16",
        "a child's listing by a court",
        {
            "action": "wl.activate",
            "object.subject_age": 14,
            "object.category": "CONVICTED",
            "context.best_interests_id": "BI-1",
            "context.child_specialist": "cs1",
            "context.review_months": 6,
        },
        optional=("context.best_interests_id", "context.child_specialist", "context.review_months"),
        refused={
            "under fourteen": ({"object.subject_age": 13}, "UNDER_14"),
            "age not even estimated": (
                {"object.subject_age": None, "object.minor_evidence": None},
                "UNDER_14",
            ),
            "a suspicion": ({"object.category": "REASONABLY_SUSPECTED"}, "CHILD_PROTECTED"),
            "no assessment": ({"context.best_interests_id": REMOVED}, "BEST_INTERESTS_MISSING"),
            "no specialist": ({"context.child_specialist": ""}, "BEST_INTERESTS_MISSING"),
            "review in seven months": ({"context.review_months": 7}, "BEST_INTERESTS_MISSING"),
            "no review": ({"context.review_months": None}, "BEST_INTERESTS_MISSING"),
        },
        permitted={"renewal": {"action": "wl.renew"}},
    ),
    branch(
        "SG-16",
        "a share that protects the child",
        {
            "action": "share.send",
            "object.subject_age": 5,
            "object.purpose": "CHILD_PROTECTION",
            "context.best_interests_id": "BI-1",
            "context.child_specialist": "cs1",
        },
        optional=("context.best_interests_id", "context.child_specialist"),
        refused={
            "for another purpose": ({"object.purpose": "TERR_TRAVEL"}, "CHILD_PROTECTED"),
            "without assessment": ({"context.best_interests_id": None}, "BEST_INTERESTS_MISSING"),
        },
        permitted={
            "under a court's order": {"object.purpose": "TERR_TRAVEL", "context.court_order_ref": "CO-1"}
        },
    ),
    branch(
        "SG-16",
        "a measure for a child",
        {"action": "action.order", "object.subject_age": 17, "object.kind": "REFER_CHILD"},
        refused={"advice against boarding": ({"object.kind": "BOARDING_ADVICE"}, "CHILD_PROTECTED")},
    ),
    branch(
        "SG-17",
        "a suspect is named",
        {
            "action": "share.send",
            "object.named_persons": [{"category": "SUSPECT"}],
            "object.co_traveller_count": 0,
        },
        refused={
            "an associate": ({"object.named_persons": [{"category": "WITNESS"}]}, "NON_SUSPECT_NAMED"),
            "no category": ({"object.named_persons": [{"category": None}]}, "NON_SUSPECT_NAMED"),
            "count unknown": ({"object.co_traveller_count": None}, "NON_SUSPECT_NAMED"),
            "a person without category": ({"object.named_persons": [{}]}, "FACT_MISSING"),
            "protective in words": (
                {"object.named_persons": [{"category": "VICTIM", "protective": "yes"}]},
                "FACT_MISSING",
            ),
        },
        permitted={
            "nobody": {"object.named_persons": []},
            "a victim, to protect": {"object.named_persons": [{"category": "VICTIM", "protective": True}]},
        },
    ),
    branch(
        "SG-17",
        "a suspect is listed",
        {"action": "wl.nominate", "object.person_category": "SUSPECT"},
        refused={
            "a witness": ({"object.person_category": "WITNESS"}, "NON_SUSPECT_LISTED"),
            "unknown": ({"object.person_category": None}, "NON_SUSPECT_LISTED"),
        },
    ),
    branch(
        "SG-17",
        "a measure against a suspect",
        {"action": "action.order", "object.kind": "OBSERVE", "object.person_category": "CONVICTED"},
        refused={"against a victim": ({"object.person_category": "VICTIM"}, "NON_SUSPECT_ACTION")},
        permitted={
            "a referral": {"object.kind": "REFER_VICTIM", "object.person_category": REMOVED},
        },
    ),
    branch(
        "SG-18",
        "an import",
        {
            "action": "wl.import",
            "object.source": "UN_SC",
            "object.source_registered": True,
            "object.first_import": False,
            "object.hash_ok": True,
            "object.newer": True,
            "object.delta_pct": 19.9999,
            "object.regime": "Al-Qaida",
        },
        refused={
            "unregistered": ({"object.source_registered": False}, "SOURCE_NOT_VERIFIED"),
            "hash differs": ({"object.hash_ok": None}, "SOURCE_NOT_VERIFIED"),
            "older": ({"object.newer": False}, "SOURCE_NOT_VERIFIED"),
            "another regime": ({"object.regime": "DPRK"}, "REGIME_NOT_TERRORISM"),
            "regime null": ({"object.regime": None, "object.source": "DEMO"}, "REGIME_NOT_TERRORISM"),
            "OFAC on drugs": (
                {"object.source": "OFAC_SDN", "object.regime": "SDNT"},
                "REGIME_NOT_TERRORISM",
            ),
            "no allow-list": ({"object.source": "DEMO"}, "REGIME_NOT_TERRORISM"),
            "first import": ({"object.first_import": True}, "HOLD_REVIEW"),
            "a fifth more": ({"object.delta_pct": 20}, "HOLD_REVIEW"),
            "a fifth fewer": ({"object.delta_pct": -20.0}, "HOLD_REVIEW"),
            "change unknown": ({"object.delta_pct": None}, "HOLD_REVIEW"),
            "released by one": (
                {"object.first_import": True, "context.approvers": ["u1", "u1"]},
                "HOLD_REVIEW",
            ),
            "change of another type": ({"object.delta_pct": "1"}, "FACT_MISSING"),
            "change beyond all": ({"object.delta_pct": 1e300}, "FACT_MISSING"),
        },
        permitted={
            "released by two": {"object.first_import": True, "context.approvers": ["u1", "u2"]},
            "OFAC on terrorism": {"object.source": "OFAC_SDN", "object.regime": "SDGT"},
            "its own allow-list": {"object.source": "DEMO", "object.allow_list": ["Al-Qaida"]},
        },
    ),
    branch(
        "SG-18",
        "an entry of a national source",
        {"action": "screen.use_entry", "object.source_kind": "NATIONAL"},
        refused={
            "commercial": ({"object.source_kind": "COMMERCIAL"}, "SOURCE_NOT_VERIFIED"),
            "unknown": ({"object.source_kind": None}, "SOURCE_NOT_VERIFIED"),
        },
    ),
    branch(
        "SG-18",
        "a checked red notice",
        {
            "action": "wl.activate",
            "object.source_kind": "INTERPOL",
            _NOTICE + "type": "RED",
            _NOTICE + "terrorism_ground": True,
            _NOTICE + "check_ref": "CH-1",
            _NOTICE + "valid": True,
            _NOTICE + "political": False,
        },
        optional=(_NOTICE + "check_ref",),
        refused={
            "no terrorism ground": ({_NOTICE + "terrorism_ground": False}, "NOTICE_NOT_USABLE"),
            "unchecked": ({_NOTICE + "check_ref": REMOVED}, "NOTICE_NOT_USABLE"),
            "no longer valid": ({_NOTICE + "valid": False}, "NOTICE_NOT_USABLE"),
            "political": ({_NOTICE + "political": None}, "NOTICE_NOT_USABLE"),
            "missing person": ({_NOTICE + "type": "YELLOW"}, "NOTICE_NOT_USABLE"),
            "unknown colour": ({_NOTICE + "type": "PINK"}, "NOTICE_NOT_USABLE"),
        },
        permitted={
            "blue": {
                _NOTICE + "type": "BLUE",
                _NOTICE + "valid": REMOVED,
                _NOTICE + "political": REMOVED,
            }
        },
    ),
    branch(
        "SG-19",
        "a claim is cleared",
        {
            "action": "redress.decide",
            "object.outcome": "CLEARED",
            "object.reasons": "different document number",
            "context.handler": "r1",
            "context.original_reviewers": ["u7"],
        },
        refused={
            "by a reviewer": ({"context.handler": "u7"}, "HANDLER_NOT_INDEPENDENT"),
            "by nobody": ({"context.handler": None}, "HANDLER_NOT_INDEPENDENT"),
            "without reasons": ({"object.reasons": ""}, "NO_REASONS"),
            "another outcome": ({"object.outcome": "IGNORED"}, "HANDLER_NOT_INDEPENDENT"),
        },
        permitted={"late": {"context.day": 400}, "nobody worked on it": {"context.original_reviewers": []}},
    ),
    branch(
        "SG-19",
        "a listing is upheld",
        {
            "action": "redress.decide",
            "object.outcome": "UPHELD",
            "object.reasons": "grounds confirmed",
            "context.handler": "r1",
            "context.original_reviewers": ["u7"],
            "context.countersigned_by": "INDEPENDENT_AUTHORITY",
            "context.appeal_body": "Court of X",
            "context.day": 30,
        },
        optional=("context.countersigned_by", "context.appeal_body"),
        refused={
            "not countersigned": ({"context.countersigned_by": "DPO"}, "NOT_COUNTERSIGNED"),
            "no appeal": ({"context.appeal_body": REMOVED}, "NO_APPEAL_NAMED"),
            "day 31": ({"context.day": 31}, "UPHELD_TOO_LATE"),
            "day unknown": ({"context.day": None}, "UPHELD_TOO_LATE"),
            "day 61, extended": ({"context.day": 61, "context.extended": True}, "UPHELD_TOO_LATE"),
            "urgent, day 2": (
                {"context.day": 2, "context.urgent": True, "context.extended": True},
                "UPHELD_TOO_LATE",
            ),
        },
        permitted={
            "day 60, extended": {"context.day": 60, "context.extended": True},
            "urgent, at once": {"context.day": 1, "context.urgent": True},
        },
    ),
    branch(
        "SG-20",
        "granted",
        {
            "action": "subject.answer",
            "object.type": "ACCESS",
            "object.result": "GRANTED",
            "context.identity_verified": True,
        },
        refused={
            "who asks is unknown": ({"context.identity_verified": None}, "IDENTITY_NOT_VERIFIED"),
            "another type": ({"object.type": "COPY"}, "REFUSAL_WITHOUT_GROUND"),
            "another result": ({"object.result": "LATER"}, "REFUSAL_WITHOUT_GROUND"),
        },
    ),
    branch(
        "SG-20",
        "refused in part",
        {
            "action": "subject.answer",
            "object.type": "ACCESS",
            "object.result": "REFUSED_PARTLY",
            "object.ground": "SOURCE_PROTECTION",
            "object.record_ids": ["R1"],
            "context.identity_verified": True,
            "context.dpo_review": "D-1",
            "context.expires_days": 183,
        },
        refused={
            "no ground": ({"object.ground": ""}, "REFUSAL_WITHOUT_GROUND"),
            "two records": ({"object.record_ids": ["R1", "R2"]}, "BLANKET_REFUSAL"),
            "no record": ({"object.record_ids": []}, "BLANKET_REFUSAL"),
            "184 days": ({"context.expires_days": 184}, "REFUSAL_TOO_LONG"),
            "no day": ({"context.expires_days": 0}, "REFUSAL_TOO_LONG"),
            "no review": ({"context.dpo_review": None}, "NO_DPO_REVIEW"),
        },
    ),
    branch(
        "SG-21",
        "the carrier tells passengers",
        {"action": "ingest.accept", "context.carrier_notice_confirmed": True},
        refused={"not confirmed": ({"context.carrier_notice_confirmed": None}, "CARRIER_NOTICE_MISSING")},
    ),
    branch(
        "SG-21",
        "a justified deferral",
        {
            "action": "notify.defer",
            _HARM + "would_jeopardise": True,
            _HARM + "reason": "arrest planned",
            _HARM + "until_days": 180,
            _HARM + "decided_by": "u2",
            _HARM + "second": "u3",
        },
        refused={
            "no harm": ({_HARM + "would_jeopardise": False}, "DEFERRAL_NOT_JUSTIFIED"),
            "no reason": ({_HARM + "reason": ""}, "DEFERRAL_NOT_JUSTIFIED"),
            "nobody decided": ({_HARM + "decided_by": None}, "DEFERRAL_NOT_JUSTIFIED"),
            "181 days": ({_HARM + "until_days": 181}, "DEFERRAL_TOO_LONG"),
            "0 days": ({_HARM + "until_days": 0}, "DEFERRAL_TOO_LONG"),
            "no second": ({_HARM + "second": None}, "NO_SECOND_PERSON"),
            "the same": ({_HARM + "second": "u2"}, "NO_SECOND_PERSON"),
        },
        permitted={
            "danger to the person": {_HARM + "would_jeopardise": False, _HARM + "would_endanger": True}
        },
    ),
)
