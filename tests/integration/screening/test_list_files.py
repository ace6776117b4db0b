"""The file that a version was made of: kept sealed, given out with a record, let go of after its use."""

import hashlib
from datetime import timedelta

import pytest

from services.screening.store import list_archive
from services.screening.watchlist.fetching import ListFetching
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import ESEMPIO, HADI, MISALI, un_list

SECOND_DAY = "2027-11-02T00:00:00.000Z"
FILE = un_list([HADI, MISALI, ESEMPIO], SECOND_DAY)


async def imported(desk: Desk) -> str:
    held = await desk.import_list(FILE)
    return f"/v1/watchlist/versions/{held['version_id']}"


async def content(desk: Desk, path: str, person: str = "auditor") -> bytes:
    answer = await desk.client.get(f"{path}/file/content", headers=desk.headers(person))
    assert answer.status_code == 200, answer.text
    return answer.content


async def look(desk: Desk) -> None:
    await ListFetching(desk.service.ports.at(desk.clock), desk.service.list_files).beat()


async def test_file_comes_back_byte_for_byte_and_the_log_says_to_whom(desk: Desk) -> None:
    path = await imported(desk)
    known = await desk.ask("supervisor", "GET", f"{path}/file")
    assert (known["file_bytes"], known["is_held"], known["let_go_at"]) == (len(FILE), True, None)
    assert known["sha256"] == hashlib.sha256(FILE).hexdigest()
    assert await content(desk, path) == FILE
    assert await content(desk, path, "steward") == FILE
    assert await desk.audited("wl.file_read") == 2
    await desk.ask("supervisor", "GET", f"{path}/file/content", status=403)


async def test_file_stands_in_pieces_that_nobody_reads_without_the_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_archive, "PIECE_BYTES", 1000)
    path = await imported(desk)
    pieces = await desk.rows("SELECT sealed FROM list_file_piece")
    assert len(pieces) > len(FILE) // 1000
    assert not any(b"ESEMPIO" in bytes(row.sealed) for row in pieces)
    assert await content(desk, path) == FILE


async def test_damaged_file_is_not_given_out(desk: Desk) -> None:
    path = await imported(desk)
    await desk.rows_written_as_owner("UPDATE list_file_piece SET sealed = sealed || '\\x00'")
    answer = await desk.ask("auditor", "GET", f"{path}/file/content", status=409)
    assert answer["code"] == "LIST_FILE_NOT_HELD"
    assert await desk.audited("wl.file_read") == 0


async def test_file_of_a_version_that_is_out_of_use_goes_after_ninety_days(desk: Desk) -> None:
    (first,) = await desk.rows("SELECT version_id FROM list_version")
    await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    await look(desk)
    desk.clock.advance(seconds=timedelta(days=89).total_seconds())
    await look(desk)
    path = f"/v1/watchlist/versions/{first.version_id}"
    assert (await desk.ask("auditor", "GET", f"{path}/file"))["is_held"]
    desk.clock.advance(seconds=timedelta(days=2).total_seconds())
    await look(desk)
    known = await desk.ask("auditor", "GET", f"{path}/file")
    assert (known["is_held"], known["file_bytes"] > 0) == (False, True)
    await desk.ask("auditor", "GET", f"{path}/file/content", status=409)
    assert await desk.audited("wl.file_let_go") == 1
    assert [row.let_go_at is None for row in await desk.rows("SELECT let_go_at FROM list_file")].count(
        True
    ) == 1


async def test_version_that_comes_back_into_use_keeps_its_file(desk: Desk) -> None:
    (first,) = await desk.rows("SELECT version_id FROM list_version")
    await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    await look(desk)
    path = f"/v1/watchlist/versions/{first.version_id}"
    await desk.ask("steward", "POST", f"{path}/return")
    await desk.ask("supervisor", "POST", f"{path}/return")
    await look(desk)
    desk.clock.advance(seconds=timedelta(days=100).total_seconds())
    await look(desk)
    assert (await desk.ask("auditor", "GET", f"{path}/file"))["is_held"]


async def test_unknown_version_has_no_file(desk: Desk) -> None:
    path = "/v1/watchlist/versions/01930000-0000-7000-8000-000000000001/file"
    await desk.ask("auditor", "GET", path, status=404)
    await desk.ask("auditor", "GET", f"{path}/content", status=404)
