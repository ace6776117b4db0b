"""The form of a nomination: from its fields to what screening takes, and from a draft back to its fields.

Lists of values are rows of like-named fields. A form that is not finished is drawn again with all its words
and, where asked for, one more row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.console.entry_words import birth_as_written, birth_of
from services.console.errors import FormFault
from services.console.page import MAX_CHOICES, Submitted
from services.console.watchlist_words import CATEGORIES, GROUND_KINDS, NOTICE_TYPES

MAX_ROWS_A_GROUP: Final = MAX_CHOICES
#: The fields of each group of rows, and how many empty rows a new form has.
GROUPS: Final[Mapping[str, tuple[tuple[str, ...], int]]] = {
    "name": (("text", "kind", "quality"), 2),
    "birth": (("when",), 1),
    "place": (("city", "country"), 1),
    "document": (("number", "type", "issuer"), 1),
    "ground": (("kind", "text", "source", "grade", "as_of", "is_fact"), 2),
}
SINGLES: Final = (
    "source_id",
    "entry_id",
    "nationalities",
    "sex",
    "category",
    "offence_link",
    "summary",
    "tear_line",
    "recommendation",
    "review_due",
    "expires",
    "best_interests_id",
    "child_specialist",
    "notice_type",
    "notice_terrorism",
    "notice_check_ref",
    "notice_valid",
    "notice_political",
)
_STATE_LETTERS: Final = 3
_YES_NO: Final = frozenset({"yes", "no"})

#: By what a row of a draft is the same row after a change.
_IDENTIFYING: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "names": lambda each: each["text"],
    "birth_dates": birth_as_written,
    "birth_places": lambda each: (each.get("city"), each.get("country")),
    "documents": lambda each: each["number"],
}

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form: single fields by name, rows by group."""

    fields: Mapping[str, str]
    rows: Mapping[str, list[Row]]


def blank(source_id: str = "", entry_id: str = "") -> Written:
    """A form that nobody wrote in yet; nothing is chosen."""
    fields = dict.fromkeys(SINGLES, "") | {"source_id": source_id, "entry_id": entry_id}
    rows = {group: [_empty(group) for _ in range(count)] for group, (_, count) in GROUPS.items()}
    return Written(fields, rows)


def written(form: Submitted, *, one_more: str = "") -> Written:
    """What a person wrote, with one more row of the group that they asked for.

    Raises:
        FormFault: A field is too long.
    """
    fields = {name: form.text(name) for name in SINGLES}
    rows = {group: _rows(form, group) for group in GROUPS}
    if one_more in GROUPS and len(rows[one_more]) < MAX_ROWS_A_GROUP:
        rows[one_more].append(_empty(one_more))
    return Written(fields, rows)


def from_draft(source_id: str, entry: Mapping[str, Any], terms: Mapping[str, Any], entry_id: str) -> Written:
    """A draft as its nominator goes on writing it; each group has an empty row more.

    Raises:
        FormFault: It has more rows than a form holds; its sheet changes it.
    """
    notice = terms.get("notice") or {}
    fields = dict.fromkeys(SINGLES, "")
    fields |= {name: str(terms.get(name) or "") for name in SINGLES if name in terms}
    fields |= {
        "source_id": source_id,
        "entry_id": entry_id,
        "nationalities": ", ".join(entry.get("nationalities") or ()),
        "sex": str(entry.get("sex") or ""),
        "notice_type": str(notice.get("type") or ""),
        "notice_check_ref": str(notice.get("check_ref") or ""),
    }
    for name, member in (("terrorism", "terrorism_ground"), ("valid", "valid"), ("political", "political")):
        fields[f"notice_{name}"] = ("yes" if notice[member] else "no") if member in notice else ""
    drafted = {
        "name": entry.get("names"),
        "birth": [{"when": birth_as_written(each)} for each in entry.get("birth_dates") or ()],
        "place": entry.get("birth_places"),
        "document": entry.get("documents"),
        "ground": [
            each | {"is_fact": "yes" if each.get("is_fact") else "no"} for each in terms.get("grounds") or ()
        ],
    }
    rows = {group: [*(_row(group, each) for each in drafted[group] or ()), _empty(group)] for group in GROUPS}
    if any(len(own) > MAX_ROWS_A_GROUP for own in rows.values()):
        raise FormFault(field="this draft is too long for the form; change it by its sheet")
    return Written(fields, rows)


def as_nomination(form: Written) -> dict[str, Any]:
    """The body that screening takes.

    Raises:
        FormFault: A field is missing or not written as the page says; the sentence names it.
    """
    fields = form.fields
    entry_id = fields["entry_id"]
    return {
        "source_id": _needed(fields, "source_id", "the source"),
        "entry": {} if entry_id else _entry(form),
        "entry_id": entry_id or None,
        "terms": _terms(form),
    }


def with_what_stood(entry: Mapping[str, Any], stood: Mapping[str, Any]) -> dict[str, Any]:
    """A changed entry with what the form does not ask for: notes, parts of names, addresses of the draft."""
    kept = {member: value for member, value in stood.items() if member not in entry}
    for member, identifying in _IDENTIFYING.items():
        before = {identifying(each): each for each in stood.get(member) or ()}
        kept[member] = [before.get(identifying(each), {}) | each for each in entry.get(member) or ()]
    return {**entry, **kept}


def _entry(form: Written) -> dict[str, Any]:
    names = [
        {"text": row["text"], "kind": row["kind"] or "PRIMARY", "quality": row["quality"] or "UNKNOWN"}
        for row in form.rows["name"]
        if row["text"]
    ]
    if not names:
        raise FormFault(field="write at least one name")
    sex = form.fields["sex"]
    return {
        "names": names,
        "birth_dates": [_birth(row["when"]) for row in form.rows["birth"] if row["when"]],
        "birth_places": [_place(row) for row in form.rows["place"] if row["city"] or row["country"]],
        "nationalities": [_state(each) for each in _listed(form.fields["nationalities"])],
        "sex": sex or None,
        "documents": [_document(row) for row in form.rows["document"] if row["number"]],
    }


def _terms(form: Written) -> dict[str, Any]:
    fields = form.fields
    grounds = [_ground(row) for row in form.rows["ground"] if row["text"]]
    if not grounds:
        raise FormFault(field="write at least one ground")
    if fields["category"] not in CATEGORIES:
        raise FormFault(field="choose the category")
    return {
        "category": fields["category"],
        "grounds": grounds,
        "offence_link": fields["offence_link"] or None,
        "summary": fields["summary"],
        "tear_line": _needed(fields, "tear_line", "the tear-line"),
        "recommendation": _needed(fields, "recommendation", "your recommendation"),
        "review_due": _needed(fields, "review_due", "the day of the first review"),
        "expires": _needed(fields, "expires", "the day on which the entry ends"),
        "best_interests_id": fields["best_interests_id"] or None,
        "child_specialist": fields["child_specialist"] or None,
        "notice": _notice(fields),
    }


def _notice(fields: Mapping[str, str]) -> dict[str, Any] | None:
    if not fields["notice_type"]:
        return None
    answers = [fields[f"notice_{name}"] for name in ("terrorism", "valid", "political")]
    if fields["notice_type"] not in NOTICE_TYPES or not _YES_NO.issuperset(answers):
        raise FormFault(field="answer every question about the INTERPOL notice")
    terrorism, valid, political = (answer == "yes" for answer in answers)
    return {
        "type": fields["notice_type"],
        "terrorism_ground": terrorism,
        "check_ref": fields["notice_check_ref"] or None,
        "valid": valid,
        "political": political,
    }


def _ground(row: Row) -> dict[str, Any]:
    if row["kind"] not in GROUND_KINDS:
        raise FormFault(field="choose what kind each ground is")
    return {
        "kind": row["kind"],
        "text": row["text"],
        "source": row["source"] or None,
        "grade": row["grade"].upper() or None,
        "is_fact": row["is_fact"] == "yes",
        "as_of": row["as_of"] or None,
    }


def _birth(text: str) -> dict[str, Any]:
    birth = birth_of(text)
    if birth is None:
        raise FormFault(field="write births as 1980-01-02, 1980-01, 1980, about 1980 or 1978-1981")
    return birth


def _place(row: Row) -> dict[str, Any]:
    return {"city": row["city"] or None, "country": _state(row["country"]) if row["country"] else None}


def _document(row: Row) -> dict[str, Any]:
    issuer = _state(row["issuer"]) if row["issuer"] else None
    return {"number": row["number"], "type": row["type"] or None, "issuer": issuer}


def _state(text: str) -> str:
    if len(text) != _STATE_LETTERS or not (text.isascii() and text.isalpha()):
        raise FormFault(field="write States as three letters, such as XBB")
    return text.upper()


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.replace(";", ",").split(",") if each.strip()]


def _needed(fields: Mapping[str, str], name: str, words: str) -> str:
    if not fields[name]:
        raise FormFault(field=f"{words} is missing")
    return fields[name]


def _rows(form: Submitted, group: str) -> list[Row]:
    """The rows of a group: the first field of each says how many there are."""
    members, _ = GROUPS[group]
    columns = {member: form.chosen(f"{group}_{member}") for member in members}
    count = min(MAX_ROWS_A_GROUP, max(len(column) for column in columns.values()))
    return [
        {
            member: column[place].strip()[:4000] if place < len(column) else ""
            for member, column in columns.items()
        }
        for place in range(count)
    ] or [_empty(group)]


def _row(group: str, value: Mapping[str, Any]) -> Row:
    return {member: str(value.get(member) or "") for member in GROUPS[group][0]}


def _empty(group: str) -> Row:
    return dict.fromkeys(GROUPS[group][0], "")
