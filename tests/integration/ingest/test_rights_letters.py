"""What leaves: letters before anybody agrees, in every language, and what people wrote at the door."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from joserfc.jwk import OKPKey

from services.door.mailbox import Mailbox
from services.ingest.rights.door_inbox import DoorInbox
from services.ingest.rights.letter import LANGUAGES, kind_of, texts
from services.ingest.rights.submissions import OpenOffice
from services.ingest.store.rights import SUBMISSION_KEPT, RightsStore
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_rights import WHY, Office

WRITTEN = {"name": "Zamenhof", "reach": "Poste restante", "statement": "I was stopped twice."}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The door's."""
    made = tmp_path / "door"
    made.mkdir()
    return made


@pytest.fixture
def office(bare_ingest: Ingest) -> Office:
    return Office(bare_ingest)


def left_in(folder: Path) -> list[Path]:
    return [*folder.glob("*/*.json")]


async def ask(office: Office, path: str, role: str, **query: str) -> Any:
    token = office.ingest.issuer.token(role)
    headers = {"Authorization": f"Bearer {token}"}
    answer = await office.ingest.http.get(f"/v1/rights/{path}", params=query, headers=headers)
    return answer.json()


async def refusal(office: Office, language: str = "fr") -> tuple[str, str]:
    """A proposed refusal; gives the request and the proposal."""
    request_id = await office.registered("ACCESS", language=language)
    await office.post(f"requests/{request_id}/identity", "LEGAL", {"record_ids": []})
    proposed = await office.answer(
        request_id, "REFUSED", ground="SOURCE_PROTECTION", record_ids=[str(uuid4())], expires_days=90
    )
    return request_id, proposed.json()["pending"]["approval_id"]


async def test_the_approver_sees_exactly_what_leaves(office: Office) -> None:
    request_id, approval_id = await refusal(office)
    seen = await ask(office, f"approvals/{approval_id}/letter", "DPO")
    assert (seen["language"], seen["direction"]) == ("fr", "ltr")
    assert WHY not in seen["letter"], "a refusal never says what is held"
    approved = await office.post(
        f"approvals/{approval_id}", "DPO", {"version": 1, "letter_sha256": seen["sha256"]}
    )
    assert approved.status_code == 200, approved.text
    assert await ask(office, f"requests/{request_id}/letter", "LEGAL") == seen


async def test_another_letter_than_the_one_looked_at_does_not_leave(office: Office) -> None:
    _, approval_id = await refusal(office)
    seen = await ask(office, f"approvals/{approval_id}/letter", "DPO")
    office.ingest.clock.advance(days=1)
    body = {"version": 1, "letter_sha256": seen["sha256"]}
    refused = await office.post(f"approvals/{approval_id}", "DPO", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "LETTER_CHANGED")
    assert len((await office.read())["pending"]) == 1


async def test_a_letter_is_previewed_in_every_language_before_anything_is_decided(office: Office) -> None:
    request_id = await office.registered("REDRESS", language="en")
    body = {"result": "CLEARED", "reasons": WHY}
    for language in LANGUAGES:
        seen = await office.post(f"requests/{request_id}/preview?language={language}", "LEGAL", body)
        letter = seen.json()
        assert letter["language"] == language
        assert letter["direction"] == ("rtl" if language == "ar" else "ltr")
        assert WHY in letter["letter"]
        assert letter["letter"].startswith(texts(language)[kind_of("CLEARED")].partition("{")[0])
    assert (await office.read())["requests"][0]["decided_at"] is None


async def test_what_was_written_at_the_door_opens_for_the_office_and_is_recorded(
    office: Office, folder: Path
) -> None:
    ingest = office.ingest
    key = OKPKey.generate_key("X25519", private=True)
    mailbox = Mailbox(folder, key)
    mailbox.submit("ACCESS", "ar", WRITTEN, ingest.clock.now(), is_urgent=False)
    await DoorInbox(ingest.app.state.ports, folder).beat()
    [request] = (await office.read())["requests"]
    path = f"requests/{request['request_id']}/opening"
    assert (await office.post(path, "LEGAL")).json()["code"] == "OFFICE_CLOSED"
    ingest.app.state.open_office = OpenOffice(OKPKey.generate_key("X25519", private=True))
    assert (await office.post(path, "LEGAL")).json()["code"] == "SUBMISSION_UNREADABLE"
    ingest.app.state.open_office = OpenOffice(key)
    assert (await office.post(path, "DPO")).status_code == 403
    assert (await office.post(path, "LEGAL")).json() == {"written": WRITTEN}
    [(actor,)] = await ingest.rows(
        "SELECT convert_from(content, 'UTF8')::jsonb ->> 'actor' FROM audit_record"
        " WHERE action = 'rights.opened'"
    )
    assert actor == "legal"
    [stored] = await ingest.rows("SELECT submission FROM rights_request")
    assert "Zamenhof" not in stored[0]


async def test_a_request_that_came_by_post_has_nothing_to_open(office: Office) -> None:
    office.ingest.app.state.open_office = OpenOffice(OKPKey.generate_key("X25519", private=True))
    request_id = await office.registered("ACCESS")
    answer = await office.post(f"requests/{request_id}/opening", "LEGAL")
    assert (answer.status_code, answer.json()["code"]) == (404, "SUBMISSION_ABSENT")


async def test_a_broken_file_at_the_door_keeps_nobody_waiting(office: Office, folder: Path) -> None:
    ingest = office.ingest
    mailbox = Mailbox(folder, OKPKey.generate_key("X25519", private=True))
    (folder / "submitted" / "2222-2222-2222.json").write_text("{")
    (folder / "submitted" / "3333-3333-3333.json").write_text(json.dumps({"number": "4444-4444-4444"}))
    mailbox.submit("ERASE", "en", WRITTEN, ingest.clock.now(), is_urgent=False)
    inbox = DoorInbox(ingest.app.state.ports, folder)
    assert [await inbox.beat(), await inbox.beat()] == [1, 0]


async def test_half_a_year_after_the_answer_nothing_is_left_of_what_was_written(
    office: Office, folder: Path
) -> None:
    ingest = office.ingest
    mailbox = Mailbox(folder, OKPKey.generate_key("X25519", private=True))
    ticket = mailbox.submit("REDRESS", "en", WRITTEN, ingest.clock.now(), is_urgent=False)
    inbox = DoorInbox(ingest.app.state.ports, folder)
    await inbox.beat()
    [request] = (await office.read())["requests"]
    await office.answer(request["request_id"], "CLEARED")
    await inbox.beat()
    assert mailbox.status(ticket.number, ticket.secret) is not None
    ingest.clock.advance(days=SUBMISSION_KEPT.days, seconds=1)
    await inbox.beat()
    assert mailbox.status(ticket.number, ticket.secret) is None
    assert left_in(folder) == []
    async with ingest.engine.begin() as connection:
        before = ingest.clock.now() - SUBMISSION_KEPT
        assert await RightsStore().forget_submissions(connection, before) == 1
        assert await RightsStore().forget_submissions(connection, before) == 0
