import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.audit_command import audit_verify
from deploy.local.layout import DataFolder
from shared.audit.checkpoint import CheckpointSigner, log_origin
from shared.security.keys import KeyFile
from tests.fakes import START
from tests.unit.audit.test_verify import KEY, ORIGIN, RECORDS, a_sink, an_export, lines_of, note_for, write

Answer = Callable[[httpx.Request], httpx.Response]


def verify(folder: Path, export: Path | None = None, **more: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = audit_verify(
        folder,
        more.pop("service", None),
        export,
        out=out,
        err=err,
        token_of=lambda _data, person: f"token-{person}",
        **more,
    )
    return code, out.getvalue(), err.getvalue()


def test_export_that_holds(tmp_path: Path) -> None:
    export = write(tmp_path / "export.ndjson", an_export())
    sink = a_sink(tmp_path / "sink", note_for(RECORDS, 9))
    code, out, err = verify(tmp_path / "data", export, keys=[KEY], sinks=[sink])
    assert (code, err) == (0, "")
    assert out == f"{ORIGIN}: holds (9 records, 2 signed checkpoints, 1 published ones).\n"


def test_export_that_does_not_hold_says_why(tmp_path: Path) -> None:
    export = write(tmp_path / "export.ndjson", an_export(RECORDS[:4], (4,)))
    sink = a_sink(tmp_path / "sink", note_for(RECORDS, 9))
    code, out, _ = verify(tmp_path / "data", export, keys=[KEY], sinks=[sink])
    assert code == 1
    assert "DOES NOT HOLD" in out
    assert "The tail is cut off" in out


def test_findings_as_json(tmp_path: Path) -> None:
    export = write(tmp_path / "export.ndjson", an_export())
    code, out, _ = verify(tmp_path / "data", export, keys=[KEY], as_json=True)
    found = json.loads(out)
    assert code == 0
    assert (found["origin"], found["holds"], found["records"]) == (ORIGIN, True, 9)
    assert len(found["remarks"]) == 1


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    code, out, err = verify(tmp_path, tmp_path / "absent.ndjson")
    assert (code, out) == (2, "")
    assert err.startswith("The file cannot be read")


def test_without_a_running_system_it_says_so(tmp_path: Path) -> None:
    code, _, err = verify(tmp_path / "data")
    assert code == 2
    assert err


@pytest.fixture
def running(tmp_path: Path) -> DataFolder:
    """A data folder as of a running system whose ingest has a log of nine records."""
    folder = DataFolder(tmp_path / "data")
    folder.keys_of("ingest").mkdir(parents=True)
    folder.running.write_text(
        json.dumps({name: f"http://{name}.test" for name in ("ingest", "screening", "sharing", "console")})
    )
    key = KeyFile.create(
        folder.keys_of("ingest") / "audit-checkpoint.json",
        owner="ingest",
        use="audit-checkpoint",
        not_before=START,
        not_after=START + timedelta(days=1),
    )
    (folder.path / "export.ndjson").write_bytes(
        b"".join(lines_of(an_export(signer=CheckpointSigner(log_origin("XAA", "ingest"), key.private))))
    )
    return folder


def client_of(answer: Answer) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(answer))


def test_running_service_is_asked_as_the_auditor_for_oversight(running: DataFolder) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=(running.path / "export.ndjson").read_bytes())

    with running.claimed():
        code, out, err = verify(running.path, service="ingest", client=client_of(answer))
    assert (code, err) == (0, "")
    assert "holds" in out
    # The key is the installation's own, so it is not taken from the export.
    assert "export's own" not in out
    (request,) = seen
    assert str(request.url) == "http://ingest.test/v1/audit/export"
    assert request.headers["authorization"] == "Bearer token-auditor"
    assert request.headers["purpose-code"] == "OVERSIGHT"


def test_service_without_a_log_is_named_when_all_are_asked_for(running: DataFolder) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host != "ingest.test":
            return httpx.Response(404)
        return httpx.Response(200, content=(running.path / "export.ndjson").read_bytes())

    with running.claimed():
        code, out, err = verify(running.path, client=client_of(answer))
    assert code == 0
    assert out.count("holds") == 1
    assert err.count("was not verified") == 3


@pytest.mark.parametrize("status", [403, 404, 500])
def test_service_that_refuses_is_a_fault(running: DataFolder, status: int) -> None:
    with running.claimed():
        code, _, err = verify(
            running.path, service="ingest", client=client_of(lambda _: httpx.Response(status))
        )
    assert code == 2
    assert f"ingest did not give its audit log out (HTTP {status})" in err


def test_service_that_is_away_is_a_fault(running: DataFolder) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    with running.claimed():
        code, _, err = verify(running.path, service="ingest", client=client_of(answer))
    assert code == 2
    assert "did not give its audit log out (no answer)" in err
