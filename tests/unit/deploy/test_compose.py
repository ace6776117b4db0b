"""docker-compose.yml: a valid Compose file that gives each service exactly settings that it reads."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from deploy.container.health import is_ready
from deploy.container.prepare import prepare
from deploy.local.layout import ROOT, SERVICES
from services.console.settings import ConsoleSettings
from services.door.settings import DoorSettings
from services.ingest.settings import IngestSettings
from services.screening.settings import ScreeningSettings
from services.sharing.settings import SharingSettings
from shared.security.roles import Role
from shared.settings import ServiceSettings

SETTINGS: dict[str, type[ServiceSettings]] = {
    "ingest": IngestSettings,
    "screening": ScreeningSettings,
    "sharing": SharingSettings,
    "console": ConsoleSettings,
}
FACTS = {"authority", "unit", "port", "clearance", "training_valid_to", "manager", "carrier"}
WRITABLE = {"/checkpoints", "/compiled-lists", "/door"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return content


def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "tests/data/compose-spec/compose-spec.schema.json").read_text())
    plain = {name: value for name, value in compose.items() if not name.startswith("x-")}
    assert [fault.message for fault in Draft7Validator(schema).iter_errors(plain)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_each_setting_is_one_that_the_service_reads(compose: dict[str, Any], service: str) -> None:
    prefix = f"{service.upper()}_"
    given = {name.removeprefix(prefix).lower() for name in compose["services"][service]["environment"]}
    assert given <= set(SETTINGS[service].model_fields)


@pytest.mark.parametrize("service", SERVICES)
def test_the_settings_are_accepted_as_they_stand(
    compose: dict[str, Any], service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, "XAA-PIU-01", ["first", "second"])
    for name, value in compose["services"][service]["environment"].items():
        monkeypatch.setenv(name, filled_in(value, tmp_path))
    settings = SETTINGS[service].from_environment()
    assert settings.profile == "production"
    assert settings.database_url.get_secret_value().startswith(f"postgresql+asyncpg://{service}_app:")
    assert (settings.keys_folder / "service-token.json").exists() is False
    assert settings.metrics_token_file, "without it nobody reads the figures, and no alarm rings"


def test_the_door_is_given_exactly_what_it_reads_and_nothing_of_the_services(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, "XAA-PIU-01", ["first", "second"])
    row = compose["services"]["door"]
    given = {name.removeprefix("DOOR_").lower() for name in row["environment"]}
    assert given <= set(DoorSettings.model_fields)
    for name, value in row["environment"].items():
        monkeypatch.setenv(name, filled_in(value, tmp_path))
    assert DoorSettings().profile == "production"
    assert row["secrets"] == ["door-key"], "the only key it has closes"
    assert "d" not in json.loads((tmp_path / "door-key.json").read_text()), "a public half"
    assert row["networks"] == ["outside"]
    inside = [other for name, other in compose["services"].items() if name != "door"]
    assert all(other["networks"] == ["inside"] for other in inside), "it reaches none of them"


def filled_in(value: str, secrets: Path) -> str:
    """What Docker makes of a value: variables replaced, secrets mounted."""
    examples = {"OWN_STATE": "XAA", "OWN_AUTHORITY": "XAA-PIU-01"}
    while "${" in value:
        before, _, rest = value.partition("${")
        name, _, after = rest.partition("}")
        default = name.partition(":-")[2] or "https://id.example"
        value = before + examples.get(name.partition(":")[0], default) + after
    files = {"service-keys": "service-keys.json", "policy-trusted-keys": "policy-trusted-keys.json"}
    files |= {"door-key": "door-key.json", "rights-office-key": "keys/rights-office.json"}
    for name, file in files.items():
        value = value.replace(f"/run/secrets/{name}", str(secrets / file))
    if value == "/door":
        return str(secrets / "door")
    return value.replace("/run/secrets", str(secrets / "passwords"))


@pytest.mark.parametrize("service", [*SERVICES, "door", "database-setup"])
def test_services_run_closed_in(compose: dict[str, Any], service: str) -> None:
    row = compose["services"][service]
    assert row["user"] == "10001:10001"
    assert row["read_only"] is True
    assert row["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in row["security_opt"]
    assert "privileged" not in row
    mounts = [mount.split(":") for mount in row.get("volumes", [])]
    assert {mount[1] for mount in mounts if mount[-1] != "ro"} <= WRITABLE


def test_everything_long_lived_has_a_health_check(compose: dict[str, Any]) -> None:
    rows = {name: row for name, row in compose["services"].items() if name != "database-setup"}
    assert all("test" in row["healthcheck"] for row in rows.values())


def test_ports_are_open_on_this_host_alone(compose: dict[str, Any]) -> None:
    ports = [port for row in compose["services"].values() for port in row.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_secret_is_made_by_prepare(compose: dict[str, Any], tmp_path: Path) -> None:
    prepare(tmp_path, "XAA-PIU-01", ["first", "second"])
    for row in compose["secrets"].values():
        assert (tmp_path / row["file"].removeprefix("./secrets/")).is_file()
    for service in (*SERVICES, "door"):
        for mount in compose["services"][service]["volumes"]:
            assert (tmp_path / mount.split(":")[0].removeprefix("./secrets/")).is_dir()


def test_one_person_alone_cannot_sign_the_safeguards(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="two different people"):
        prepare(tmp_path, "XAA-PIU-01", ["first", "first"])


def test_preparing_again_changes_nothing(tmp_path: Path) -> None:
    prepare(tmp_path, "XAA-PIU-01", ["first", "second"])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    prepare(tmp_path, "XAA-PIU-01", ["first", "second"])
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_who_is_not_root_is_told_to_give_the_secrets_to_the_containers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    prepare(tmp_path, "XAA-PIU-01", ["first", "second"])
    assert f"chown -R 10001:10001 {tmp_path}" in capsys.readouterr().err


def test_realm_knows_the_roles_and_claims_of_the_services() -> None:
    realm = json.loads((ROOT / "deploy/container/realm.json").read_text())
    assert {row["name"] for row in realm["roles"]["realm"]} == {role.value for role in Role}
    claims = {mapper["config"].get("claim.name") for mapper in realm["clientScopes"][0]["protocolMappers"]}
    assert FACTS | {"sub", "roles"} <= claims


def test_what_the_safeguards_ask_of_a_person_is_set_by_an_administrator_alone() -> None:
    realm = json.loads((ROOT / "deploy/container/realm.json").read_text())
    [provider] = realm["components"]["org.keycloak.userprofile.UserProfileProvider"]
    profile = json.loads(provider["config"]["kc.user.profile.config"][0])
    # An attribute that is not declared can be given to nobody, unless everybody may give it to himself.
    assert "unmanagedAttributePolicy" not in profile
    editors = {row["name"]: row["permissions"]["edit"] for row in profile["attributes"]}
    assert editors.keys() >= FACTS | {"username", "email"}
    assert set(map(tuple, editors.values())) == {("admin",)}


def test_a_client_asks_for_scopes_that_the_realm_has() -> None:
    realm = json.loads((ROOT / "deploy/container/realm.json").read_text())
    # A realm that names scopes of its own is made without the built-in ones.
    named = {scope["name"] for scope in realm["clientScopes"]}
    assert {scope for client in realm["clients"] for scope in client["defaultClientScopes"]} <= named


def test_the_identity_provider_keeps_its_data_where_its_image_lets_it(compose: dict[str, Any]) -> None:
    # Docker makes what an image lacks for root, and the provider is not root.
    mounts = compose["services"]["identity"]["volumes"]
    assert "identity:/opt/keycloak/data" in mounts
    assert compose["services"]["identity"]["user"] == "1000:0"


def test_sharing_knows_the_address_that_other_states_sign(compose: dict[str, Any]) -> None:
    # Behind a proxy it sees another one, and refuses every message as altered.
    assert compose["services"]["sharing"]["environment"]["SHARING_EXCHANGE_URL"].startswith(
        "${EXCHANGE_URL:?"
    )


def test_image_is_not_root_and_installs_by_hash() -> None:
    image = (ROOT / "deploy/container/Dockerfile").read_text()
    assert "USER ${UID}:${UID}" in image
    assert image.count("--require-hashes") == 2
    # While files can still be written: a container's own are read-only.
    assert 0 < image.index("import services.screening.matching") < image.index("USER ${UID}")


def test_health_of_nothing_is_not_ready() -> None:
    assert is_ready("http://127.0.0.1:9/health/ready") is False
