"""What two people put in force before anything is screened: laws, sources, standing orders, approvals.

Values only. A service without the one that an act needs refuses (design.md §2).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts import StandingOrderFactsV1


@dataclass(frozen=True, slots=True)
class Persons:
    """Who proposed and who approved a row, and when it took effect."""

    author: str
    approver: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LegalRow:
    """A published law that gives an authority the power to an act with a class of data (SG-02).

    `orders` are the boarding orders that a row for `action.order` allows; they exist nowhere without one.
    """

    row_id: UUID
    authority: str
    action: str
    data_class: str
    purpose_code: str
    valid_from: date
    valid_to: date
    instrument_ref: str
    public_url: str
    orders: tuple[str, ...] = ()

    def as_facts(self) -> dict[str, Any]:
        """`context.legal_row` of SG-02."""
        return {
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "instrument_ref": self.instrument_ref,
            "public_url": self.public_url,
        }


@dataclass(frozen=True, slots=True)
class CountryRisk:
    """What a person has to fear in a State, as the human-rights officer assessed it (SG-34)."""

    row_id: UUID
    state: str
    level: str
    death_penalty: bool
    assessed_at: date
    sources: str

    def as_facts(self, today: date) -> dict[str, Any]:
        """`context.country_risk` of SG-34."""
        return {
            "level": self.level,
            "age_days": (today - self.assessed_at).days,
            "death_penalty": self.death_penalty,
        }


@dataclass(frozen=True, slots=True)
class ListSource:
    """A registered list source, and what stands for its entries until somebody writes better.

    `kind` is UN, NATIONAL, PARTNER, INTERPOL, REGIONAL, COMMERCIAL or CROWD; `reader` the file format;
    `tear_line` (at most 280 characters) the State's approved standard tear-line. `location` is where its
    file is fetched from every `fetch_minutes` (https, or `file:` and `folder:` under the service's own
    folder), none where people import it. `verify` says what proves the file: HASH, the publisher's SHA-256
    (at `digest_location`, or given by the importer), or TLS, that it came from the registered https address.
    `fresh_for_hours` is how old the newest good file may be before its alarm rings.

    Source: `watchlist-governance.md` §2; SG-18; SG-11 for the grades.
    """

    source_id: str
    publisher: str
    kind: str
    reader: str
    purpose_tag: str
    allow_list: tuple[str, ...]
    handling_code: str
    conditions: tuple[str, ...]
    action_code: str
    tear_line: str
    desk_phone: str
    source_grade: int
    info_grade: str
    location: str | None = None
    digest_location: str | None = None
    verify: str = "HASH"
    fetch_minutes: int = 360
    fresh_for_hours: int = 192


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """The statement under which received manifests are screened: two people, at most 90 days (SG-03)."""

    order_id: UUID
    purpose_code: str
    statement: str
    alternatives_considered: str
    period_days: int
    author: str
    approver: str
    approved_at: datetime
    expires: date

    def as_contract(self) -> StandingOrderFactsV1:
        """The facts that sharing reads."""
        return StandingOrderFactsV1(
            order_id=self.order_id,
            purpose_code=self.purpose_code,
            statement=self.statement,
            alternatives_considered=self.alternatives_considered,
            author=self.author,
            approver=self.approver,
            period_days=self.period_days,
            expires=self.expires,
        )


@dataclass(frozen=True, slots=True)
class MatcherApproval:
    """Two people's approval of a matching algorithm and its threshold, at most 365 days (SG-07)."""

    approval_id: UUID
    algorithm: str
    threshold: float
    proposed_by: str
    approved_by: str
    approved_on: date
    approved_until: date


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case that ad hoc queries are made for, and who is assigned to it (SG-26)."""

    case_id: str
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    members: tuple[str, ...]
