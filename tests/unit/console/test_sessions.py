"""Sessions: opaque outside, sealed inside, ended in time."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.console.sessions import Sessions, Tokens
from shared.security.secret_key import load_secret_key
from tests.fakes import FixedClock
from tests.unit.console.world import MemorySessions

KEY = bytes(range(32))
TOKENS = Tokens("access-token", "refresh-token")
IDLE, LIFE = timedelta(minutes=30), timedelta(hours=10)


def sessions(store: MemorySessions, clock: FixedClock, key: bytes = KEY) -> Sessions:
    return Sessions(store, key, clock, idle=IDLE, life=LIFE)


async def test_opened_session_is_found_with_its_tokens() -> None:
    store, clock = MemorySessions(), FixedClock()
    cookie = await sessions(store, clock).open("verifier-1", "Verifier 1", TOKENS)
    found = await sessions(store, clock).find(cookie)
    assert found is not None
    assert (found.stored.subject, found.tokens) == ("verifier-1", TOKENS)


async def test_store_holds_neither_cookie_nor_token() -> None:
    store = MemorySessions()
    cookie = await sessions(store, FixedClock()).open("verifier-1", "Verifier 1", TOKENS)
    (row,) = store.rows.values()
    kept = b"".join([row.id_hash, row.sealed_tokens, repr(row).encode()])
    assert cookie.encode() not in kept
    assert b"access-token" not in kept


async def test_another_cookie_finds_nothing() -> None:
    store = MemorySessions()
    await sessions(store, FixedClock()).open("verifier-1", "Verifier 1", TOKENS)
    assert await sessions(store, FixedClock()).find("guess") is None


async def test_sealed_tokens_do_not_open_under_another_key_or_row() -> None:
    store, clock = MemorySessions(), FixedClock()
    first = await sessions(store, clock).open("verifier-1", "Verifier 1", TOKENS)
    second = await sessions(store, clock).open("auditor", "Auditor", Tokens("other"))
    assert await sessions(store, clock, key=bytes(32)).find(first) is None
    rows = list(store.rows.values())
    store.rows[rows[1].id_hash] = replace(rows[1], sealed_tokens=rows[0].sealed_tokens)
    assert await sessions(store, clock).find(second) is None


@pytest.mark.parametrize(("minutes", "is_open"), [(29.9, True), (30, False)])
async def test_idle_session_ends(minutes: float, is_open: bool) -> None:
    store, clock = MemorySessions(), FixedClock()
    kept = sessions(store, clock)
    cookie = await kept.open("verifier-1", "Verifier 1", TOKENS)
    clock.advance(minutes=minutes)
    assert (await kept.find(cookie) is not None) is is_open
    assert bool(store.rows) is is_open


async def test_work_keeps_a_session_but_not_beyond_its_life() -> None:
    store, clock = MemorySessions(), FixedClock()
    kept = sessions(store, clock)
    cookie = await kept.open("verifier-1", "Verifier 1", TOKENS)
    for _ in range(29):
        clock.advance(minutes=20)
        found = await kept.find(cookie)
        assert found is not None
        await kept.touch(found)
    clock.advance(minutes=20)
    assert await kept.find(cookie) is None
    assert store.record[-1] == ("sign_out", "verifier-1")


async def test_forgotten_sessions_leave_when_somebody_signs_in() -> None:
    store, clock = MemorySessions(), FixedClock()
    kept = sessions(store, clock)
    await kept.open("verifier-1", "Verifier 1", TOKENS)
    clock.advance(hours=1)
    await kept.open("auditor", "Auditor", TOKENS)
    assert [row.subject for row in store.rows.values()] == ["auditor"]


async def test_form_token_is_the_persons_own_and_outlives_a_session() -> None:
    kept = sessions(MemorySessions(), FixedClock())
    people = ("verifier-1", "verifier-1", "verifier-2")
    cookies = [await kept.open(person, person, TOKENS) for person in people]
    tokens = [session.csrf_token for cookie in cookies if (session := await kept.find(cookie))]
    assert tokens[0] == tokens[1]
    assert tokens[0] != tokens[2]


def test_what_is_sealed_opens_for_the_same_thing_and_for_nothing_else() -> None:
    kept = sessions(MemorySessions(), FixedClock())
    sealed = kept.seal({"state": "s"}, "sign-in")
    assert kept.open_sealed(sealed, "sign-in") == {"state": "s"}
    assert kept.open_sealed(sealed, "entries:steward") is None
    wrong = ("", "x", "AAAA" * 10, "ü", sealed[:-4] + "AAAA")
    assert [kept.open_sealed(text, "sign-in") for text in wrong] == [None] * 5


@pytest.mark.parametrize(
    ("text", "mode"),
    [("00" * 31, 0o600), ("zz" * 32, 0o600), ("00" * 32, 0o644)],
    ids=["short", "no hex", "open"],
)
def test_unusable_key_file_stops_the_start(tmp_path: Path, text: str, mode: int) -> None:
    path = tmp_path / "session.key"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(ValueError, match=r"session\.key|non-hexadecimal"):
        load_secret_key(path)
