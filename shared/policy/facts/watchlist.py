"""Facts of SG-11, SG-13 to SG-15 and SG-18: what may stand on a list, how long, and from which source."""

from collections.abc import Iterator

from shared.policy.facts.reading import (
    ABSENT,
    BEYOND_ANY_LIMIT,
    MISTYPED,
    Json,
    Request,
    Unread,
    as_integer,
    as_records,
    as_text,
    computed,
    counted,
    days_between,
    days_until,
    flag,
    integer,
    look,
    optional,
    optional_flag,
    optional_text,
    optional_texts,
    text,
    texts,
    thousandths,
)
from shared.policy.facts.rule import RuleFacts

_find_items = look("object.items")
_find_grounds = look("object.grounds")


def _texts_of(found_records: Json, name: str, null: str) -> list[str] | Unread:
    """The different texts that the records hold under one name; a record without it makes all unread."""
    records = as_records(found_records)
    if isinstance(records, Unread):
        return records
    found = set()
    for record in records:
        value = record.get(name, ABSENT)
        item = null if value is None else as_text(value)
        if isinstance(item, Unread):
            return MISTYPED
        found.add(item)
    return sorted(found)


def _grade_of(item: dict[str, Json]) -> str | Unread:
    """Source grade with information grade, such as `2B`; ungraded is 2 and D (SG-11)."""
    source, information = item.get("source_grade", ABSENT), item.get("info_grade", ABSENT)
    source_grade = 2 if source is None else as_integer(source)
    info_grade = "D" if information is None else as_text(information)
    if isinstance(source_grade, Unread) or isinstance(info_grade, Unread):
        return MISTYPED
    return f"{source_grade}{info_grade}"


def _item_grades(request: Request) -> list[str] | Unread:
    items = as_records(_find_items(request))
    if isinstance(items, Unread):
        return items
    found = set()
    for item in items:
        grade = _grade_of(item)
        if isinstance(grade, Unread):
            return MISTYPED
        found.add(grade)
    return sorted(found)


def _oldest_months(request: Request, *, without_revalidated: bool) -> int | Unread:
    """The age of the oldest item in complete months; an unknown age is beyond any limit."""
    items = as_records(_find_items(request))
    if isinstance(items, Unread):
        return items
    oldest = 0
    for item in items:
        months = item.get("age_months", ABSENT)
        revalidated = item.get("revalidated")
        age = BEYOND_ANY_LIMIT if months is None else as_integer(months)
        if isinstance(age, Unread) or not isinstance(revalidated, bool | None):
            return MISTYPED
        if not (without_revalidated and revalidated):
            oldest = max(oldest, age)
    return oldest


SG_11 = RuleFacts(
    "SG-11",
    ("wl.activate", "action.order", "share.send"),
    {
        "grades": computed("Set<String>", _item_grades),
        "kinds": computed("Set<String>", lambda request: _texts_of(_find_items(request), "kind", "")),
        "oldest_months": computed("Long", lambda request: _oldest_months(request, without_revalidated=False)),
    },
    {
        ("share.send",): {
            "oldest_months_not_revalidated": computed(
                "Long", lambda request: _oldest_months(request, without_revalidated=True)
            )
        }
    },
)


def _conduct_sources(grounds: list[dict[str, Json]]) -> Iterator[str | None]:
    """The sources of the grounds that speak of conduct and are graded 2/C or better."""
    for ground in grounds:
        grade = ground["grade"] or "2D"
        if ground["kind"] == "CONDUCT" and grade[:1] in "12" and grade[1:] in ("A", "B", "C"):
            yield ground["source"] or None


def _independent_conduct_grounds(request: Request) -> int | Unread:
    """How many different sources tell of this person's conduct, graded 2/C or better.

    Grounds with the same source count once, and all without a source are one source (SG-13).
    """
    grounds = as_records(_find_grounds(request))
    if isinstance(grounds, Unread):
        return grounds
    for name in ("kind", "grade", "source"):
        if isinstance(_texts_of(grounds, name, ""), Unread):
            return MISTYPED
    return len(set(_conduct_sources(grounds)))


SG_13 = RuleFacts(
    "SG-13",
    ("wl.activate",),
    {
        "category": text("object.category"),
        "ground_kinds": computed(
            "Set<String>", lambda request: _texts_of(_find_grounds(request), "kind", "")
        ),
        "ground_grades": computed(
            "Set<String>", lambda request: _texts_of(_find_grounds(request), "grade", "2D")
        ),
        "independent_conduct_grounds": computed("Long", _independent_conduct_grounds),
        "identifiers": texts("object.identifiers"),
        "nominator": text("context.nominator"),
        "approver": text("context.approver"),
        "review_date_set": flag("context.review_date_set", null=False),
        "offence_link": text("context.offence_link"),
    },
)

SG_14 = RuleFacts(
    "SG-14",
    ("screen.use_entry", "wl.activate", "wl.renew"),
    {
        "days_until_review": days_until("object.review_due"),
        "days_until_expiry": days_until("object.expires"),
    },
    {
        ("screen.use_entry",): {"status": text("object.status")},
        ("wl.activate", "wl.renew"): {
            "category": text("object.category"),
            "child": flag("object.child", null=True),
            "single_source": flag("object.single_source", null=True),
        },
        ("wl.renew",): {
            "days_from_activation_to_expiry": days_between("object.activated_at", "object.expires"),
            "reviewer": text("context.reviewer"),
            "nominator": text("context.nominator"),
            "grounds_still_exist": flag("context.grounds_still_exist", null=False),
        },
    },
)

SG_15 = RuleFacts(
    "SG-15",
    ("wl.activate",),
    {
        "person_key": text("object.person_key"),
        "removed_before": flag("context.removed_before", null=True),
        "same_entry": optional_flag("context.same_entry"),
        "removed_months_ago": integer("context.removed_months_ago", null=0),
        "grounds_hash_same": flag("context.grounds_hash_same", null=True),
    },
)


SG_18 = RuleFacts(
    "SG-18",
    ("wl.import", "wl.activate", "screen.use_entry"),
    {},
    {
        ("wl.import",): {
            "source": text("object.source"),
            "source_registered": flag("object.source_registered", null=False),
            "first_import": flag("object.first_import", null=True),
            "hash_ok": flag("object.hash_ok", null=False),
            "newer": flag("object.newer", null=False),
            # 20 percent or more is held: rounding toward zero keeps "or more" exact.
            "delta_pct_thousandths": thousandths("object.delta_pct", null=BEYOND_ANY_LIMIT, toward_zero=True),
            "regime": text("object.regime"),
            "allow_list": optional_texts("object.allow_list"),
            "approver_count": optional(counted("context.approvers"), 0),
        },
        ("wl.activate", "screen.use_entry"): {
            "source_kind": text("object.source_kind"),
            "notice_type": text("object.notice.type"),
            "terrorism_ground": flag("object.notice.terrorism_ground", null=False),
            "check_ref": optional_text("object.notice.check_ref"),
            "check_valid": flag("object.notice.valid", null=False),
            "check_political": flag("object.notice.political", null=True),
        },
    },
)
