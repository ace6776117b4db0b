"""No order of calls gets a person's data out of the running ingest service to whom it may not go.

Masked values, answers of the rights office, receipts and every list that names nobody: what is told is
compared with an oracle in plain words (`disclosures.py`). A safeguard that is not asked is found: each test
of that kind forgets one on purpose.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from joserfc.jwk import OKPKey
from sqlalchemy import text

from services.ingest.store import retention_decisions
from tests.integration.ingest.conftest import MESSAGES
from tests.integration.ingest.disclosures import (
    DOCUMENTS,
    HANDLING,
    NAMES,
    OVERSEEING,
    PEOPLE,
    REFUSAL,
    Disclosures,
)
from tests.integration.ingest.inside import Inside, open_inside
from tests.ways_out.machine import run
from tests.ways_out.packing import betraying, packed

NAMELESS = (
    *("/v1/flights", "/v1/data-quality", "/v1/expected-flights", "/v1/receipts", "/v1/data-quality/mine"),
    *("/v1/registers", "/v1/reidentifications", "/v1/retention", "/v1/retention/holds", "/v1/rights"),
    *("/v1/directive-changes", "/v1/incidents", "/v1/audit/records", "/v1/audit/export"),
    *("/v1/oversight/figures", "/v1/rights/notifications/letter"),
)
"""What is read by states, clocks and identifiers: nobody learns there who anybody is."""


@pytest.fixture(scope="module")
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Inside, Disclosures]]:
    """One service for the file, with a list that was taken in and masked."""
    key = tmp_path_factory.mktemp("disclosures") / "vault.json"
    key.write_text(json.dumps(OKPKey.generate_key("X25519", private=True).as_dict(private=True)))
    with open_inside(request) as inside:
        disclosures = Disclosures(inside.ingest, inside.policy)
        inside(disclosures.prepare((MESSAGES / "paxlst-a.edi").read_bytes(), key))
        yield inside, disclosures


async def unmask(on: Disclosures, wrong: str = "") -> tuple[bool, frozenset[str]]:
    """Whether a masked value is told when one thing is wrong, and what the oracle says of it."""
    on.begin()
    await on.ask("analyst")
    if wrong != "no second person":
        needed, below = wrong != "found not needed", wrong == "second below the first"
        await on.find("supervisor", is_needed=needed, reports_to_first=below)
    if wrong != "no grant":
        await on.grant("court", is_granted=wrong != "grant refused")
    if wrong == "grant over":
        on.ingest.clock.advance(hours=24)
    if wrong == "grant used":
        await on.use("analyst")
    on.is_chain_whole = wrong != "log does not hold"
    return await on.use("colleague" if wrong == "another person" else "analyst")


_OUTSIDE = " AND second_finds_need\n    AND first <> :person AND second <> :person"
#: What goes wrong, the safeguards that forbid it, and the statements' conditions that guard it besides.
UNMASKING: dict[str, tuple[frozenset[str], dict[str, str]]] = {
    "grant over": (frozenset({"SG-24"}), {}),
    "log does not hold": (frozenset({"SG-41"}), {}),
    "second below the first": (frozenset({"SG-09"}), {}),
    "no grant": (frozenset({"SG-24"}), {"_USE": " AND is_granted"}),
    "grant used": (frozenset({"SG-24"}), {"_USE": " AND used_at IS NULL"}),
    "no second person": (frozenset({"SG-09"}), {"_GRANT": _OUTSIDE}),
}
#: What the table's own checks, or the use case before any safeguard, let nobody write.
BESIDES = ("another person", "found not needed", "grant refused")


@pytest.mark.parametrize("wrong", sorted(UNMASKING))
def test_masked_value_is_told_as_granted_and_each_guard_that_is_forgotten_is_found(
    office: tuple[Inside, Disclosures], monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    inside, on = office
    assert inside(unmask(on)) == (True, frozenset())
    assert inside(unmask(on, wrong))[0] is False
    rules, conditions = UNMASKING[wrong]
    for name, condition in conditions.items():
        written = str(vars(retention_decisions)[name])
        assert condition in written
        monkeypatch.setattr(retention_decisions, name, text(written.replace(condition, "", 1)))
    with on.policy.forgetting(rules):
        is_told, forbidden = inside(unmask(on, wrong))
    assert is_told
    assert forbidden >= rules


@pytest.mark.parametrize("wrong", BESIDES)
def test_masked_value_is_told_to_nobody_else_and_not_against_an_answer(
    office: tuple[Inside, Disclosures], wrong: str
) -> None:
    inside, on = office
    is_told, forbidden = inside(unmask(on, wrong))
    assert not is_told
    assert forbidden


ANSWERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "identity not known": ("ACCESS", "SG-20", {}),
    "no ground": ("ACCESS", "SG-20", {**REFUSAL, "ground": None}),
    "everything at once": ("ACCESS", "SG-20", {**REFUSAL, "record_ids": [str(uuid4()), str(uuid4())]}),
    "for longer than half a year": ("ACCESS", "SG-20", {**REFUSAL, "expires_days": 184}),
    "decided by who decided before": (
        "REDRESS",
        "SG-19",
        {"result": "CLEARED", "original_reviewers": ["legal"]},
    ),
}


FINDS = frozenset(rule_id for _, rule_id, _ in ANSWERS.values()).union(
    *(rules for rules, _ in UNMASKING.values())
)


async def answer(on: Disclosures, wrong: str) -> tuple[bool, frozenset[str]]:
    """Whether a person is answered when one thing is wrong, and what the oracle says of it."""
    kind, _, given_answer = ANSWERS[wrong]
    on.begin()
    await on.register(kind)
    if wrong != "identity not known":
        await on.verify("legal")
    await on.decide("legal", **given_answer)
    await on.review("dpo")
    return await on.answered()


@pytest.mark.parametrize("wrong", sorted(ANSWERS))
def test_nobody_is_answered_against_a_rule_and_each_that_is_forgotten_is_found(
    office: tuple[Inside, Disclosures], wrong: str
) -> None:
    (inside, on), rule_id = office, ANSWERS[wrong][1]
    assert inside(answer(on, wrong))[0] is False
    with on.policy.forgetting({rule_id}):
        is_answered, forbidden = inside(answer(on, wrong))
    assert is_answered
    assert rule_id in forbidden


def pack_of(inside: Inside, on: Disclosures, person: str) -> dict[str, str]:
    """The evidence pack that somebody makes; nothing where they may not."""
    token = on.ingest.issuer.token(*PEOPLE[person], subject=person)

    def answer(request: httpx.Request) -> httpx.Response:
        path, headers = request.url.raw_path.decode(), dict(request.headers)
        return inside(on.ingest.http.request("GET", path, headers=headers))

    return packed("ingest", answer, token=token, now=on.ingest.clock.now())


def test_pack_tells_of_nobody(office: tuple[Inside, Disclosures]) -> None:
    inside, on = office
    on.begin()
    files = pack_of(inside, on, "dpo")
    assert {"data/figures-ingest.json", "data/retention.json", "logs/ingest.ndjson"} <= set(files)
    assert betraying(files, *NAMES, *DOCUMENTS) == []
    assert pack_of(inside, on, "analyst") == {}, "a pack is oversight's"


class AnyOrder(RuleBasedStateMachine):
    """Officers, the rights office, a court, the authority and time, in any order."""

    def __init__(self, office: tuple[Inside, Disclosures]) -> None:
        super().__init__()
        self.office, self.on = office

    @initialize()
    def begin(self) -> None:
        self.on.begin()
        self.office(self.on.ask("analyst"))
        self.office(self.on.register("ACCESS"))

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_asks(self, person: str) -> None:
        self.office(self.on.ask(person))

    @rule(person=st.sampled_from(sorted(PEOPLE)), is_needed=st.booleans(), is_below=st.booleans())
    def somebody_finds(self, person: str, is_needed: bool, is_below: bool) -> None:
        self.office(self.on.find(person, is_needed=is_needed, reports_to_first=is_below))

    @rule(person=st.sampled_from(sorted(PEOPLE)), is_granted=st.booleans(), hours=st.integers(1, 72))
    def somebody_grants(self, person: str, is_granted: bool, hours: int) -> None:
        self.office(self.on.grant(person, is_granted=is_granted, hours=hours))

    @rule()
    def it_goes_its_way(self) -> None:
        self.office(self.on.find("supervisor"))
        self.office(self.on.grant("authority"))

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_looks(self, person: str) -> None:
        """Also twice, and also whoever did not ask."""
        for each in (person, self.on.unmasking[-1].first):
            is_told, forbidden = self.office(self.on.use(each))
            assert not (is_told and forbidden), (each, self.on.unmasking[-1])

    @rule(kind=st.sampled_from(["ACCESS", "ERASE", "RECTIFY", "REDRESS"]))
    def a_person_asks(self, kind: str) -> None:
        self.office(self.on.register(kind))

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_knows_who_asks(self, person: str) -> None:
        self.office(self.on.verify(person))

    @rule(
        person=st.sampled_from(["legal", "rights officer", "dpo", "head"]),
        given_answer=st.sampled_from([{}, dict(REFUSAL), *(each for _, _, each in ANSWERS.values())]),
    )
    def somebody_answers(self, person: str, given_answer: dict[str, Any]) -> None:
        self.office(self.on.decide(person, **given_answer))

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_agrees(self, person: str) -> None:
        """Also whoever answered."""
        self.office(self.on.review(person))

    @rule()
    def the_person_hears(self) -> None:
        is_answered, forbidden = self.office(self.on.answered())
        assert not (is_answered and forbidden), self.on.asked[-1]

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_reads_a_letter(self, person: str) -> None:
        path = f"/v1/rights/requests/{self.on.asked[-1].request_id}/letter"
        letter = self.office(self.on.request(person, "GET", path))
        assert letter.status_code != 200 or HANDLING & set(PEOPLE[person])

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_reads_a_receipt(self, person: str) -> None:
        receipt = self.office(self.on.request(person, "GET", self.on.receipt))
        assert receipt.status_code != 200 or OVERSEEING & set(PEOPLE[person])
        self._names_nobody(receipt.text)

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_reads_what_names_nobody(self, person: str) -> None:
        for path in NAMELESS:
            self._names_nobody(self.office(self.on.request(person, "GET", path)).text)

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_makes_an_evidence_pack(self, person: str) -> None:
        assert betraying(pack_of(self.office, self.on, person), *NAMES, *DOCUMENTS) == []

    @rule(carrier=st.sampled_from(["XA", "XB"]))
    def a_carrier_reads(self, carrier: str) -> None:
        token = self.on.ingest.issuer.carrier_token(carrier)
        for path in ("/v1/receipts", "/v1/data-quality/mine", self.on.receipt):
            answer = self.office(self.on.ingest.get(path, token))
            self._names_nobody(answer.text)
            assert carrier == "XA" or "XA0418A27111401" not in answer.text, path

    @rule()
    def the_log_turns(self) -> None:
        self.on.is_chain_whole = not self.on.is_chain_whole

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.on.ingest.clock.advance(hours=hours)

    def _names_nobody(self, told: str) -> None:
        assert not any(each in told for each in (*NAMES, *DOCUMENTS))


def test_no_order_of_calls_discloses_anybody(office: tuple[Inside, Disclosures]) -> None:
    run(partial(AnyOrder, office), examples=12, steps=20)
