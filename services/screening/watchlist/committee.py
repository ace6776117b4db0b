"""A nomination as the draft of a listing proposal to the 1267 Committee: what its form asks for. Pure.

People complete and send it through their mission; nothing leaves this system by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from services.screening.watchlist.committee_form import CommitteeForm, FormLine
from services.screening.watchlist.nomination import Ground, Nomination

_STYLE: Final = (
    "body{font:11pt/1.4 serif;max-width:48em;margin:2em auto}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #444;padding:.3em .6em;text-align:left;vertical-align:top}th{width:38%}"
)


def proposal_to_committee(nomination: Nomination, form: CommitteeForm, now: datetime) -> dict[str, Any]:
    """The draft, field by field; the nominator's internal recommendation and the grades are not in it.

    Source: S/RES/2396 para 42 (Member States propose names); S/RES/2368 para 51 (standard form, statement
    of case as detailed as possible, releasable but for what the State marks as confidential).
    """
    entry, terms = nomination.entry, nomination.terms
    return {
        "form": form.title,
        "headings": form.caution,
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
        "E_to_be_completed_by_the_mission": list(form.open_questions),
        "sections": [
            {
                "heading": heading,
                "lines": [{"label": label, "values": list(values)} for label, values in lines],
            }
            for heading, lines in standard_form(nomination, form)
        ],
    }


Line = tuple[str, Sequence[str]]


def standard_form(nomination: Nomination, form: CommitteeForm) -> list[tuple[str, list[Line]]]:
    """The draft under the headings of the form, in its order.

    What this State does not know stays empty and is not left out: the form asks for it.

    Source: S/RES/2368 paras 2, 51 and 52 (criteria, statement of case, identifying information); the
    Committee's guidelines, section 6, and the published procedures for listing.
    """
    terms = nomination.terms
    said = _identifying(nomination.entry) | {
        "offence": _text(terms.raw.get("offence_link")),
        "summary": _text(terms.raw.get("summary")),
    }
    many: dict[str, list[Line]] = {
        "criteria": [(criterion, ()) for criterion in form.criteria],
        "grounds": [(_stated(ground), [ground.text]) for ground in terms.grounds],
        "open_questions": [(question, ()) for question in form.open_questions],
    }
    return [
        (section.heading, [line for each in section.lines for line in _lines(each, said, many)])
        for section in form.sections
    ]


def _lines(line: FormLine, said: Mapping[str, Sequence[str]], many: Mapping[str, list[Line]]) -> list[Line]:
    if line.label is None:
        return many[str(line.value)]
    return [(line.label, said[line.value] if line.value is not None else ())]


def _identifying(entry: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """What identifies the person, by the names that the form uses."""
    primary = _of_kind(entry, {"PRIMARY"})
    aliases = _of_kind(entry, {"ALIAS", "FORMER"})
    addresses = entry.get("addresses") or ()
    states = (each.get("country") or each.get("country_text") for each in addresses)
    return {
        "surnames": [name["surname"] for name in primary if name.get("surname")],
        "given_names": [name["given_names"] for name in primary if name.get("given_names")],
        "names": [name["text"] for name in primary],
        "original_script": [name["text"] for name in _of_kind(entry, {"ORIGINAL_SCRIPT"})],
        "good_aliases": [each["text"] for each in aliases if each["quality"] != "LOW"],
        "low_aliases": [each["text"] for each in aliases if each["quality"] == "LOW"],
        "birth_dates": [_birth(each) for each in entry.get("birth_dates") or ()],
        "birth_places": [_place(each) for each in entry.get("birth_places") or ()],
        "nationalities": list(entry.get("nationalities") or ()),
        "residence": list(dict.fromkeys(state for state in states if state)),
        "passports": _documents(entry, "P"),
        "identity_cards": _documents(entry, "I"),
        "other_documents": _documents(entry, "VLO"),
        "addresses": [_place(each) for each in addresses],
        "sex": _text(entry.get("sex")),
    }


def as_html(nomination: Nomination, form: CommitteeForm, now: datetime) -> str:
    """The standard form as one page to be printed: no script, no style from elsewhere, every text escaped."""
    parts = [
        f"<h2>{escape(heading)}</h2><table>{''.join(_row(line) for line in lines)}</table>"
        for heading, lines in standard_form(nomination, form)
    ]
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(form.title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(form.title)}</h1>"
        f"<p>Drafted {escape(now.date().isoformat())}. Nothing was sent; the mission completes and sends it."
        f" {escape(form.caution)}</p>{''.join(parts)}</body></html>"
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
    """The documents of the kinds of these letters; a kind that nobody gave is another one."""
    return [_document(each) for each in entry.get("documents") or () if (each.get("type") or "O") in letters]


def _document(document: Mapping[str, Any]) -> str:
    """Number, State, and where and when it was issued, as far as they are known."""
    issuer = document.get("issuer") or document.get("issuer_text")
    said = f"{document['number']} ({issuer})" if issuer else str(document["number"])
    issued = " ".join(str(document[name]) for name in ("issued", "issued_at") if document.get(name))
    return f"{said}, issued {issued}" if issued else said


def _of_kind(entry: Mapping[str, Any], kinds: set[str]) -> Sequence[Mapping[str, Any]]:
    return [name for name in entry.get("names") or () if name.get("kind") in kinds]
