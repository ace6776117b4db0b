"""A minimal receiver of ctx-1.0: one file that a State can read, run, and build its own from.

It takes messages at POST /v1/exchange, verifies, refuses or keeps them, and gives signed receipts. It keeps
what it took in memory: put a database where `Kept` is. It needs `cryptography` and `jsonschema`, and nothing
of Safeconduct.

    python receiver.py CONFIG.json --schema ctx-1.0.schema.json --port 8400

CONFIG.json holds our authority, our two private keys, the counterparts' public keys, and the agreements; see
README.md beside this file. It is an example: no TLS, no duty desk, no replies. Its rules are those of the
protocol all the same, and `./run exchange conform` passes against it.

Source: sharing-protocol.md §5, §6, §9.2, §10; RFC 7515, 7516, 7518, 8037, 9421, 9530.
"""

import argparse
import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

MAX_BYTES = 64 * 1024
COVERED = ("@method", "@target-uri", "content-digest", "content-type", "message-id", "recipient")
SIGNATURE_LIFE = timedelta(seconds=300)
SIGNATURE_SKEW = timedelta(seconds=30)
ENVELOPE_LIFE = timedelta(hours=72)
ENVELOPE_SKEW = timedelta(minutes=2)
CONDITIONS = {"no-onward", "no-evidence", "no-detention", "contact-before-action", "delete-by"}
#: They only protect: no agreement stands in their way (sharing-protocol.md §3).
CONTROL = {"CORRECT", "RECALL", "WL_REMOVE", "ACK", "DONE", "SUSPEND", "RESUME"}
WITHDRAWALS = {"CORRECT", "RECALL", "WL_REMOVE"}
REPLIES = {
    "ACK",
    "DONE",
    "FEEDBACK",
    "PNR_RESPONSE",
    "IDENTITY_ANSWER",
    "WL_DECISION",
    "CONSENT",
    "REVIEW_RESULT",
}
STATUS = {"E401": 401, "E403": 403, "E409": 409, "E410": 410, "E415": 415, "E423": 423}
FULL_AGE = 18


class Refused(Exception):
    """A message that leaves nothing behind; `code` is all that its sender is told."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Kept:
    """What is remembered: nonces for five minutes, ids with their receipts for thirty days, messages."""

    nonces: set[tuple[str, str]] = field(default_factory=set)
    receipts: dict[str, tuple[str, str]] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    withdrawn: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Request:
    """What came over HTTP; `headers` with lower-case names, a header that came twice as both values."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """Takes one message after the other; the order of its steps is the protocol's."""

    def __init__(
        self,
        config: Mapping[str, Any],
        schema: Mapping[str, Any],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._config, self._schema, self._now = config, schema, now
        self._authority = str(config["authority"])
        self._signing = Ed25519PrivateKey.from_private_bytes(unbase64(config["signing_key"]["d"]))
        self._sealing = X25519PrivateKey.from_private_bytes(unbase64(config["sealing_key"]["d"]))
        self.kept = Kept()

    def take(self, request: Request) -> str:
        """Verify and keep a message; gives its receipt, a JWS. Raises `Refused`."""
        try:
            with self.kept.lock:
                return self._take(request)
        except (ValueError, KeyError, TypeError, OverflowError):
            # Something of it cannot even be read, before anything of it was believed.
            raise Refused("E401") from None

    def _take(self, request: Request) -> str:
        now = self._now()
        if len(request.body) > MAX_BYTES:
            raise Refused("E415")
        keyid, nonce = self._verify_request(request, now)
        signed = request.body.decode("ascii", errors="replace")
        kid, envelope = self._verify_jws(signed)
        self.read(envelope, {"$ref": "#/$defs/Envelope"})
        self._require_fresh(envelope, now)
        sender = self._owner(kid)
        if self._owner(keyid) != sender or sender != envelope["sender"]:
            raise Refused("E401")
        if request.headers.get("message-id") != envelope["message_id"]:
            raise Refused("E401")
        if (keyid, nonce) in self.kept.nonces:
            raise Refused("E409")
        self.kept.nonces.add((keyid, nonce))
        digest = f"sha256:{hashlib.sha256(request.body).hexdigest()}"
        known = self.kept.receipts.get(envelope["message_id"])
        if known is not None:
            if known[0] != digest:
                raise Refused("E409")
            return known[1]
        receipt = self._receipt(envelope, digest, self.judge(envelope, now), now)
        self.kept.receipts[envelope["message_id"]] = (digest, receipt)
        return receipt

    # -- the request: RFC 9421 over six parts, RFC 9530 for the body

    def _verify_request(self, request: Request, now: datetime) -> tuple[str, str]:
        given = request.headers.get("signature-input", "")
        found = re.fullmatch(r"sig1=(\(([^()]*)\);(.{1,500}))", given)
        signature = re.fullmatch(r"sig1=:([A-Za-z0-9+/]{86}==):", request.headers.get("signature", ""))
        if found is None or signature is None:
            raise Refused("E401")
        names = [name.strip('"') for name in found[2].split(" ")]
        parts = re.findall(r'([a-z]+)=(?:"([^"]*)"|(\d+))', found[3])
        parameters = {name: text or number for name, text, number in parts}
        rebuilt = ";".join(f'{name}="{text}"' if text else f"{name}={number}" for name, text, number in parts)
        if sorted(names) != sorted(COVERED) or rebuilt != found[3] or len(parts) != len(parameters):
            raise Refused("E401")
        if (
            set(parameters) != {"created", "expires", "nonce", "keyid", "alg"}
            or parameters["alg"] != "ed25519"
        ):
            raise Refused("E401")
        hashed = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
        if request.headers.get("content-digest") != f"sha-256=:{hashed}:":
            raise Refused("E401")
        created, expires = (datetime.fromtimestamp(int(parameters[n]), UTC) for n in ("created", "expires"))
        if not created - SIGNATURE_SKEW <= now < expires <= created + SIGNATURE_LIFE:
            raise Refused("E410")
        derived = {"@method": request.method, "@target-uri": request.target}
        lines = []
        for name in names:
            value = derived.get(name, request.headers.get(name))
            if value is None:
                raise Refused("E401")
            lines.append(f'"{name}": {value}')
        base = "\n".join([*lines, f'"@signature-params": {found[1]}'])
        self._check(parameters["keyid"], base64.b64decode(signature[1]), base.encode())
        return parameters["keyid"], parameters["nonce"]

    # -- the envelope: a compact JWS, EdDSA

    def _verify_jws(self, signed: str) -> tuple[str, dict[str, Any]]:
        try:
            head, payload, signature = signed.split(".")
            header = json.loads(unbase64(head))
            kid, algorithm = header["kid"], header["alg"]
        except (ValueError, KeyError, TypeError):
            raise Refused("E401") from None
        if algorithm not in {"EdDSA", "Ed25519"}:
            raise Refused("E401")
        self._check(kid, unbase64(signature), f"{head}.{payload}".encode())
        try:
            return kid, json.loads(unbase64(payload))
        except ValueError:
            raise Refused("E415") from None

    def _check(self, kid: str, signature: bytes, octets: bytes) -> None:
        key = next(
            (
                key
                for each in self._config["counterparts"]
                for key in each["keys"]
                if key["use"] == "sig" and key["kid"] == kid
            ),
            None,
        )
        if key is None:
            raise Refused("E401")
        try:
            Ed25519PublicKey.from_public_bytes(unbase64(key["jwk"]["x"])).verify(signature, octets)
        except (InvalidSignature, ValueError):
            raise Refused("E401") from None

    def _owner(self, kid: str) -> str | None:
        for each in self._config["counterparts"]:
            if any(key["kid"] == kid for key in each["keys"]):
                return str(each["id"])
        return None

    def read(self, content: Any, reference: Mapping[str, Any]) -> None:
        """Strictly by the schema: an unknown, missing or odd member is refused."""
        schema = {**reference, "$defs": self._schema["$defs"]}
        try:
            Draft202012Validator(schema, format_checker=FormatChecker()).validate(content)
        except ValidationError:
            raise Refused("E415") from None

    def _require_fresh(self, envelope: Mapping[str, Any], now: datetime) -> None:
        """What the schema cannot say of an envelope."""
        created, expires = (instant(envelope[name]) for name in ("created_at", "expires_at"))
        if not created < expires <= created + ENVELOPE_LIFE:
            raise Refused("E415")
        if envelope.get("agreement_id") and envelope.get("fallback"):
            raise Refused("E415")
        if envelope["type"] in REPLIES and not envelope.get("in_reply_to"):
            raise Refused("E415")
        if envelope["recipient"] != self._authority:
            raise Refused("E403")
        if not created - ENVELOPE_SKEW <= now < expires:
            raise Refused("E410")
        names = ("message_id", "payload_hash", "sender", "recipient")
        copy = json.dumps([envelope[name] for name in names], separators=(",", ":")).encode()
        if envelope["oversight_copy"] != f"sha256:{hashlib.sha256(copy).hexdigest()}":
            raise Refused("E415")

    # -- our own rules, before the seal is opened

    def judge(self, envelope: dict[str, Any], now: datetime) -> str:
        """RECEIVED and kept, or NOT_IN_SCOPE and deleted unread; who may not speak now is refused."""
        sender = next(each for each in self._config["counterparts"] if each["id"] == envelope["sender"])
        is_control = envelope["type"] in CONTROL
        if sender["status"] == "SUSPENDED" and not is_control:
            raise Refused("E423")
        if sender["status"] not in {"ACTIVE", "SUSPENDED"}:
            raise Refused("E403")
        if self.is_out_of_scope(envelope) or self.was_withdrawn(envelope):
            return "NOT_IN_SCOPE"
        content = self.unseal(envelope)
        if is_about_a_child(content, now.date()) or is_a_pattern(envelope["type"], content):
            return "NOT_IN_SCOPE"
        if envelope["type"] in WITHDRAWALS:
            self._withdraw(envelope["sender"], content["target_message_id"])
        self.kept.messages[envelope["message_id"]] = {"sender": envelope["sender"], "content": content}
        return "RECEIVED"

    def is_out_of_scope(self, envelope: Mapping[str, Any]) -> bool:
        """Whether we may not hold it: its originator, its conditions, its agreement, its time."""
        if envelope["originator"] != envelope["sender"]:
            return True
        if envelope["type"] in CONTROL:
            return False
        handling = envelope["handling"]
        if handling["code"] == "H4" or not set(handling["conditions"]) <= CONDITIONS:
            return True
        agreement = self._config["agreements"].get(envelope.get("agreement_id"))
        if agreement is None or envelope["sender"] not in agreement["parties"]:
            return True
        kept_for = (
            date.fromisoformat(envelope["retention_until"]) - instant(envelope["created_at"]).date()
        ).days
        covered = (
            envelope["type"] in agreement["message_types"],
            envelope["data_class"] in agreement["data_classes"],
            envelope["purpose"] in agreement["purposes"],
            0 <= kept_for <= agreement["max_retention_days"],
        )
        return not all(covered)

    def was_withdrawn(self, envelope: Mapping[str, Any]) -> bool:
        """Whether its recall came first."""
        by: str | None = self.kept.withdrawn.get(envelope["message_id"])
        return by is not None and by == str(envelope["sender"])

    def _withdraw(self, sender: str, target: str) -> None:
        """Erase; what was never here is answered alike."""
        self.kept.withdrawn[target] = sender
        if self.kept.messages.get(target, {}).get("sender") == sender:
            del self.kept.messages[target]

    # -- the seal: a compact JWE, ECDH-ES (X25519) + A256GCM

    def unseal(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        """The payload, if it opens, is the one that was hashed, and reads strictly as its type."""
        try:
            octets = open_sealed(envelope["payload"], self._sealing)
        except (ValueError, KeyError, TypeError, InvalidTag):
            raise Refused("E401") from None
        if envelope["payload_hash"] != f"sha256:{hashlib.sha256(octets).hexdigest()}":
            raise Refused("E415")
        try:
            content = json.loads(octets)
        except ValueError:
            raise Refused("E415") from None
        self.read(content, self._schema["x-payloads"].get(envelope["payload_type"], {"not": {}}))
        return dict(content)

    def _receipt(self, envelope: Mapping[str, Any], digest: str, outcome: str, now: datetime) -> str:
        content = {
            "message_id": envelope["message_id"],
            "outcome": outcome,
            "received_at": now.isoformat().replace("+00:00", "Z"),
            "received_hash": digest,
            "recipient": self._authority,
        }
        header = {"alg": "EdDSA", "kid": self._config["signing_key"]["kid"]}
        signing = ".".join(to_base64(json.dumps(part).encode()) for part in (header, content))
        return f"{signing}.{to_base64(self._signing.sign(signing.encode()))}"


def open_sealed(sealed: str, key: X25519PrivateKey) -> bytes:
    """The clear bytes of a compact JWE (RFC 7516) with ECDH-ES and A256GCM (RFC 7518 §4.6)."""
    head, encrypted_key, iv, ciphertext, tag = sealed.split(".")
    header = json.loads(unbase64(head))
    if (header["alg"], header["enc"], encrypted_key) != ("ECDH-ES", "A256GCM", ""):
        raise ValueError("another algorithm")
    agreed = key.exchange(X25519PublicKey.from_public_bytes(unbase64(header["epk"]["x"])))
    info = b"".join(
        length(part)
        for part in (b"A256GCM", unbase64(header.get("apu", "")), unbase64(header.get("apv", "")))
    )
    derived = hashlib.sha256((1).to_bytes(4, "big") + agreed + info + (256).to_bytes(4, "big")).digest()
    return AESGCM(derived).decrypt(unbase64(iv), unbase64(ciphertext) + unbase64(tag), head.encode())


def length(part: bytes) -> bytes:
    """A part with its length before it, as the key derivation wants it."""
    return len(part).to_bytes(4, "big") + part


def is_about_a_child(content: Mapping[str, Any], today: date) -> bool:
    """Whether a birth date in a notice allows an age under 18 (SG-16)."""
    for notice in content.get("notices", [content]):
        birth = ((notice.get("person") or {}).get("birth") or {}).get("date")
        if birth is not None:
            year, month, day = (int(part) for part in (*birth.split("-"), "12", "31")[:3])
            if today.year - year - ((today.month, today.day) < (month, day)) < FULL_AGE:
                return True
    return False


def is_a_pattern(kind: str, content: Mapping[str, Any]) -> bool:
    """Whether a PNR request names neither a booking nor one person."""
    person = content.get("person") or {}
    is_named = bool(person.get("documents")) or bool(person.get("names") and person.get("birth"))
    return kind == "PNR_REQUEST" and content.get("locator") is None and not is_named


def instant(text: str) -> datetime:
    """An instant of the envelope, aware."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise Refused("E415")
    return found


def unbase64(text: str) -> bytes:
    """Base64 for URLs, without its padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_base64(octets: bytes) -> str:
    """The other way."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def serve(receiver: Receiver, url: str, port: int) -> ThreadingHTTPServer:
    """A server on loopback; `url` is the address under which counterparts know us, which they sign."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            if size > MAX_BYTES:
                self._answer(413, "application/json", '{"code": "E415"}')
                return
            headers: dict[str, str] = {}
            for name, value in self.headers.items():
                known = headers.get(name.lower())
                headers[name.lower()] = value if known is None else f"{known}, {value}"
            try:
                receipt = receiver.take(Request("POST", url, headers, self.rfile.read(size)))
            except Refused as refusal:
                body = json.dumps({"code": refusal.code})
                self._answer(STATUS[refusal.code], "application/json", body)
            else:
                self._answer(200, "application/jose", receipt)

        def _answer(self, status: int, kind: str, body: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Nothing is logged: a line could hold what nobody may read."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Read the files and serve until interrupted."""
    parser = argparse.ArgumentParser(description="A minimal receiver of ctx-1.0.")
    parser.add_argument("config", type=Path)
    parser.add_argument("--schema", type=Path, default=Path(__file__).with_name("ctx-1.0.schema.json"))
    parser.add_argument("--port", type=int, default=8400)
    given = parser.parse_args()
    config = json.loads(given.config.read_text(encoding="utf-8"))
    schema = json.loads(given.schema.read_text(encoding="utf-8"))
    url = config.get("url") or f"http://127.0.0.1:{given.port}/v1/exchange"
    serve(Receiver(config, schema), url, given.port).serve_forever()


if __name__ == "__main__":
    main()
