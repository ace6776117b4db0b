"""From the door's folder into the register, and the answer back, whatever is repeated."""

from pathlib import Path

from joserfc.jwk import OKPKey

from services.door.mailbox import Mailbox
from services.ingest.rights.door_inbox import DoorInbox
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_rights import Office


async def test_what_was_left_at_the_door_is_registered_once(bare_ingest: Ingest, tmp_path: Path) -> None:
    folder = tmp_path / "door"
    folder.mkdir()
    mailbox = Mailbox(folder, OKPKey.generate_key("X25519", private=True))
    now = bare_ingest.clock.now()
    ticket = mailbox.submit("REDRESS", "ru", {"statement": "I was stopped twice."}, now, is_urgent=True)
    inbox = DoorInbox(bare_ingest.app.state.ports, folder)
    assert [await inbox.beat(), await inbox.beat()] == [1, 0]
    office = Office(bare_ingest)
    [request] = (await office.read())["requests"]
    assert (request["number"], request["language"], request["is_urgent"]) == (ticket.number, "ru", True)
    assert (await office.answer(request["request_id"], "CLEARED")).status_code == 200
    status = mailbox.status(ticket.number, ticket.secret)
    assert status is not None
    assert not status["is_answered"]
    await inbox.beat()
    status = mailbox.status(ticket.number, ticket.secret)
    assert status is not None
    assert status["is_answered"]


async def test_a_door_that_never_opened_is_no_fault(bare_ingest: Ingest, tmp_path: Path) -> None:
    assert await DoorInbox(bare_ingest.app.state.ports, tmp_path).beat() == 0
