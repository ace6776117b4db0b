"""The checks of the certification, in their order: what is sent, what a State's endpoint must answer."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx

from deploy.certification import messages
from deploy.certification.endpoint import EDIFACT, Endpoint, receipts_of
from deploy.certification.messages import TRAVELLERS, TestFlight
from services.ingest.errors import RefusedMessage
from services.ingest.formats.acknowledgements import CustomsResponse, read_answers
from services.ingest.formats.registry import read_messages
from services.ingest.formats.sheet_template import template_csv

TAKEN: Final = frozenset({HTTPStatus.OK, HTTPStatus.ACCEPTED})


class Outcome(StrEnum):
    """What became of a check."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class Unexpected(Exception):
    """The endpoint answered something else; the words say what."""


class NotOffered(Exception):
    """The endpoint does not offer this; the words say so."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and what became of it: words without personal data."""

    number: int
    title: str
    outcome: Outcome
    words: str

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        return {
            "number": self.number,
            "title": self.title,
            "outcome": self.outcome.value,
            "words": self.words,
        }


Check = Callable[[], str]


class Certification:
    """All checks against one endpoint, about one test flight; later ones use what earlier ones found.

    Args:
        endpoint: Where to, with the carrier's token.
        flight: What the test messages are about.
        samples: The airline's own files, each sent as a trial.
    """

    def __init__(self, endpoint: Endpoint, flight: TestFlight, samples: Sequence[Path] = ()) -> None:
        self._endpoint = endpoint
        self._flight = flight
        self._samples = samples
        self._first: dict[str, Any] = {}

    def run(self) -> Iterator[Finding]:
        """Carry out the checks, one after the other; one that fails does not end the others."""
        for number, (title, check) in enumerate(self._checks(), start=1):
            try:
                yield Finding(number, title, Outcome.PASSED, check())
            except NotOffered as words:
                yield Finding(number, title, Outcome.SKIPPED, str(words))
            except Unexpected as words:
                yield Finding(number, title, Outcome.FAILED, str(words))
            except httpx.HTTPError as fault:
                yield Finding(number, title, Outcome.FAILED, f"No answer: {type(fault).__name__}.")

    def _checks(self) -> list[tuple[str, Check]]:
        own = [
            (f"Your own file {place}: {path.name}", _bound(self._sample, path))
            for place, path in enumerate(self._samples, start=1)
        ]
        return [
            ("The endpoint answers and takes messages", self._state),
            ("Nobody is let in without a token", self._no_token),
            ("A passenger list is taken", self._passenger_list),
            ("The same list again gets the first receipt", self._repeat),
            ("The receipt can be read again", self._receipt),
            ("CUSRES answers each traveller", self._cusres),
            ("A list without a flight is refused, and the fault says where", self._malformed),
            ("A list that is cut off is refused", self._cut_off),
            ("A traveller with an impossible date is refused alone", self._one_fault),
            ("A close-out is taken", self._close_out),
            ("A crew list is taken", self._crew),
            ("Bookings (PNRGOV) are taken and acknowledged", self._pnr),
            ("A check-in is answered at once (interactive)", self._interactive),
            ("A spreadsheet is taken", self._sheet),
            *own,
        ]

    def _state(self) -> str:
        answer = self._endpoint.get("/v1/service-state", with_token=False)
        _expect(answer, {HTTPStatus.OK})
        if answer.json().get("accepting") is not True:
            raise Unexpected("It says that it takes no messages now.")
        return "It takes messages."

    def _no_token(self) -> str:
        body = messages.passenger_list(self._flight, "0")
        headers = {"Content-Type": EDIFACT}
        answer = self._endpoint.http.post(
            f"{self._endpoint.url}/v1/messages", content=body, headers=headers, timeout=30.0
        )
        _expect(answer, {HTTPStatus.UNAUTHORIZED})
        return "401, as it must be."

    def _passenger_list(self) -> str:
        answer = self._endpoint.post("/v1/messages", messages.passenger_list(self._flight, "1"))
        self._first = _accepted(answer, TRAVELLERS)
        if answer.headers.get("location") != f"/v1/receipts/{self._first['id']}":
            raise Unexpected("The header Location does not point at the receipt.")
        return f"Receipt {self._first['id']}, {TRAVELLERS} travellers, marked as a test."

    def _repeat(self) -> str:
        first = self._known_receipt()
        answer = self._endpoint.post("/v1/messages", messages.passenger_list(self._flight, "1"))
        _expect(answer, {HTTPStatus.OK})
        if _accepted(answer, TRAVELLERS)["id"] != first["id"]:
            raise Unexpected("Another receipt than the first time.")
        return "200 and the first receipt."

    def _receipt(self) -> str:
        first = self._known_receipt()
        answer = self._endpoint.get(f"/v1/receipts/{first['id']}")
        _expect(answer, {HTTPStatus.OK})
        if answer.json().get("digest") != first["digest"]:
            raise Unexpected("It is the receipt of another message.")
        return "The same receipt."

    def _cusres(self) -> str:
        body = messages.passenger_list(self._flight, "2")
        answer = self._endpoint.post("/v1/messages", body, accept=EDIFACT)
        _expect(answer, TAKEN)
        try:
            found = read_answers(answer.content)
        except RefusedMessage:
            raise Unexpected("The answer is no EDIFACT that can be read.") from None
        replies = [each for each in found if isinstance(each, CustomsResponse)]
        if len(replies) != 1 or len(replies[0].travellers) != TRAVELLERS:
            raise Unexpected("There is not one CUSRES with one group for each traveller.")
        return f"One CUSRES with {TRAVELLERS} travellers."

    def _malformed(self) -> str:
        return self._refused(messages.without_flight(self._flight, "3"))

    def _cut_off(self) -> str:
        return self._refused(messages.cut_off(self._flight, "4"))

    def _refused(self, body: bytes) -> str:
        """The endpoint finds the fault that our own reader finds, at the same place."""
        expected = next(
            fault for each in read_messages(body, EDIFACT, datetime.now(UTC)) for fault in each.faults
        )
        answer = self._endpoint.post("/v1/messages", body)
        _expect(answer, {HTTPStatus.BAD_REQUEST})
        found = [fault for each in receipts_of(answer) for fault in each["faults"]]
        place = (expected.code, expected.segment, expected.position)
        if place not in {(each["code"], each["segment"], each["position"]) for each in found}:
            raise Unexpected(f"No fault {expected.code} at {expected.segment}, segment {expected.position}.")
        return f"400, {expected.code} at {expected.segment}, segment {expected.position}."

    def _one_fault(self) -> str:
        body = messages.passenger_list(self._flight, "5", second_birth_date="900231")
        answer = self._endpoint.post("/v1/messages", body)
        receipt = _accepted(answer, TRAVELLERS - 1)
        refused = [each for each in receipt["faults"] if each["severity"] == "TRAVELLER_REJECTED"]
        if [each["traveller"] for each in refused] != [2]:
            raise Unexpected("The fault does not name the second traveller.")
        return f"{refused[0]['code']} for traveller 2, the other one taken."

    def _close_out(self) -> str:
        _accepted(self._endpoint.post("/v1/messages", messages.close_out(self._flight, "6")))
        return "Taken."

    def _crew(self) -> str:
        _accepted(self._endpoint.post("/v1/messages", messages.crew_list(self._flight, "7")), 1)
        return "Taken, one crew member."

    def _pnr(self) -> str:
        body = messages.pnr_push(self._flight, "8")
        answer = self._endpoint.post("/v1/messages", body)
        if _refusal_code(answer) == "INGEST_REFUSED":
            raise NotOffered("This State has no law in force to collect bookings.")
        _accepted(answer)
        reply = self._endpoint.post("/v1/messages", body, accept=EDIFACT)
        if b"ACKRES" not in reply.content:
            raise Unexpected("The answer in EDIFACT is no ACKRES.")
        return "Taken, and acknowledged by ACKRES."

    def _interactive(self) -> str:
        began = time.monotonic()
        answer = self._endpoint.post("/v1/interactive", messages.passenger_list(self._flight, "9"))
        seconds = time.monotonic() - began
        if answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}:
            raise NotOffered("This endpoint answers no check-ins.")
        _expect(answer, TAKEN)
        return f"Answered in {seconds:.2f} s."

    def _sheet(self) -> str:
        flight = self._flight
        body = template_csv().decode("utf-8-sig")
        for example, own in (
            ("XA418\r\n", f"{flight.designator}\r\n"),
            ("airport,XQB", f"airport,{flight.origin}"),
            ("airport,XQA", f"airport,{flight.destination}"),
            ("2027-11-14 05:30", f"{flight.departure:%Y-%m-%d %H:%M}"),
            ("2027-11-14 09:05", f"{flight.departure + messages.FLIGHT_HOURS:%Y-%m-%d %H:%M}"),
            ("XA418-1\r\n", f"{flight.run}-sheet\r\n"),
        ):
            body = body.replace(example, own)
        _accepted(self._upload(body.encode(), "text/csv"), 1)
        return "Taken, one traveller."

    def _sample(self, path: Path) -> str:
        try:
            answer = self._upload(path.read_bytes(), "text/csv" if path.suffix.lower() == ".csv" else "")
        except OSError as fault:
            raise Unexpected(f"It cannot be read: {fault.strerror}.") from None
        found = receipts_of(answer)
        if not found:
            raise Unexpected(f"Status {answer.status_code} and no receipt.")
        told = [_receipt_in_words(each) for each in found]
        if any(each["status"] == "REJECTED" or each["travellers"]["rejected"] for each in found):
            raise Unexpected(" ".join(told))
        return " ".join(told)

    def _upload(self, body: bytes, content_type: str) -> httpx.Response:
        return self._endpoint.post(
            "/v1/manifests/upload",
            body,
            content_type=content_type or "application/octet-stream",
            query={"is_test": "true"},
        )

    def _known_receipt(self) -> dict[str, Any]:
        if not self._first:
            raise NotOffered("The passenger list before was not taken.")
        return self._first


def _bound(check: Callable[[Path], str], path: Path) -> Check:
    return lambda: check(path)


def _expect(answer: httpx.Response, statuses: set[HTTPStatus] | frozenset[HTTPStatus]) -> None:
    if answer.status_code not in statuses:
        wanted = " or ".join(str(int(each)) for each in sorted(statuses))
        code = _refusal_code(answer)
        raise Unexpected(f"Status {answer.status_code}{f' ({code})' if code else ''}, not {wanted}.")


def _refusal_code(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get("code", "")) if isinstance(body, dict) else ""


def _accepted(answer: httpx.Response, travellers: int | None = None) -> dict[str, Any]:
    """The one receipt of a message that was taken as a test.

    Raises:
        Unexpected: It was refused, is no test, or brought another number of travellers.
    """
    _expect(answer, TAKEN)
    found = receipts_of(answer)
    if len(found) != 1:
        raise Unexpected("The answer is not one receipt.")
    receipt = found[0]
    if receipt.get("is_test") is not True:
        raise Unexpected("The receipt does not say that it was a test.")
    accepted = receipt["travellers"]["accepted"]
    if travellers is not None and accepted != travellers:
        raise Unexpected(f"{accepted} travellers taken, not {travellers}: {_receipt_in_words(receipt)}")
    return receipt


def _receipt_in_words(receipt: dict[str, Any]) -> str:
    counts = receipt["travellers"]
    faults = sorted({f"{each['code']} at {each['segment']} {each['position']}" for each in receipt["faults"]})
    told = f"{receipt['status']}, {counts['accepted']} taken, {counts['rejected']} refused"
    return f"{told}: {'; '.join(faults[:10])}." if faults else f"{told}."
