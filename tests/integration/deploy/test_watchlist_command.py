"""`./run watchlist`: held until two people approve, already loaded, a system started for the while."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.api import Api, Declined
from deploy.local.faults import Unknown
from deploy.local.installation import WORLD
from deploy.local.layout import DataFolder, Ports
from deploy.local.list_location import ListUnreadable, read_location
from deploy.local.seed import seed_screening
from deploy.local.supervisor import LocalSystem
from deploy.local.token_command import local_issuer
from deploy.local.watchlist_command import (
    ListWanted,
    screening_api,
    watchlist_approve,
    watchlist_import,
)
from shared.clock import SystemClock

LIST = str(WORLD / "watchlist.xml")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a running screening service, seeded."""
    folder = DataFolder(tmp_path_factory.mktemp("lists") / "data")
    with folder.claimed():
        system = LocalSystem(folder, Ports.starting_at(0), lambda _: None, services=("screening",))
        try:
            system.start()
            with Api(system.addresses(), local_issuer(folder.path)) as api:
                seed_screening(api, SystemClock().now().date())
            yield folder.path
        finally:
            system.stop()


def test_list_is_held_then_in_force_then_already_loaded(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watchlist_import(data, ListWanted(LIST, "un", "DEMO"), as_json=False) == 0
    held = capsys.readouterr().out
    assert "It is held until two people approve it" in held
    assert "26 of 30 persons" in held
    for person in ("steward", "supervisor"):
        watchlist_approve(data, "DEMO", person, as_json=False)
    assert "It is in force." in capsys.readouterr().out
    assert watchlist_import(data, ListWanted(LIST, "un", "DEMO"), as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "ALREADY_LOADED"
    with pytest.raises(Unknown, match="held list version"):
        watchlist_approve(data, "DEMO", "steward", as_json=False)


def test_seeding_again_changes_nothing(data: Path) -> None:
    with screening_api(data) as api:
        before = api.get("legal", "screening", "/v1/registers")
        seed_screening(api, SystemClock().now().date())
        assert api.get("legal", "screening", "/v1/registers") == before


def test_wrong_digest_is_refused_in_the_services_words(data: Path) -> None:
    with pytest.raises(Declined, match="screening declined"):
        watchlist_import(data, ListWanted(LIST, "un", "UN_SC", "0" * 64), as_json=False)


def test_stranger_cannot_approve(data: Path) -> None:
    with pytest.raises(Unknown, match="verifier-1"):
        watchlist_approve(data, "DEMO", "stranger", as_json=False)


def test_service_that_is_away_is_named(data: Path) -> None:
    nowhere = {"screening": "http://127.0.0.1:9"}
    with Api(nowhere, local_issuer(data)) as api, pytest.raises(Declined, match="no answer"):
        api.get("steward", "screening", "/v1/watchlist")


def test_without_a_system_one_is_started_for_the_while(tmp_path: Path) -> None:
    with screening_api(tmp_path / "data") as api:
        assert api.get("steward", "screening", "/v1/watchlist")["versions"] == []
    assert not DataFolder(tmp_path / "data").is_claimed()


@pytest.mark.parametrize(
    ("location", "reason"),
    [("/no/such/file", "No such file"), ("http://lists.example/un.xml", "has to begin with https")],
)
def test_list_that_cannot_be_read_is_told(location: str, reason: str) -> None:
    with pytest.raises(ListUnreadable, match=reason):
        read_location(location)


def test_list_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.list_location.MAX_LIST_FILE_BYTES", 3)
    list_file = tmp_path / "list"
    list_file.write_bytes(b"123")
    assert read_location(str(list_file)).content == b"123"
    list_file.write_bytes(b"1234")
    with pytest.raises(ListUnreadable, match="longer than 3 bytes"):
        read_location(str(list_file))
