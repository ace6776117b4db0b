"""A nomination as the draft of a listing proposal to the 1267 Committee: what its form asks for. Pure.

People complete and send it through their mission; nothing leaves this system by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.screening.watchlist.nomination import Nomination

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
        "form": "Draft of a listing proposal to the Committee under resolutions 1267, 1989 and 2253",
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
    }


def _of_kind(entry: Mapping[str, Any], kinds: set[str]) -> Sequence[Mapping[str, Any]]:
    return [name for name in entry.get("names") or () if name.get("kind") in kinds]
