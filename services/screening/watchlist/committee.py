"""A nomination as the draft of a listing proposal to the 1267 Committee: what its form asks for. Pure.

People complete and send it through their mission; nothing leaves this system by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from services.screening.watchlist.nomination import Ground, Nomination

TITLE: Final = "Draft of a listing proposal to the Committee under resolutions 1267, 1989 and 2253"
#: The criteria of S/RES/2368 para 2; which of them are met is for the State to say, and stays open here.
_CRITERIA: Final = (
    "(a) participating in the financing, planning, facilitating, preparing or perpetrating of acts",
    "(b) supplying, selling or transferring arms and related materiel",
    "(c) recruiting for, or otherwise supporting acts or activities",
    "Owned or controlled by, or otherwise supporting, somebody listed",
)
_STYLE: Final = (
    "body{font:11pt/1.4 serif;max-width:48em;margin:2em auto}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #444;padding:.3em .6em;text-align:left;vertical-align:top}th{width:38%}"
)
_OPEN_QUESTIONS = (
    "May the Committee publish the statement of case, and may it name the designating State?",
    "Is an INTERPOL-UN Special Notice wanted? Attach a photograph if the law allows it.",
    "Which authority answers requests of the Ombudsperson, and within how many days?",
)


def proposal_to_committee(nomination: Nomination, now: datetime) -> dict[str, Any]:
    """The draft, field by field; the nominator's internal recommendation and the grades are not in it.

    Source: S/RES/2396 para 42 (Member States propose names); S/RES/2368 para 51 (standard form, statement
    of case as detailed as possible, releasable but for what the State marks as confidential).
    """
    entry, terms = nomination.entry, nomination.terms
    return {
        "form": TITLE,
        "drafted_at": now.isoformat(),
        "nomination_id": str(nomination.nomination_id),
        "A_identifiers": {
            "names": [name["text"] for name in _of_kind(entry, {"PRIMARY", "FORMER"})],
            "original_script": [name["text"] for name in _of_kind(entry, {"ORIGINAL_SCRIPT"})],
            "aliases": [
                {"text": name["text"], "quality": name["quality"]} for name in _of_kind(entry, {"ALIAS"})
            ],
            "birth_dates": list(entry.get("birth_dates") or ()),
            "birth_places": list(entry.get("birth_places") or ()),
            "nationalities": list(entry.get("nationalities") or ()),
            "sex": entry.get("sex"),
            "documents": list(entry.get("documents") or ()),
            "addresses": list(entry.get("addresses") or ()),
        },
        "B_basis_for_listing": {"category": terms.category, "offence": terms.raw.get("offence_link")},
        "C_statement_of_case": [
            {
                "kind": ground.kind,
                "text": ground.text,
                "stated_as": "fact" if ground.is_fact else "assessment",
                "as_of": None if ground.as_of is None else ground.as_of.isoformat(),
            }
            for ground in terms.grounds
        ],
        "D_releasable_summary": terms.raw.get("summary") or None,
        "E_to_be_completed_by_the_mission": list(_OPEN_QUESTIONS),
        "sections": [
            {
                "heading": heading,
                "lines": [{"label": label, "values": list(values)} for label, values in lines],
            }
            for heading, lines in standard_form(nomination)
        ],
    }


Line = tuple[str, Sequence[str]]


def standard_form(nomination: Nomination) -> list[tuple[str, list[Line]]]:
    """The draft under the headings of the Committee's standard form for individuals, in its order.

    What this State does not know stays empty and is not left out: the form asks for it. The headings are to
    be compared with the form in force before anything is sent.

    Source: S/RES/2368 paras 2, 51 and 52 (criteria, statement of case, identifying information).
    """
    terms = nomination.terms
    offence = _text(terms.raw.get("offence_link"))
    return [
        ("I. Identifying information", _identifying(nomination.entry)),
        (
            "II. Basis for listing",
            [*((criterion, ()) for criterion in _CRITERIA), ("Offence in national law", offence)],
        ),
        ("III. Statement of case", [(_stated(ground), [ground.text]) for ground in terms.grounds]),
        (
            "IV. Release of the statement of case",
            [("Releasable summary", _text(terms.raw.get("summary")))],
        ),
        ("V. To be completed by the mission", [(question, ()) for question in _OPEN_QUESTIONS]),
    ]


def _identifying(entry: Mapping[str, Any]) -> list[Line]:
    """Section I: what identifies the person, line by line."""
    aliases = _of_kind(entry, {"ALIAS", "FORMER"})
    return [
        ("Name", [name["text"] for name in _of_kind(entry, {"PRIMARY"})]),
        ("Name in original script", [name["text"] for name in _of_kind(entry, {"ORIGINAL_SCRIPT"})]),
        ("Good quality a.k.a.", [each["text"] for each in aliases if each["quality"] != "LOW"]),
        ("Low quality a.k.a.", [each["text"] for each in aliases if each["quality"] == "LOW"]),
        ("Date of birth", [_birth(each) for each in entry.get("birth_dates") or ()]),
        ("Place of birth", [_place(each) for each in entry.get("birth_places") or ()]),
        ("Nationality", list(entry.get("nationalities") or ())),
        ("Passport number", _documents(entry, "P")),
        ("National identification number", _documents(entry, "I")),
        ("Other documents", _documents(entry, "VLO")),
        ("Address", [_place(each) for each in entry.get("addresses") or ()]),
        ("Gender", _text(entry.get("sex"))),
        ("Photograph, fingerprints", ()),
    ]


def as_html(nomination: Nomination, now: datetime) -> str:
    """The standard form as one page to be printed: no script, no style from elsewhere, every text escaped."""
    parts = [
        f"<h2>{escape(heading)}</h2><table>{''.join(_row(line) for line in lines)}</table>"
        for heading, lines in standard_form(nomination)
    ]
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(TITLE)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(TITLE)}</h1>"
        f"<p>Drafted {escape(now.date().isoformat())}. Nothing was sent; the mission completes it, checks"
        f" the headings against the form in force, and sends it.</p>{''.join(parts)}</body></html>"
    )


def _row(line: Line) -> str:
    label, values = line
    cell = "<br>".join(escape(value) for value in values) or "&#9744;"
    return f'<tr><th scope="row">{escape(label)}</th><td>{cell}</td></tr>'


def _text(value: str | None) -> list[str]:
    return [value] if value else []


def _stated(ground: Ground) -> str:
    kind = "Fact" if ground.is_fact else "Assessment"
    return kind if ground.as_of is None else f"{kind}, as of {ground.as_of.isoformat()}"


def _birth(birth: Mapping[str, Any]) -> str:
    if birth.get("kind") == "EXACT":
        return str(birth["date"])
    if birth.get("kind") == "BETWEEN":
        return f"between {birth['from_year']} and {birth['to_year']}"
    return f"about {birth['year']}" if birth.get("kind") == "APPROXIMATE" else str(birth["year"])


def _place(place: Mapping[str, Any]) -> str:
    parts = (place.get(name) for name in ("street", "city", "region", "country", "country_text"))
    return ", ".join(str(part) for part in parts if part)


def _documents(entry: Mapping[str, Any], letters: str) -> list[str]:
    """Numbers with their States, of the kinds of these letters; a kind that nobody gave is another one."""
    found = [each for each in entry.get("documents") or () if (each.get("type") or "O") in letters]
    issuers = [each.get("issuer") or each.get("issuer_text") for each in found]
    return [
        f"{each['number']} ({issuer})" if issuer else str(each["number"])
        for each, issuer in zip(found, issuers, strict=True)
    ]


def _of_kind(entry: Mapping[str, Any], kinds: set[str]) -> Sequence[Mapping[str, Any]]:
    return [name for name in entry.get("names") or () if name.get("kind") in kinds]
