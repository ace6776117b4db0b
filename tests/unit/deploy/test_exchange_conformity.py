"""The checks that two States run, their vectors, and the receiver that a foreign engineer reads."""

import importlib.util
import json
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deploy.local import exchange_command
from deploy.local.conformity import vectors
from deploy.local.conformity.checks import CHECKS
from deploy.local.conformity.kit import Kit
from deploy.local.conformity.kit_file import KIT_NAME, KitFault, kit_of, make_kit, read_kit
from deploy.local.conformity.trial import Answer, Outcome, Result, try_all
from services.sharing.protocol.http_signature import SignedRequest
from shared.clock import SystemClock

SCHEMA = json.loads((vectors.FOLDER / "ctx-1.0.schema.json").read_text(encoding="utf-8"))
VECTORS = json.loads((vectors.FOLDER / vectors.VECTORS).read_text(encoding="utf-8"))


def _module() -> ModuleType:
    """The stand-alone file, as somebody else would load it."""
    spec = importlib.util.spec_from_file_location("ctx_receiver", vectors.FOLDER / "receiver.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RECEIVER: Any = _module()


def a_receiver(now: Callable[[], datetime] = lambda: vectors.NOW) -> Any:
    return RECEIVER.Receiver(vectors.receiver_example(), SCHEMA, now)


def answer_of(receiver: Any, request: SignedRequest) -> Answer:
    """What a receiver answers, as its server would say it."""
    if len(request.body) > RECEIVER.MAX_BYTES:
        return Answer(413, '{"code": "E415"}')
    try:
        receipt = receiver.take(
            RECEIVER.Request(request.method, request.target, request.headers, request.body)
        )
    except RECEIVER.Refused as refusal:
        return Answer(RECEIVER.STATUS[refusal.code], json.dumps({"code": refusal.code}))
    return Answer(200, receipt)


@pytest.mark.parametrize("check", VECTORS["checks"], ids=lambda check: str(check["check"]))
def test_receiver_answers_every_vector_as_it_must(check: dict[str, Any]) -> None:
    receiver, before = a_receiver(), ""
    for each in check["requests"]:
        request = SignedRequest(each["method"], VECTORS["target"], each["headers"], each["body"].encode())
        answer = answer_of(receiver, request)
        expected = each["expected"]
        if "any_of" in expected:
            got = {"status": answer.status, "code": json.loads(answer.body)["code"]}
            assert got in expected["any_of"]
        else:
            receipt = json.loads(RECEIVER.unbase64(answer.body.split(".")[1]))
            assert (answer.status, receipt["outcome"]) == (expected["status"], expected["outcome"])
            assert not expected.get("same_receipt_as_before") or answer.body == before
        before = answer.body


def test_vectors_hold_every_check_in_its_own_words() -> None:
    written = [(each["check"], each["rule"], each["sentence"]) for each in VECTORS["checks"]]
    assert written == [(check.name, check.rule, check.sentence) for check in CHECKS]
    for name, content in (
        (vectors.RECEIVER, vectors.receiver_example()),
        (vectors.TRIAL, vectors.trial_example()),
    ):
        assert json.loads((vectors.FOLDER / name).read_text(encoding="utf-8")) == content
        assert "TEST KEYS" in content["note"]


async def tried(receiver: Any) -> dict[str, Result]:
    """Every check against a receiver in this process."""
    kit = kit_of(vectors.trial_example(), vectors.URL, vectors.StillClock())

    async def send(request: SignedRequest) -> Answer:
        return answer_of(receiver, request)

    return {result.name: result for result in await try_all(kit, send)}


async def test_receiver_passes_every_check() -> None:
    results = await tried(a_receiver())
    assert [name for name, each in results.items() if each.outcome is not Outcome.PASSED] == ["recall-drill"]
    assert results["recall-drill"].outcome is Outcome.NOT_TRIED


def _forgets(receiver: Any) -> None:
    receiver.kept.nonces = type("Forgetful", (set,), {"add": lambda *_: None})()


def _forgets_ids(receiver: Any) -> None:
    receiver.kept.receipts = type("Forgetful", (dict,), {"__setitem__": lambda *_: None})()


def _reads_before_it_judges(receiver: Any) -> None:
    judge = receiver.judge

    def reading(envelope: Any, now: Any) -> Any:
        receiver.unseal(envelope)
        return judge(envelope, now)

    receiver.judge = reading


def _keeps_what_was_recalled(receiver: Any) -> None:
    receiver.was_withdrawn = lambda _: False


def _takes_onward(receiver: Any) -> None:
    scope = receiver.is_out_of_scope
    receiver.is_out_of_scope = lambda envelope: scope({**envelope, "originator": envelope["sender"]})


def _reads_loosely(receiver: Any) -> None:
    receiver.read = lambda *_: None


@pytest.mark.parametrize(
    ("spoil", "failing"),
    [
        (_forgets, "replay"),
        (_forgets_ids, "id-used-again"),
        (_reads_before_it_judges, "unread"),
        (_keeps_what_was_recalled, "overtaken"),
        (_takes_onward, "onward"),
        (_reads_loosely, "unknown-fields"),
    ],
)
async def test_receiver_with_one_fault_fails_the_check_that_is_for_it(
    spoil: Callable[[Any], None], failing: str
) -> None:
    receiver = a_receiver()
    spoil(receiver)
    result = (await tried(receiver))[failing]
    assert result.outcome is Outcome.FAILED
    assert result.found


async def test_refusals_that_tell_their_reason_are_not_alike() -> None:
    kit = kit_of(vectors.trial_example(), vectors.URL, vectors.StillClock())
    receiver = a_receiver()

    async def send(request: SignedRequest) -> Answer:
        answer = answer_of(receiver, request)
        if answer.status == 200:
            return answer
        why = {401: "no", 409: "it was seen before"}.get(answer.status, "")
        return Answer(answer.status, json.dumps({"code": json.loads(answer.body)["code"], "why": why}))

    results = {each.name: each for each in await try_all(kit, send)}
    assert results["refusals-alike"].outcome is Outcome.FAILED


@contextmanager
def serving(receiver: Any) -> Iterator[str]:
    """The receiver's own server, at a free port."""
    server = RECEIVER.serve(receiver, vectors.URL, 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/exchange"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def kit_file(folder: Path) -> Path:
    path = folder / "trial.json"
    path.write_text(json.dumps(vectors.trial_example()), encoding="utf-8")
    return path


def test_command_says_each_check_and_ends_with_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver = a_receiver(SystemClock().now)
    with serving(receiver) as address:
        receiver_knows_itself_as(receiver, address)
        assert exchange_command.conform(address, kit_file(tmp_path), as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("passed     §6")
    assert lines[-1] == "27 of 28 checks passed, 0 failed."


def test_command_with_json_ends_with_one_when_a_check_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver = a_receiver(SystemClock().now)
    _takes_onward(receiver)
    with serving(receiver) as address:
        receiver_knows_itself_as(receiver, address)
        assert exchange_command.conform(address, kit_file(tmp_path), as_json=True) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["passed"] is False
    assert [each["check"] for each in report["checks"] if each["outcome"] == "FAILED"] == ["onward"]


def receiver_knows_itself_as(receiver: Any, address: str) -> None:
    """The address that is signed is the one under which it is registered: here, the one it listens at."""
    take = receiver.take
    receiver.take = lambda request: take(replace(request, target=address))


def test_endpoint_that_is_away_is_a_sentence(tmp_path: Path) -> None:
    with serving(a_receiver()) as address:
        pass
    with pytest.raises(exchange_command.EndpointAway, match="cannot be reached"):
        exchange_command.conform(address, kit_file(tmp_path), as_json=False)


def test_kit_is_its_owners_and_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    kit, public = make_kit(folder, "XTS-PIU-01")
    assert stat.S_IMODE(kit.stat().st_mode) == 0o600
    told = json.loads(public.read_text(encoding="utf-8"))
    assert [key["use"] for key in told["keys"]] == ["sig", "enc"]
    assert '"d"' not in public.read_text(encoding="utf-8")
    with pytest.raises(FileExistsError):
        make_kit(folder, "XTS-PIU-01")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"authority": "XTS", "signing_key": {"kid": "a"}}'])
def test_file_that_is_no_kit_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / KIT_NAME
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KitFault, match=KIT_NAME):
        read_kit(path, vectors.URL, vectors.StillClock())


def test_kit_signs_with_the_key_that_it_names() -> None:
    kit: Kit = kit_of(vectors.trial_example(), vectors.URL, vectors.StillClock())
    assert kit.sender.kid == "XTS-PIU-01.sig"
    assert list(kit.keys) == ["XRX-PIU-01.sig"]
