import json
from pathlib import Path

import pytest

from deploy.local.openapi import FOLDER, documents, write_documents

SERVICES = ("ingest", "screening", "sharing", "console", "door")


# What nobody needs an account for: the template, whether the State takes messages, its callbacks' keys.
OPEN = {
    # The counterparts' door: signatures are the way in.
    "sharing": {"/v1/exchange"},
    # The travellers' door is open altogether.
    "door": {"/", "/door.css", "/{language}", "/{language}/requests", "/{language}/status"},
    # Where clients of the OpenSanctions match API look whether the service lives.
    "screening": {"/healthz", "/readyz"},
    "ingest": {
        "/v1/interactive/keys",
        "/v1/manifests/template.csv",
        "/v1/manifests/template.xlsx",
        "/v1/service-state",
    },
}


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return documents()


@pytest.mark.parametrize("service", SERVICES)
def test_committed_interface_is_the_services(made: dict[str, str], service: str) -> None:
    committed = (FOLDER / f"{service}.json").read_text(encoding="utf-8")
    assert committed == made[service], "run: python -m deploy.local.openapi, and look at the difference"


def test_there_is_a_file_for_each_service_and_no_other(made: dict[str, str]) -> None:
    assert set(made) == {path.stem for path in FOLDER.glob("*.json")} == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_but_health_names_its_permission(made: dict[str, str], service: str) -> None:
    paths = json.loads(made[service])["paths"]
    open_paths = {
        path
        for path, operations in paths.items()
        for operation in operations.values()
        if "x-permission" not in operation
    }
    assert open_paths == {"/health/live", "/health/ready"} | OPEN.get(service, set())


def test_writing_again_changes_nothing(made: dict[str, str], tmp_path: Path) -> None:
    write_documents(tmp_path)
    assert {path.stem: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == made


@pytest.mark.parametrize("service", SERVICES)
def test_no_name_of_a_schema_tells_where_its_code_stands(made: dict[str, str], service: str) -> None:
    """FastAPI tells two models of one name apart by their modules: each has a name of its own."""
    schemas = json.loads(made[service]).get("components", {}).get("schemas", {})
    assert [name for name in schemas if "__" in name] == []
