"""The request and answer shape of the OpenSanctions match API, read into our words and back. Pure.

A client of that API states a person in FollowTheMoney properties; what we compare of them is here, and what
we do not know is refused rather than passed over.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.screening.query.ask import Answered
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import Sex, Traveller
from shared.travel.states import normalise_state, short_code

PERSON_SCHEMATA: Final = frozenset({"Person", "LegalEntity"})
MAX_NAMES: Final = 10
_NAMES: Final = ("name", "alias", "previousName", "weakAlias")
_GIVEN: Final = ("firstName", "middleName", "secondName", "fatherName")
_STATES: Final = ("nationality", "citizenship")
_DOCUMENTS: Final = {"passportNumber": "P", "idNumber": "I"}
_SEX: Final = {"male": "M", "m": "M", "female": "F", "f": "F"}
_GENDER: Final = {Sex.MALE: "male", Sex.FEMALE: "female"}

Properties = Mapping[str, Sequence[str]]


def travellers_of(properties: Properties) -> list[Traveller]:
    """The person of a query, once for each of the names: no name is passed over.

    Raises:
        ValueError: No name, more than `MAX_NAMES`, or a date that is none.
    """
    facts = _facts(properties)
    names = _names(properties)
    if not 1 <= len(names) <= MAX_NAMES:
        raise ValueError("a person has 1 to 10 names")
    return [
        Traveller.from_json({**facts, "surname": surname, "given_names": given}) for surname, given in names
    ]


def _names(properties: Properties) -> list[tuple[str, str | None]]:
    names: list[tuple[str, str | None]] = []
    last = " ".join(properties.get("lastName") or ())
    given = " ".join(part for key in _GIVEN for part in properties.get(key) or ())
    if last:
        names.append((last, given or None))
    elif given:
        names.append((given, None))
    names += [(text, None) for key in _NAMES for text in properties.get(key) or () if text.strip()]
    return list(dict.fromkeys(names))


def _facts(properties: Properties) -> dict[str, Any]:
    states = [
        state for key in _STATES for each in properties.get(key) or () if (state := normalise_state(each))
    ]
    sexes = [_SEX.get(each.lower()) for each in properties.get("gender") or ()]
    born = sorted(properties.get("birthDate") or (), key=len, reverse=True)
    return {
        "birth_date": next(iter(born), None),
        "sex": next(iter(sexes), None),
        "nationality": next(iter(states), None),
        "birth_place": _birth_place(properties),
        "documents": [
            {"type": kind, "number": number}
            for key, kind in _DOCUMENTS.items()
            for number in properties.get(key) or ()
        ],
    }


def _birth_place(properties: Properties) -> dict[str, Any] | None:
    city = next(iter(properties.get("birthPlace") or ()), None)
    country = next(map(normalise_state, properties.get("birthCountry") or ()), None)
    return {"city": city, "country": country} if city or country else None


def result_of(answered: Answered, threshold: float) -> dict[str, Any]:
    """A match as that API shows one; `match` is whether the score reaches the asker's threshold."""
    entry = WatchlistEntry.from_json(answered.entry.body)
    names = [name.text for name in entry.names]
    evidence = answered.matched.evidence
    properties: dict[str, list[str]] = {
        "name": names[:1],
        "alias": names[1:],
        "birthDate": [str(each.date or each.year) for each in entry.birth_dates if each.date or each.year],
        "gender": [_GENDER[entry.sex]] if entry.sex in _GENDER else [],
        "nationality": [short_code(state).lower() for state in entry.nationalities],
        "passportNumber": [each.number for each in entry.documents if each.type in (None, "P")],
        "idNumber": [each.number for each in entry.documents if each.type not in (None, "P")],
    }
    return {
        "id": entry.id,
        "caption": names[0],
        "schema": "Person",
        "properties": {key: values for key, values in properties.items() if values},
        "datasets": answered.sources,
        "referents": [],
        "target": True,
        "score": answered.matched.score,
        "match": answered.matched.score >= threshold,
        "features": {kind: explained["score"] for kind, explained in _explanations(evidence).items()},
        "explanations": _explanations(evidence),
    }


def _explanations(evidence: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """One feature a kind: the weights of its pieces added up, their words one after another."""
    found: dict[str, dict[str, Any]] = {}
    for each in evidence:
        empty = {"score": 0.0, "detail": "", "query": None, "candidate": None}
        known = found.setdefault(str(each["kind"]), empty)
        known["score"] += float(each.get("weight") or 0)
        known["detail"] = f"{known['detail']} {each['words']}".strip()
        known["query"] = known["query"] or _text(each.get("traveller"))
        known["candidate"] = known["candidate"] or _text(each.get("entry"))
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
