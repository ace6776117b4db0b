"""Runs the checks against an endpoint and says, check by check, whether it passed and what it did instead.

Source: sharing-protocol.md §9.7.
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from deploy.local.conformity.checks import CHECKS, NOT_IN_SCOPE, STATUS_OF, Check, Probe
from deploy.local.conformity.kit import Kit, a_message, a_request
from services.sharing.errors import EnvelopeRefused
from services.sharing.protocol.envelope import verify_acknowledgement
from services.sharing.protocol.http_signature import SignedRequest
from services.sharing.protocol.payloads import PAYLOADS

#: A body longer than a notice may be; nobody has to read it to its end.
TOO_LONG: Final = b"x" * (64 * 1024 + 1)
_TOO_LONG_STATUS: Final = frozenset({413, 401, 415})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: str = field(repr=False)


Send = Callable[[SignedRequest], Awaitable[Answer]]
AwaitDone = Callable[[UUID], Awaitable[bool]]
"""Whether the counterpart told us, in time, that a recall of ours is carried out."""


class Outcome(StrEnum):
    """How a check ended; NOT_TRIED needs something that was not there."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NOT_TRIED = "NOT_TRIED"


@dataclass(frozen=True, slots=True)
class Result:
    """One check's end; `found` says what came instead of what must."""

    name: str
    rule: str
    sentence: str
    outcome: Outcome
    found: str = ""

    def as_json(self) -> dict[str, str]:
        """The result as JSON values."""
        return {
            "check": self.name,
            "rule": self.rule,
            "sentence": self.sentence,
            "outcome": self.outcome.value,
            "found": self.found,
        }


@dataclass
class Seen:
    """How long refusals were, and receipts that say NOT_IN_SCOPE: their length must tell nothing."""

    refusals: set[int] = field(default_factory=set)
    receipts: set[int] = field(default_factory=set)


async def try_all(
    kit: Kit, send: Send, await_done: AwaitDone | None = None, *, checks: Iterable[Check] = CHECKS
) -> list[Result]:
    """Run every check, in their order.

    Args:
        kit: Both sides.
        send: Carries a request and gives the answer.
        await_done: Waits for the counterpart's DONE at our own endpoint; without one that is not tried.
        checks: Which.
    """
    seen = Seen()
    results = [await _try(check, kit, send, seen) for check in checks]
    results.append(await _too_long(kit, send))
    results.append(_alike(seen))
    results.append(await _drill(kit, send, await_done))
    return results


async def _try(check: Check, kit: Kit, send: Send, seen: Seen) -> Result:
    before = ""
    for number, probe in enumerate(check.make(kit), start=1):
        answer = await send(probe.request)
        fault = _fault(probe, answer, before, kit)
        if fault is not None:
            return Result(
                check.name, check.rule, check.sentence, Outcome.FAILED, f"request {number}: {fault}"
            )
        _note(probe, answer, seen)
        before = answer.body
    return Result(check.name, check.rule, check.sentence, Outcome.PASSED)


def _fault(probe: Probe, answer: Answer, before: str, kit: Kit) -> str | None:
    """What is wrong with an answer, in words; `None` when it is what must be answered."""
    got = f"status {answer.status} and {_code(answer) or 'no code'}"
    if probe.codes:
        code = _code(answer)
        is_right = code in probe.codes and answer.status == STATUS_OF[code]
        return None if is_right else f"expected {' or '.join(probe.codes)}, got {got}"
    if answer.status not in {200, 202}:
        return f"expected a receipt with {probe.outcome}, got {got}"
    if probe.as_before and answer.body != before:
        return "expected the receipt of the request before, got another one"
    return _receipt_fault(probe, answer, kit)


def _receipt_fault(probe: Probe, answer: Answer, kit: Kit) -> str | None:
    try:
        receipt = verify_acknowledgement(
            answer.body.strip(),
            message_id=UUID(probe.request.headers["message-id"]),
            notice=probe.request.body.decode("ascii"),
            recipient=kit.recipient,
            key_of=kit.keys.get,
        )
    except EnvelopeRefused as fault:
        return f"the receipt does not prove what was received ({fault.facts['reason']})"
    if receipt.outcome != probe.outcome:
        return f"expected a receipt with {probe.outcome}, got {receipt.outcome}"
    return None


def _code(answer: Answer) -> str | None:
    try:
        content = json.loads(answer.body)
    except ValueError:
        return None
    found = content.get("code") if isinstance(content, dict) else None
    return found if isinstance(found, str) else None


def _note(probe: Probe, answer: Answer, seen: Seen) -> None:
    if probe.codes:
        seen.refusals.add(len(answer.body))
    elif probe.outcome == NOT_IN_SCOPE:
        seen.receipts.add(len(answer.body.strip()))


async def _too_long(kit: Kit, send: Send) -> Result:
    """A body that no notice needs is refused, whatever signs it."""
    request = a_request(kit, a_message(kit))
    answer = await send(SignedRequest(request.method, request.target, request.headers, TOO_LONG))
    name, rule, sentence = "too-long", "§9.2", "A body longer than a message may be is refused."
    if answer.status in _TOO_LONG_STATUS:
        return Result(name, rule, sentence, Outcome.PASSED)
    return Result(name, rule, sentence, Outcome.FAILED, f"got status {answer.status}")


def _alike(seen: Seen) -> Result:
    """The form and length of a refusal tell nothing of its reason (SG-35)."""
    name, rule = "refusals-alike", "SG-35"
    sentence = "Refusals are alike: one form, one length, whatever the reason."
    if len(seen.refusals) <= 1 and len(seen.receipts) <= 1:
        return Result(name, rule, sentence, Outcome.PASSED)
    found = f"refusals of {sorted(seen.refusals)} and receipts of {sorted(seen.receipts)} characters"
    return Result(name, rule, sentence, Outcome.FAILED, found)


async def _drill(kit: Kit, send: Send, await_done: AwaitDone | None) -> Result:
    """A notice is recalled, and the counterpart says at our endpoint that it is done."""
    name, rule = "recall-drill", "SG-37"
    sentence = "A recall is carried out, and its DONE comes to our endpoint in time."
    if await_done is None:
        found = "it needs --listen: the counterpart sends its DONE to our registered endpoint"
        return Result(name, rule, sentence, Outcome.NOT_TRIED, found)
    notice = a_message(kit)
    await send(a_request(kit, notice))
    recall = PAYLOADS["RECALL"].model_validate(
        {
            "target_message_id": notice.message_id,
            "kind": "ERASE",
            "reason_code": "MISTAKEN_IDENTITY",
            "urgent": True,
            "onward_instructions": "Erase it, and have everyone erase it to whom you passed it.",
        }
    )
    message = a_message(kit, "RECALL", recall, in_reply_to=notice.message_id, agreement_id=None)
    await send(a_request(kit, message))
    if await await_done(message.message_id):
        return Result(name, rule, sentence, Outcome.PASSED)
    return Result(name, rule, sentence, Outcome.FAILED, "no DONE for it came in time")
