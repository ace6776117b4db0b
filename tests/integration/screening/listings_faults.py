"""What goes wrong on the way onto the list, with the safeguard whose words then forbid it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.integration.screening.listings import Listings

Change = Callable[[dict[str, Any], dict[str, Any], date], None]
Step = Callable[["Listings"], Awaitable[None]]


@dataclass(frozen=True)
class Wrong:
    """What is wrong in a nomination: the safeguard, and how terms and entry are written then."""

    rule: str
    makes: Change


@dataclass(frozen=True)
class Account:
    """Somebody with the posts that they hold at a moment, and what forbids that they decide."""

    person: str
    roles: tuple[str, ...]
    claims: Mapping[str, Any] = field(default_factory=dict)
    against: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Around:
    """What goes wrong around the list: the safeguard, and what it forbids then."""

    rule: str
    forbids: frozenset[str]
    breaks: Step
    mends: Step


def _terms(rule: str, **changes: Any) -> Wrong:
    return Wrong(rule, lambda terms, _entry, _today: terms.update(changes))


def _first_ground(rule: str, **changes: Any) -> Wrong:
    def change(terms: dict[str, Any], _entry: dict[str, Any], _today: date) -> None:
        terms["grounds"][0] |= changes

    return Wrong(rule, change)


def _one_ground(terms: dict[str, Any], _entry: dict[str, Any], _today: date) -> None:
    del terms["grounds"][1]


def _name_alone(_terms: dict[str, Any], entry: dict[str, Any], _today: date) -> None:
    for fact in ("birth_dates", "documents", "nationalities"):
        del entry[fact]


def _suspected_false(terms: dict[str, Any], _entry: dict[str, Any], _today: date) -> None:
    ground = terms["grounds"][0] | {"kind": "COURT", "grade": "3E"}
    terms |= {"category": "CONVICTED", "grounds": [ground]}


def _reviewed_late(terms: dict[str, Any], _entry: dict[str, Any], today: date) -> None:
    terms["review_due"] = str(today + timedelta(days=400))


def _ends_late(terms: dict[str, Any], _entry: dict[str, Any], today: date) -> None:
    terms["expires"] = str(today + timedelta(days=1900))


def _child(terms: dict[str, Any], entry: dict[str, Any], today: date) -> None:
    terms |= {"category": "CONVICTED", "grounds": [terms["grounds"][0] | {"kind": "COURT"}]}
    of_age = today + timedelta(days=200)
    born = of_age.replace(year=of_age.year - 18, day=1)
    entry["birth_dates"] = [{"kind": "EXACT", "date": str(born)}]


def _child_with_a_finding(terms: dict[str, Any], entry: dict[str, Any], today: date) -> None:
    _child(terms, entry, today)
    terms |= {"best_interests_id": "BI-44", "child_specialist": "child-specialist"}


#: A child of whom its nominator says that a specialist found listing to be in its interest.
NAMED: Final = "a child whose specialist is only named"
WRONGS: Final[Mapping[str, Wrong]] = {
    "one ground": Wrong("SG-13", _one_ground),
    "kinship": _first_ground("SG-13", kind="KINSHIP"),
    "belief": _first_ground("SG-13", kind="BELIEF"),
    "no offence": _terms("SG-13", offence_link=None),
    "name alone": Wrong("SG-13", _name_alone),
    "suspected to be false": Wrong("SG-11", _suspected_false),
    "reviewed too late": Wrong("SG-14", _reviewed_late),
    "ends too late": Wrong("SG-14", _ends_late),
    "a child": Wrong("SG-16", _child),
    NAMED: Wrong("SG-16", _child_with_a_finding),
}
ACCOUNTS: Final[Mapping[str, Account]] = {
    "another person": Account("supervisor", ("SUPERVISOR", "APPROVER")),
    # The account's posts were changed between nomination and decision.
    "the nominator": Account("steward", ("APPROVER",), against=frozenset({"SG-09", "SG-13"})),
    "somebody below the nominator": Account(
        "below-2", ("APPROVER",), {"manager": "steward"}, against=frozenset({"SG-09"})
    ),
    "whoever oversees": Account("auditor", ("APPROVER", "AUDITOR"), against=frozenset({"SG-42"})),
    "somebody without the post": Account("verifier-1", ("VERIFIER",), against=frozenset({"SG-09"})),
    "a child-protection specialist": Account("child-specialist", ("APPROVER", "CHILD_SPECIALIST")),
    "another legal officer": Account("legal-2", ("LEGAL",), against=frozenset({"SG-27"})),
}


def _source(column: str, wrong: str, right: str) -> tuple[Step, Step]:
    def put(value: str) -> Step:
        async def step(listings: "Listings") -> None:
            await listings.write(f"UPDATE list_source SET {column} = '{value}'")

        return step

    return put(wrong), put(right)


def _moved(table: str, *columns: str) -> tuple[Step, Step]:
    def by(sign: str) -> Step:
        async def step(listings: "Listings") -> None:
            moves = ", ".join(f"{column} = {column} {sign} interval '20 years'" for column in columns)
            await listings.write(f"UPDATE {table} SET {moves}")

        return step

    return by("-"), by("+")


def _chain(*, is_whole: bool) -> Step:
    async def step(listings: "Listings") -> None:
        listings.is_chain_whole = is_whole

    return step


WORLD: Final[Mapping[str, Around]] = {
    "a list that nobody vouches for": Around(
        "SG-18", frozenset({"activation"}), *_source("kind", "CROWD", "NATIONAL")
    ),
    "a list kept to its publisher": Around(
        "SG-32", frozenset({"activation", "looks"}), *_source("handling_code", "H4", "H1")
    ),
    "the log does not hold": Around(
        "SG-41",
        frozenset({"activation", "screening", "looks"}),
        _chain(is_whole=False),
        _chain(is_whole=True),
    ),
    "the law lapsed": Around(
        "SG-02", frozenset({"screening", "looks"}), *_moved("legal_row", "valid_from", "valid_to")
    ),
    "the matcher is not approved": Around(
        "SG-07", frozenset({"screening"}), *_moved("matcher_approval", "approved_until")
    ),
}
