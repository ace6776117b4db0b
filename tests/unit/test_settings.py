from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, SettingsRefused


class SpecimenSettings(ServiceSettings):
    """A service's settings."""

    model_config = SettingsConfigDict(env_prefix="SPECIMEN_")

    widgets: int = 3
    gadgets: tuple[int, ...] = ()


COMPLETE = {
    "PROFILE": "local",
    "PORT": "8100",
    "OWN_STATE": "XAA",
    "DATABASE_URL": "postgresql+asyncpg://specimen_app:geheim@127.0.0.1:5432/specimen",
    "KEYS_FOLDER": "keys",
    "ISSUER_URL": "http://127.0.0.1:8104",
    "ISSUER_JWKS_URL": "http://127.0.0.1:8104/jwks",
}


def read(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> SpecimenSettings:
    for name, value in (COMPLETE | changes).items():
        if value is not None:
            monkeypatch.setenv(f"SPECIMEN_{name}", value)
    return SpecimenSettings.from_environment()


def test_complete_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, WIDGETS="7", AUDIT_CHECKPOINT_SINKS="one, https://witness.test/x")
    assert (settings.port, settings.own_state, settings.widgets) == (8100, "XAA", 7)
    assert settings.audit_checkpoint_sinks == ("one", "https://witness.test/x")


def test_lists_may_be_json(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, AUDIT_CHECKPOINT_SINKS='["one", "two"]')
    assert settings.audit_checkpoint_sinks == ("one", "two")


WITNESS = "https://court.test/w#court+1f2e3d4c+BA=="


def test_a_witness_has_a_folder_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, AUDIT_CHECKPOINT_SINKS=f"kept,{WITNESS}").audit_checkpoint_sinks[1] == WITNESS
    with pytest.raises(SettingsRefused, match="needs a folder beside it"):
        read(monkeypatch, AUDIT_CHECKPOINT_SINKS=WITNESS)


def test_a_witness_is_reached_by_https_or_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    here = WITNESS.replace("https://court.test", "http://127.0.0.1:8190")
    assert read(monkeypatch, AUDIT_CHECKPOINT_SINKS=f"kept,{here}")
    with pytest.raises(SettingsRefused, match="a witness has an https address"):
        read(monkeypatch, AUDIT_CHECKPOINT_SINKS=f"kept,{WITNESS.replace('https', 'http')}")


def test_unknown_setting_stops_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRefused, match="unknown and stop the process: SPECIMEN_WIDGET"):
        read(monkeypatch, WIDGET="7")


def test_other_services_settings_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_WIDGET", "1")
    assert read(monkeypatch).widgets == 3


def test_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRefused, match="SPECIMEN_OWN_STATE: Field required"):
        read(monkeypatch, OWN_STATE=None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROFILE", "testing"),
        ("PORT", "65536"),
        ("OWN_STATE", "AB"),
        ("OWN_STATE", "XXX"),
        ("OWN_STATE", "fra"),
        ("LOG_LEVEL", "loud"),
        ("AUDIT_CHECKPOINT_SINKS", "http://witness.test"),
        ("AUDIT_CHECKPOINT_SINKS", "[1"),
        ("DATABASE_PASSWORD_FILE", "absent"),
    ],
)
def test_wrong_setting_stops_the_process_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        read(monkeypatch, **{name: value})
    assert "geheim" not in str(refusal.value)


@pytest.mark.parametrize("state", ["FRA", "DEU", "XAA", "XDD"])
def test_state_is_an_iso_code_or_of_the_demonstration(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    assert read(monkeypatch, OWN_STATE=state).own_state == state


def test_production_needs_a_place_for_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRefused, match="at least one place in production"):
        read(monkeypatch, PROFILE="production")
    assert read(monkeypatch, PROFILE="production", AUDIT_CHECKPOINT_SINKS="witness").port == 8100


def test_list_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, GADGETS="[1, 2]").gadgets == (1, 2)
    with pytest.raises(SettingsRefused, match="gadgets"):
        read(monkeypatch, GADGETS="[1")


def test_password_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss/word\n", encoding="utf-8")
    settings = read(
        monkeypatch,
        DATABASE_URL="postgresql+asyncpg://specimen_app@127.0.0.1:5432/specimen",
        DATABASE_PASSWORD_FILE=str(file),
    )
    expected = "postgresql+asyncpg://specimen_app:p%40ss%2Fword@127.0.0.1:5432/specimen"
    assert settings.database_url.get_secret_value() == expected


def test_password_file_works_without_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("word", encoding="utf-8")
    values: dict[str, Any] = {name.lower(): value for name, value in COMPLETE.items()}
    values["migration_database_url"] = SecretStr("postgresql+asyncpg://specimen_migrator@host/specimen")
    settings = SpecimenSettings(**values, migration_database_password_file=file)
    assert settings.migration_database_url is not None
    assert ":word@host" in settings.migration_database_url.get_secret_value()


def test_settings_are_frozen_and_print_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    assert "geheim" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]
