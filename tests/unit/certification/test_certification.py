"""The certification finds nothing wrong with a State that answers well, and each thing that is wrong."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.certification.checks import Outcome
from deploy.certification.command import Order, certify
from services.ingest.errors import RefusedMessage
from services.ingest.formats.registry import read_messages
from services.ingest.intake.answers import EDIFACT_TYPE, answer
from services.ingest.intake.arrival import MALFORMED, Taken
from services.ingest.intake.receipt import Receipt
from services.ingest.reading.linking import LinkingKeys
from shared.identifiers import RandomIdentifiers, ReceiptId
from tests.fakes import FixedClock

MESSAGES = Path(__file__).parents[2] / "data" / "messages"
ORDER = Order("XA", "http://state.test", "XQB", "XQA", "9001", "XADCS", "STATEAPI")
Spoil = Callable[[httpx.Request, httpx.Response], httpx.Response]


class FakeState:
    """A State that reads as ours does and remembers in memory; `spoil` changes its answers."""

    def __init__(self, spoil: Spoil | None = None) -> None:
        self.receipts: dict[str, Receipt] = {}
        self.keys = LinkingKeys(b"k" * 32)
        self.identifiers = RandomIdentifiers(FixedClock())
        self.spoil = spoil
        self.bodies: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        response = self.respond(request)
        response.request = request
        return response if self.spoil is None else self.spoil(request, response)

    def respond(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/service-state":
            return httpx.Response(200, json={"accepting": True})
        if "authorization" not in request.headers:
            return httpx.Response(401)
        if request.method == "GET":
            return httpx.Response(200, json=self.receipts[request.url.path.rpartition("/")[2]].as_json())
        self.bodies.append(request.content)
        return self.take(request)

    def take(self, request: httpx.Request) -> httpx.Response:
        now = datetime(2027, 11, 14, 4, 0, tzinfo=UTC)
        is_trial = request.url.params.get("is_test") == "true"
        try:
            messages = read_messages(request.content, request.headers["content-type"], now)
        except RefusedMessage:
            return httpx.Response(400, json={"code": "UNKNOWN_FORMAT"})
        taken = []
        for ordinal, message in enumerate(messages):
            message = replace(message, is_test=message.is_test or is_trial)  # noqa: PLW2901
            digest = self.keys.digest(request.content, ordinal, is_test=is_trial)
            first = next((each for each in self.receipts.values() if each.digest == digest), None)
            receipt = first or Receipt.of(ReceiptId(self.identifiers.new()), digest, now, message)
            self.receipts[str(receipt.id)] = receipt
            refusal = MALFORMED if message.is_rejected else None
            taken.append(Taken(message, receipt, is_repeat=first is not None, refusal=refusal))
        wants_edifact = request.headers["accept"] == EDIFACT_TYPE
        made = answer(taken, wants_edifact=wants_edifact, own_name="XAA")
        return httpx.Response(made.status_code, headers=dict(made.headers), content=bytes(made.body))


def run(state: FakeState, tmp_path: Path, *samples: Path) -> tuple[int, str, dict[str, Any]]:
    out, report = io.StringIO(), tmp_path / "report.json"
    with httpx.Client(transport=httpx.MockTransport(state)) as http:
        code = certify(replace(ORDER, samples=samples), "token", out, report=report, http=http)
    return code, out.getvalue(), json.loads(report.read_text(encoding="utf-8"))


def outcomes(report: dict[str, Any]) -> dict[int, str]:
    return {each["number"]: each["outcome"] for each in report["checks"]}


def test_state_that_answers_well_certifies_the_carrier(tmp_path: Path) -> None:
    state = FakeState()
    code, told, report = run(state, tmp_path, MESSAGES / "paxlst-a.edi")
    assert (code, report["result"], report["failed"]) == (0, "CERTIFIED", 0), told
    assert len(report["checks"]) == report["passed"] == 15
    assert "15. passed   Your own file 1: paxlst-a.edi" in told
    assert report["checks"][14]["words"] == "ACCEPTED, 3 taken, 0 refused."


def test_everything_that_is_sent_is_a_test_and_nobody_is_real(tmp_path: Path) -> None:
    state = FakeState()
    run(state, tmp_path)
    assert all(receipt.is_test for receipt in state.receipts.values())
    edifact = [body for body in state.bodies if body.startswith(b"UNA")]
    assert len(edifact) > 10
    for body in edifact:
        for message in read_messages(body, "", datetime(2027, 11, 14, tzinfo=UTC)):
            assert message.is_test
            assert all(each.surname.startswith("TEST") for each in message.travellers)


def test_two_runs_send_nothing_twice(tmp_path: Path) -> None:
    state = FakeState()
    run(state, tmp_path)
    known = len(state.receipts)
    run(state, tmp_path)
    assert len(state.receipts) == 2 * known


def path_of(path: str, change: Callable[[httpx.Response], httpx.Response]) -> Spoil:
    return lambda request, response: change(response) if request.url.path == path else response


def only_members(**changed: Any) -> Spoil:
    """Change members of each receipt."""

    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if "application/json" not in response.headers.get("content-type", "") or request.method == "GET":
            return response
        body = response.json()
        return httpx.Response(response.status_code, headers={"location": "/x"}, json=body | changed)

    return change


@pytest.mark.parametrize(
    ("spoil", "failed"),
    [
        (path_of("/v1/service-state", lambda _: httpx.Response(503, json={"accepting": False})), {1}),
        (path_of("/v1/service-state", lambda _: httpx.Response(200, json={"accepting": False})), {1}),
        (lambda _, response: httpx.Response(202) if response.status_code == 401 else response, {2}),
        (path_of("/v1/interactive", lambda _: httpx.Response(500)), {13}),
        (path_of("/v1/manifests/upload", lambda _: httpx.Response(413)), {14}),
        (
            lambda request, response: (
                httpx.Response(202, content=b"thanks")
                if request.headers.get("accept") == EDIFACT_TYPE
                else response
            ),
            {6, 12},
        ),
        (
            lambda _, response: (
                httpx.Response(202, json=response.json()) if response.status_code == 400 else response
            ),
            {7, 8},
        ),
    ],
)
def test_what_is_wrong_is_found_and_nothing_else(spoil: Spoil, failed: set[int], tmp_path: Path) -> None:
    code, told, report = run(FakeState(spoil), tmp_path)
    found = {number for number, outcome in outcomes(report).items() if outcome == Outcome.FAILED}
    assert (found, code, report["result"]) == (failed, 1, "NOT YET"), told


def test_receipt_that_does_not_say_that_it_was_a_test_fails_every_list(tmp_path: Path) -> None:
    code, _, report = run(FakeState(only_members(is_test=False)), tmp_path)
    found = outcomes(report)
    assert code == 1
    assert {found[number] for number in (3, 9, 10, 11, 12, 14)} == {Outcome.FAILED}
    assert (found[4], found[5]) == (Outcome.SKIPPED, Outcome.SKIPPED)


def test_endpoint_without_interactive_answers_or_a_law_for_bookings_is_no_fault(tmp_path: Path) -> None:
    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.url.path == "/v1/interactive":
            return httpx.Response(404)
        if b"PNRGOV" in request.content:
            return httpx.Response(403, json={"code": "INGEST_REFUSED"})
        return response

    code, _, report = run(FakeState(spoil), tmp_path)
    assert (code, report["skipped"], outcomes(report)[13]) == (0, 2, Outcome.SKIPPED)


def test_endpoint_that_is_away_fails_each_check_in_words(tmp_path: Path) -> None:
    def away(_: httpx.Request, response: httpx.Response) -> httpx.Response:
        raise httpx.ConnectError("refused")

    code, told, report = run(FakeState(away), tmp_path)
    assert (code, report["passed"]) == (1, 0)
    assert "No answer: ConnectError." in told


def test_own_file_with_faults_is_told_by_code_and_place(tmp_path: Path) -> None:
    sample = tmp_path / "own.csv"
    sample.write_text("Surname,DOB\r\nRoe,03/04/1984\r\n", encoding="utf-8")
    code, told, report = run(FakeState(), tmp_path, sample, tmp_path / "absent.edi")
    assert (code, report["failed"]) == (1, 2)
    assert "It cannot be read: No such file or directory." in told
