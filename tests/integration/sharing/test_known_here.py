"""What is known of a person here binds a message about them that names no hit, whatever its drafter saw."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.sharing.exchange.records import ExchangeMessage
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.shares import ShareStore
from services.sharing.vault import ClaimSign, Finding, Protection
from shared.contracts import HitConfirmedV1
from shared.identifiers import HitId
from tests.integration.sharing import test_exchange_types
from tests.integration.sharing.test_exchange_types import (
    a_nomination,
    a_pnr_request,
    a_query,
    approved,
    let_go,
    proposed,
    shown,
)
from tests.integration.sharing.test_letters import a_share, is_at_risk, is_refugee
from tests.integration.sharing.two_states import State, TwoStates

pytestmark = pytest.mark.asyncio(loop_scope="module")
both = test_exchange_types.both
#: By document alone, and by name and birth date, written as the drafter likes.
WAYS = ("document", "name")


def described(hit: HitConfirmedV1, way: str) -> dict[str, Any]:
    """The person of a hit as a drafter types them, who names no hit."""
    traveller = hit.traveller
    if way == "document":
        (document,) = traveller["documents"]
        return {"documents": [{"type": "PASSPORT", "number": f" {document['number'].lower()}"}]}
    name = f"{traveller['given_names']} {traveller['surname']}".title()
    return {
        "names": [{"full": name, "script": "Latn", "source": "DOCUMENT"}],
        "birth": {"kind": "EXACT", "date": traveller["birth_date"]},
    }


def asks(kind: str, person: dict[str, Any]) -> dict[str, Any]:
    """A message about somebody whose drafter names no hit and saw no sign of a claim."""
    recipient = "XBB-PIU-01"
    if kind == "WL_NOMINATE":
        return a_nomination(recipient, identifiers=person)
    draft = a_query(recipient) if kind == "IDENTITY_QUERY" else a_pnr_request(recipient)
    draft["payload"].pop("locator", None)
    draft["payload"]["person"] = person
    return draft


KINDS = ("IDENTITY_QUERY", "PNR_REQUEST", "WL_NOMINATE")


async def reasons(state: State, draft: dict[str, Any]) -> list[str]:
    """What the safeguards say once a second person lets it go, who found no risk."""
    verdict = await approved(state, await proposed(state, draft), individual_risk=False)
    assert verdict["permits"] is not bool(verdict["reasons"])
    return list(verdict["reasons"])


async def kept(state: State, message: dict[str, Any]) -> ExchangeMessage:
    async with state.sharing.engine.connect() as connection:
        return await ExchangeStore(connection).get(UUID(message["message_id"]))


async def claims(state: State, hit: HitConfirmedV1) -> None:
    finding = Finding(HitId(hit.hit_id), Protection.UNKNOWN, claim_signs=(ClaimSign.NO_CONSULAR_CONTACT,))
    await state.sharing.vault.record(finding, by="asylum")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("found", "code"),
    [
        (is_refugee, "SG-35.PROTECTED_PERSON"),
        (claims, "SG-35.HOLD_REVIEW"),
        (is_at_risk, "SG-34.INDIVIDUAL_RISK"),
    ],
)
async def test_nobody_is_asked_about_whom_a_finding_protects(
    both: TwoStates,
    found: Callable[[State, HitConfirmedV1], Awaitable[None]],
    code: str,
    kind: str,
    way: str,
) -> None:
    hit = await a_share(both.xaa)
    draft = asks(kind, described(hit, way))
    assert await reasons(both.xaa, draft) == []
    await found(both.xaa, hit)
    assert code in await reasons(both.xaa, draft)


@pytest.mark.parametrize("kind", KINDS)
async def test_nobody_is_asked_about_a_child_whose_birth_date_the_drafter_leaves_out(
    both: TwoStates, kind: str
) -> None:
    hit = await a_share(both.xaa, birth_date="2012-01-02")
    assert await reasons(both.xaa, asks(kind, described(hit, "document"))) == ["SG-16.CHILD_PROTECTED"]


@pytest.mark.parametrize("kind", KINDS)
async def test_namesake_of_a_protected_person_is_asked_about(both: TwoStates, kind: str) -> None:
    hit = await a_share(both.xaa)
    await is_refugee(both.xaa, hit)
    namesake = described(hit, "name") | {
        "birth": {"kind": "EXACT", "date": "1971-03-09"},
        "documents": [{"type": "PASSPORT", "number": "N0000001", "issuer": "XBB"}],
    }
    assert await reasons(both.xaa, asks(kind, namesake)) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_known_since_the_approval_stops_a_message_on_its_way(
    both: TwoStates, kind: str
) -> None:
    """Also of a hit that nobody had confirmed when it was let go."""
    person = await a_share(both.xbb)
    message = await proposed(both.xaa, asks(kind, described(person, "document")))
    assert (await approved(both.xaa, message, individual_risk=False))["permits"]
    traveller = {name: person.traveller[name] for name in ("given_names", "documents")}
    await is_refugee(both.xaa, await a_share(both.xaa, **traveller))
    await both.xaa.deliver()
    stopped = await shown(both.xaa, message["message_id"])
    assert (stopped["state"], stopped["last_fault"]) == ("REFUSED", "SAFEGUARDS")


async def test_answer_about_a_protected_person_is_not_let_go_without_the_hit(both: TwoStates) -> None:
    hit = await a_share(both.xaa)
    await is_refugee(both.xaa, hit)
    asked = a_query(both.xaa.authority)
    asked["payload"]["person"] = described(hit, "document")
    query = await let_go(both.xbb, asked, individual_risk=False)
    answer = a_query(both.xbb.authority) | {
        "type": "IDENTITY_ANSWER",
        "payload": {"outcome": "SAME", "identifiers": ["document"]},
        "in_reply_to": query["message_id"],
    }
    verdict = await approved(
        both.xaa, await proposed(both.xaa, answer), finding="SAME", individual_risk=False
    )
    assert "SG-35.PROTECTED_PERSON" in verdict["reasons"]


async def test_answer_to_a_question_that_can_be_read_no_more_is_not_let_go(both: TwoStates) -> None:
    query = await let_go(both.xbb, a_query(both.xaa.authority), individual_risk=False)
    answer = a_query(both.xbb.authority) | {
        "type": "IDENTITY_ANSWER",
        "payload": {"outcome": "SAME", "identifiers": ["document"]},
        "in_reply_to": query["message_id"],
    }
    message = await proposed(both.xaa, answer)
    async with both.xaa.sharing.engine.begin() as connection:
        await ExchangeStore(connection).erase(UUID(query["message_id"]))
    path = f"/v1/exchange/messages/{message['message_id']}/approval"
    refused = await both.xaa.ask("POST", path, "LEGAL", "HUMAN_RIGHTS", body={"finding": "SAME"})
    assert (refused.status_code, (await kept(both.xaa, message)).state) == (410, "PROPOSED")


async def test_offer_is_under_the_strictest_code_of_what_is_held_of_the_person(both: TwoStates) -> None:
    hit = await a_share(both.xaa, entry={"handling_code": "H3"})
    message = await proposed(both.xaa, asks("WL_NOMINATE", described(hit, "document")))
    assert (await kept(both.xaa, message)).outside["handling"]["code"] == "H3"


async def test_person_is_found_by_what_was_put_right(both: TwoStates) -> None:
    hit = await a_share(both.xaa)
    await is_refugee(both.xaa, hit)
    right = {**hit.traveller, "documents": [{"type": "P", "number": "RIGHT01", "issuer": "XBB"}]}
    async with both.xaa.sharing.engine.begin() as connection:
        store = ShareStore(connection)
        share_id = await store.of_hit(hit.hit_id)
        assert share_id is not None
        await store.put_right(share_id, hit.model_copy(update={"traveller": right}))
    person = {"documents": [{"type": "PASSPORT", "number": "RIGHT01"}]}
    assert "SG-35.PROTECTED_PERSON" in await reasons(both.xaa, asks("IDENTITY_QUERY", person))


async def test_whom_a_message_is_about_can_be_read_until_it_is_there_and_no_longer(both: TwoStates) -> None:
    person = described(await a_share(both.xaa), "document")
    sent, refused = [await proposed(both.xaa, asks("IDENTITY_QUERY", person)) for _ in range(2)]
    assert (await approved(both.xaa, sent, individual_risk=False))["permits"]
    assert not (await approved(both.xaa, refused, individual_risk=True))["permits"]
    assert (await kept(both.xaa, refused)).preview is None
    assert (await kept(both.xaa, sent)).preview is not None
    both.wire.is_cut = True
    await both.xaa.deliver()
    both.wire.is_cut = False
    assert (await kept(both.xaa, sent)).preview is not None, "it is asked about again at the next try"
    both.clock.advance(minutes=10)
    await both.xaa.deliver()
    there = await kept(both.xaa, sent)
    assert (there.state, there.preview) == ("DELIVERED", None)


async def test_message_of_which_nobody_can_tell_whom_it_is_about_never_leaves(both: TwoStates) -> None:
    person = described(await a_share(both.xaa), "document")
    message = await proposed(both.xaa, asks("IDENTITY_QUERY", person))
    assert (await approved(both.xaa, message, individual_risk=False))["permits"]
    async with both.xaa.sharing.engine.begin() as connection:
        await connection.execute(text("UPDATE exchange_message SET preview = NULL"))
    await both.xaa.deliver()
    stopped = await kept(both.xaa, message)
    assert (stopped.state, stopped.last_fault) == ("REFUSED", "CONTENT_WITHDRAWN")
