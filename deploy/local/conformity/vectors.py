"""Writes the vectors of `docs/exchange/`: every check as requests, and what must be answered, by test keys.

`python -m deploy.local.conformity.vectors` writes the three files anew; a test tries them. The keys are
published and protect nothing.

Source: sharing-protocol.md §9.7.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from deploy.local.conformity.checks import CHECKS, STATUS_OF, Check, Probe
from deploy.local.conformity.kit import Kit
from deploy.local.conformity.kit_file import a_key, kit_of, public_of

FOLDER: Final = Path(__file__).parents[3] / "docs" / "exchange"
VECTORS: Final = "vectors.json"
RECEIVER: Final = "receiver-example.json"
TRIAL: Final = "trial-example.json"
URL: Final = "http://127.0.0.1:8400/v1/exchange"
NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
SENDER, RECIPIENT, AGREEMENT = "XTS-PIU-01", "XRX-PIU-01", "XRX-XTS-TEST"


@dataclass(frozen=True, slots=True)
class StillClock:
    """A clock that stands at the vectors' instant."""

    def now(self) -> datetime:
        """Always the same."""
        return NOW


def receiver_example() -> dict[str, Any]:
    """The configuration of the minimal receiver, with test keys."""
    keys = _keys()
    return {
        "note": "TEST KEYS. They are published and protect nothing.",
        "authority": RECIPIENT,
        "url": URL,
        "signing_key": keys["recipient_sig"],
        "sealing_key": keys["recipient_enc"],
        "counterparts": [
            {
                "id": SENDER,
                "status": "ACTIVE",
                "keys": [public_of(keys["sender_sig"], "sig"), public_of(keys["sender_enc"], "enc")],
            }
        ],
        "agreements": {
            AGREEMENT: {
                "parties": [SENDER, RECIPIENT],
                "purposes": ["TERR_PREVENT", "TERR_DETECT", "TERR_INVESTIGATE", "TERR_TRAVEL"],
                "data_classes": ["HIT", "PNR", "WL_ENTRY", "STATISTICS"],
                "message_types": ["NOTIFY", "PNR_REQUEST", "FEEDBACK", "IDENTITY_QUERY"],
                "max_retention_days": 183,
            }
        },
    }


def trial_example() -> dict[str, Any]:
    """The kit of whoever tries that receiver, with test keys."""
    keys = _keys()
    return {
        "note": "TEST KEYS. They are published and protect nothing.",
        "authority": SENDER,
        "signing_key": keys["sender_sig"],
        "sealing_key": keys["sender_enc"],
        "recipient": {
            "authority": RECIPIENT,
            "keys": [public_of(keys["recipient_sig"], "sig"), public_of(keys["recipient_enc"], "enc")],
        },
        "agreement_id": AGREEMENT,
    }


def vectors() -> dict[str, Any]:
    """Every check's requests, in the order in which they are sent."""
    kit = kit_of(trial_example(), URL, StillClock())
    return {
        "spec": "ctx-1.0",
        "now": NOW.isoformat().replace("+00:00", "Z"),
        "target": URL,
        "receiver": RECEIVER,
        "checks": [_check(check, kit) for check in CHECKS],
    }


def main() -> None:
    """Write the files."""
    for name, content in ((VECTORS, vectors()), (RECEIVER, receiver_example()), (TRIAL, trial_example())):
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (FOLDER / name).write_text(f"{text}\n", encoding="utf-8")


def _check(check: Check, kit: Kit) -> dict[str, Any]:
    return {
        "check": check.name,
        "rule": check.rule,
        "sentence": check.sentence,
        "requests": [_request(probe) for probe in check.make(kit)],
    }


def _request(probe: Probe) -> dict[str, Any]:
    request = probe.request
    expected: dict[str, Any] = (
        {"any_of": [{"status": STATUS_OF[code], "code": code} for code in probe.codes]}
        if probe.codes
        else {"status": 200, "outcome": probe.outcome}
    )
    return {
        "method": request.method,
        "headers": dict(request.headers),
        "body": request.body.decode("ascii"),
        "expected": expected | ({"same_receipt_as_before": True} if probe.as_before else {}),
    }


def _keys() -> dict[str, dict[str, str]]:
    names: dict[str, tuple[Literal["Ed25519", "X25519"], str]] = {
        "sender_sig": ("Ed25519", f"{SENDER}.sig"),
        "sender_enc": ("X25519", f"{SENDER}.enc"),
        "recipient_sig": ("Ed25519", f"{RECIPIENT}.sig"),
        "recipient_enc": ("X25519", f"{RECIPIENT}.enc"),
    }
    return {
        name: a_key(curve, kid, hashlib.sha256(f"safeconduct test key {kid}".encode()).digest())
        for name, (curve, kid) in names.items()
    }


if __name__ == "__main__":
    main()
