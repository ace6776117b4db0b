"""Runs the certification and tells its result: a line a check, a report for machines."""

import json
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TextIO

import httpx

from deploy.certification.checks import Certification, Finding, Outcome
from deploy.certification.endpoint import Endpoint
from deploy.certification.messages import TestFlight

EXIT_PASSED: Final = 0
EXIT_FAILED: Final = 1
_SIGNS: Final = {Outcome.PASSED: "passed ", Outcome.FAILED: "FAILED ", Outcome.SKIPPED: "skipped"}
_RUN_LETTERS: Final = 8


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be certified: whose program, against which endpoint, with which flight and files."""

    carrier: str
    url: str
    origin: str
    destination: str
    number: str
    sender: str
    recipient: str
    samples: Sequence[Path] = ()


def certify(
    order: Order, token: str, out: TextIO, *, report: Path | None = None, http: httpx.Client | None = None
) -> int:
    """Carry out all checks and print them as they come.

    Args:
        order: What is certified.
        token: A bearer token of the carrier's account.
        out: Gets one line a check, and the result.
        report: Where the report goes, as JSON; nowhere where it is left out.
        http: How the endpoint is reached; closed by whoever made it.

    Returns:
        0 when no check failed, 1 when one did.

    Raises:
        OSError: The report cannot be written.
    """
    began = datetime.now(UTC)
    client = http or httpx.Client(trust_env=False, follow_redirects=False)
    try:
        endpoint = Endpoint(order.url.rstrip("/"), client, token)
        out.write(f"Certification of {order.carrier} against {endpoint.url}: every message is a test.\n")
        findings: list[Finding] = []
        for finding in Certification(endpoint, _flight(order, began), order.samples).run():
            out.write(f"{finding.number:3}. {_SIGNS[finding.outcome]}  {finding.title}\n")
            out.write(f"              {finding.words}\n")
            findings.append(finding)
    finally:
        if http is None:
            client.close()
    facts = _report(order, began, findings)
    out.write(f"\n{facts['result']}: {facts['passed']} passed, {facts['failed']} failed, ")
    out.write(f"{facts['skipped']} skipped.\n")
    if report is not None:
        report.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return EXIT_FAILED if facts["failed"] else EXIT_PASSED


def _flight(order: Order, began: datetime) -> TestFlight:
    """Tomorrow's test flight; its references are this run's own, so that nothing is taken for a repeat."""
    letters = string.ascii_uppercase + string.digits
    return TestFlight(
        carrier=order.carrier,
        number=order.number,
        origin=order.origin,
        destination=order.destination,
        departure=(began + timedelta(days=1)).replace(
            hour=5, minute=30, second=0, microsecond=0, tzinfo=None
        ),
        sender=order.sender,
        recipient=order.recipient,
        run="".join(secrets.choice(letters) for _ in range(_RUN_LETTERS)),
    )


def _report(order: Order, began: datetime, findings: Sequence[Finding]) -> dict[str, Any]:
    counts = {outcome.value.lower(): sum(each.outcome is outcome for each in findings) for outcome in Outcome}
    return {
        "carrier": order.carrier,
        "endpoint": order.url,
        "began_at": began.isoformat(timespec="seconds"),
        "result": "NOT YET" if counts["failed"] else "CERTIFIED",
        **counts,
        "checks": [each.as_json() for each in findings],
    }
