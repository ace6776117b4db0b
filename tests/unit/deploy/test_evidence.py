"""The evidence pack: every paragraph is there, what it names exists, and every file is under the sums."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.evidence.gathering import LOGGED, QUERIES, DataSet, EvidenceNotGiven, Gathering, Query
from deploy.local.evidence.pack import LogFinding, evidence, figures_of, write_pack
from deploy.local.evidence.table import STANDINGS, TOPICS, Paragraph, read_mandate
from deploy.local.evidence_command import FolderNotEmpty, make_evidence
from deploy.local.faults import NotRunning
from deploy.local.layout import ROOT
from shared.policy.catalogue import CATALOGUE_FOLDER, read_catalogue
from shared.security.keys import KeyFile

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ADDRESSES = {name: f"http://{name}.test" for name in LOGGED}
FIGURES = {
    "figures": [
        {"kpi": 8, "name": "sent_abroad_by_state", "group": "XBB", "value": "<10", "unit": "count"},
        {"kpi": 8, "name": "sent_abroad_by_state", "group": "XCC", "value": 12, "unit": "count"},
    ]
}


def a_set(name: str, service: str = "sharing", content: Any = None, *, of_month: bool = False) -> DataSet:
    return DataSet(Query(name, service, "/v1/x", of_month=of_month), NOW, content)


def a_pack(rows: list[Paragraph] | None = None, sets: list[DataSet] | None = None) -> dict[str, Any]:
    logs = [LogFinding("sharing", "safeconduct/XAA/sharing", True, 12, 3, ())]
    return evidence(
        read_mandate() if rows is None else rows,
        sets or [],
        read_catalogue(CATALOGUE_FOLDER),
        logs,
        month="2026-11",
        made_at=NOW,
        own_state="XAA",
        profile="local",
    )


def test_the_binding_paragraphs_all_have_a_row() -> None:
    named = " ".join(row.paragraph for row in read_mandate())
    for paragraph in ("2396 para 3", "2396 para 11", "2396 para 12", "2396 para 13", "2396 para 15"):
        assert re.search(rf"{paragraph}\b", named), paragraph


@pytest.mark.parametrize("row", read_mandate(), ids=lambda row: row.paragraph)
def test_what_a_row_names_is_there(row: Paragraph) -> None:
    assert row.topic in TOPICS
    assert row.standing in STANDINGS
    assert all((ROOT / path).exists() for path in (*row.where, *row.tests)), row
    assert row.standing == "OUTSIDE" or (row.where and row.tests), "a claim names where, and its test"
    assert set(row.data) <= {query.name for query in QUERIES} | {"checkpoints"}
    assert all(figure.partition(":")[0] in {"ingest", "screening", "sharing"} for figure in row.figures)


@pytest.mark.parametrize("row", [row for row in read_mandate() if row.figures], ids=lambda row: row.paragraph)
def test_a_row_names_figures_that_a_service_publishes(row: Paragraph) -> None:
    for figure in row.figures:
        service, _, name = figure.partition(":")
        sources = [f"services/{service}/store/oversight.py", "shared/oversight/log_figures.py"]
        assert any(f'"{name}"' in (ROOT / path).read_text(encoding="utf-8") for path in sources), figure


def test_live_figures_stand_in_the_row_that_names_them() -> None:
    row = Paragraph("p", "SHARING", "DONE", "a", "b", (), (), ("sharing:sent_abroad_by_state",), ("x",))
    pack = a_pack([row], [a_set("figures-sharing", content=FIGURES, of_month=True), a_set("x")])
    (told,) = pack["paragraphs"]
    assert [(each["group"], each["value"]) for each in told["figures"]] == [("XBB", "<10"), ("XCC", 12)]
    assert (told["data"], told["standing"]) == (["data/x.json"], "The product does this")
    assert figures_of([a_set("x", content=FIGURES)]) == {}, "only what is published by month"


def test_the_safeguards_of_this_build_are_named_with_their_digest() -> None:
    safeguards = a_pack([])["safeguards"]
    assert len(safeguards["in_force"]) == 45
    assert safeguards["digest"]
    assert safeguards["vectors_passed"] is True
    assert all(each["stages"] and each["message"] for each in safeguards["in_force"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A written pack."""
    key_file = tmp_path / "evidence.json"
    key = KeyFile.create(
        key_file, owner="evidence", use="evidence", not_before=NOW, not_after=NOW + timedelta(days=1)
    )
    made = tmp_path / "pack"
    (made / "logs").mkdir(parents=True)
    (made / "logs" / "sharing.ndjson").write_text("{}\n", encoding="utf-8")
    sets = [a_set("figures-sharing", content=FIGURES, of_month=True)]
    write_pack(made, a_pack(sets=sets), sets, key)
    return made


def test_every_file_is_under_sums_that_are_signed(folder: Path) -> None:
    sums = (folder / "SHA256SUMS").read_bytes()
    listed = dict(line.split("  ")[::-1] for line in sums.decode().splitlines())
    assert set(listed) == {
        "data/figures-sharing.json",
        "evidence.html",
        "evidence.json",
        "logs/sharing.ndjson",
    }
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == listed[name] for name in listed)
    signed = json.loads((folder / "SHA256SUMS.sig").read_text(encoding="utf-8"))
    key = KeyFile.load(folder.parent / "evidence.json")
    assert signed["key"] == key.public_jwk()
    key.public_key.verify(base64.b64decode(signed["signature"]), sums)


def test_the_page_stands_alone_and_says_what_it_is(folder: Path) -> None:
    page = (folder / "evidence.html").read_text(encoding="utf-8")
    assert "This is a demonstration" in page
    assert "&lt;10" in page
    assert not re.search(r"(src|href)=\"(https?:)?//", page), "nothing is loaded from elsewhere"
    assert "2396 para 11" in page


def test_a_data_set_tells_its_query_and_its_date(folder: Path) -> None:
    kept = json.loads((folder / "data" / "figures-sharing.json").read_text(encoding="utf-8"))
    assert (kept["query"], kept["asked_at"]) == ("GET /v1/x", NOW.isoformat())
    assert kept["content"] == FIGURES


def gathering(answer: httpx.Response | None, asked: list[httpx.Request]) -> Gathering:
    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if answer is None:
            raise httpx.ConnectError("refused", request=request)
        return answer

    client = httpx.Client(transport=httpx.MockTransport(respond))
    return Gathering(ADDRESSES, client, lambda: "token", lambda: NOW, "2026-10")


def test_every_question_is_for_oversight_and_figures_are_of_the_month() -> None:
    asked: list[httpx.Request] = []
    gathered = gathering(httpx.Response(200, json={"figures": []}), asked)
    assert [each.query for each in gathered.data_sets()] == list(QUERIES)
    assert dict(gathered.logs()).keys() == set(LOGGED)
    assert {each.headers["Purpose-Code"] for each in asked} == {"OVERSIGHT"}
    months = {each.url.params.get("month") for each in asked if each.url.path.endswith("/figures")}
    assert months == {"2026-10"}


@pytest.mark.parametrize("answer", [httpx.Response(403), None])
def test_a_pack_with_holes_is_not_made(answer: httpx.Response | None) -> None:
    with pytest.raises(EvidenceNotGiven, match="so the pack was not made"):
        list(gathering(answer, []).data_sets())


def test_without_a_running_system_there_is_no_evidence(tmp_path: Path) -> None:
    with pytest.raises(NotRunning):
        make_evidence(tmp_path / "data", tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_a_pack_is_never_mixed_with_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.layout.DataFolder.running_system", lambda _: ADDRESSES)
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "letter.txt").write_text("private", encoding="utf-8")
    with pytest.raises(FolderNotEmpty, match="not empty"):
        make_evidence(tmp_path / "data", tmp_path / "pack")
