"""The whole product through its command: `./run up` until it is ended, and the scripted day."""

import json
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.layout import ROOT, DataFolder
from deploy.local.postgres_state import server_on
from deploy.local.token_command import token_of_carrier

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "deploy.local", *arguments]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The summary of one scripted day in an empty folder."""
    data = tmp_path_factory.mktemp("day") / "data"
    done = subprocess.run(
        command("--exit", "--json", "--port", "0", "--data", str(data)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert server_on(data / "postgresql" / "cluster") is None
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def test_every_message_but_the_one_cut_short_is_accepted(day: dict[str, Any]) -> None:
    answers = {row["title"]: row for row in day["messages"]}
    refused = [title for title, row in answers.items() if row["status"] == "REJECTED"]
    assert len(refused) == 1
    assert "cut short" in refused[0]
    assert "TRUNCATED" in answers[refused[0]]["why"]
    # Whom a reservation names beside a list is one person, and counts once.
    cut_short = 3
    assert day["travellers"] == sum(row["travellers"] for row in day["messages"]) - cut_short


def test_two_hits_are_confirmed_and_the_namesake_is_cleared(day: dict[str, Any]) -> None:
    assert day["hits"]["CONFIRMED"] == 2
    assert day["hits"]["NOT_A_MATCH"] == 1
    # Two for each confirmed hit, one for the namesake, whom one draw in twenty shows to a second officer too.
    assert day["reviews"] in (5, 6)


def test_one_counterpart_acknowledged_and_one_share_was_refused_with_its_reasons(day: dict[str, Any]) -> None:
    foreign = {row["authority_id"]: row for row in day["recipients"] if row["scope"] == "FOREIGN"}
    assert (foreign["XBB-PIU-01"]["outcome"], foreign["XBB-PIU-01"]["notice"]) == ("SEND", "DELIVERED")
    assert (foreign["XDD-PIU-01"]["outcome"], foreign["XDD-PIU-01"]["notice"]) == ("BLOCK", "")
    assert "SG-34.HUMAN_RIGHTS_RISK" in foreign["XDD-PIU-01"]["reasons"]


def test_own_authorities_are_told_first(day: dict[str, Any]) -> None:
    national = Counter(row["outcome"] for row in day["recipients"] if row["scope"] == "NATIONAL")
    assert national == {"SEND": 4}


def test_something_is_left_for_the_visitor(day: dict[str, Any]) -> None:
    assert day["waiting_in_queue"] >= 1
    assert len(day["missing_flights"]) == 1


def test_every_audit_log_holds(day: dict[str, Any]) -> None:
    assert len(day["audit"]) == 4
    assert all(row["holds"] for row in day["audit"])
    assert sum(row["records"] for row in day["audit"]) > 100


def test_up_says_where_and_a_killed_service_comes_back_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    data = tmp_path / "data"
    arguments = command("up", "--json", "--port", "0", "--data", str(data))
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout is not None
        ready = json.loads(up.stdout.readline())
        try:
            assert ready.pop("ready") is True
            assert list(ready) == ["ingest", "screening", "sharing", "console"]
            children = {name: os.pidfd_open(pid) for name, pid in processes(up.pid).items()}
            signal.pidfd_send_signal(children["services.ingest"], signal.SIGKILL)
            assert submit_until_taken(data, ready["ingest"]) == httpx.codes.ACCEPTED
        finally:
            up.send_signal(signal.SIGINT)
        assert up.wait(timeout=60) == 0
    for descriptor in children.values():
        readable, _, _ = select.select([descriptor], [], [], 20)
        os.close(descriptor)
        assert readable, "a process outlived ./run"
    assert not DataFolder(data).is_claimed()


def processes(parent: int) -> dict[str, int]:
    """The Python children of a process by the module that they run."""
    found = {}
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        if "-m" in words:
            found[words[words.index("-m") + 1]] = int(pid)
    return found


def submit_until_taken(data: Path, ingest: str) -> int:
    """Post a message until the killed service answers again; the transport tries for a minute."""
    body = (ROOT / "tests/data/messages/paxlst-a.edi").read_bytes()
    headers = {
        "Authorization": f"Bearer {token_of_carrier(data, 'XA')}",
        "Content-Type": "application/edifact",
    }
    with httpx.Client(transport=httpx.HTTPTransport(retries=9), trust_env=False, timeout=60) as client:
        return client.post(f"{ingest}/v1/messages", content=body, headers=headers).status_code
