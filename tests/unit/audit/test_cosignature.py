"""Cosignatures and requests to witnesses: the formats of C2SP, to the byte."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared.audit.checkpoint import CheckpointRefused, CheckpointSigner, note_text
from shared.audit.cosignature import Cosigner, WitnessKey, cosigned_at
from shared.audit.witness_request import MAX_PROOF_LINES, AddCheckpoint, parse_size

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
COURT = Cosigner("court.example/witness", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = Cosigner("court.example/witness", Ed25519PrivateKey.from_private_bytes(bytes(32)))
NOTE = CheckpointSigner("safeconduct/XAA/ingest", COURT.private).sign(7, bytes(32))
TEXT = note_text(NOTE)


def test_the_cosignature_of_the_specifications_own_example_verifies() -> None:
    """The example of C2SP tlog-cosignature: its line names the time that is signed."""
    line = (
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin"
        "1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
    )
    content = base64.b64decode(line.rsplit(" ", 1)[1])
    ours = base64.b64decode(COURT.cosign(TEXT, NOW).rsplit(" ", 1)[1])
    assert len(content) == len(ours) == 4 + 8 + 64
    assert int.from_bytes(content[4:12], "big") == 1679315147


def test_a_cosignature_tells_the_second_at_which_it_was_made() -> None:
    line = COURT.cosign(TEXT, NOW)
    assert COURT.key.cosigned_at(TEXT, line.rstrip("\n")) == NOW
    assert cosigned_at(TEXT, [line.rstrip("\n")], COURT.key) == NOW


def test_lines_of_others_are_passed_over() -> None:
    signature = NOTE.splitlines()[-1]
    assert COURT.key.cosigned_at(TEXT, OTHER.cosign(TEXT, NOW).rstrip("\n")) is None
    assert cosigned_at(TEXT, [signature], COURT.key) is None


def test_a_cosignature_of_another_text_is_refused() -> None:
    line = COURT.cosign(TEXT.replace("\n7\n", "\n8\n"), NOW).rstrip("\n")
    with pytest.raises(CheckpointRefused, match="cosignature is wrong"):
        COURT.key.cosigned_at(TEXT, line)


@pytest.mark.parametrize("content", [bytes(8) + bytes(63), b"\xff" * 8 + bytes(64)])
def test_a_cosignature_of_another_shape_is_refused(content: bytes) -> None:
    encoded = base64.b64encode(COURT.key.key_id + content).decode("ascii")
    with pytest.raises(CheckpointRefused, match="cannot be read"):
        COURT.key.cosigned_at(TEXT, f"— {COURT.name} {encoded}")


def test_a_witness_key_is_written_and_read_as_others_write_it() -> None:
    assert WitnessKey.parse(f" {COURT.key}\n") == COURT.key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "court.example",
        str(CheckpointSigner("safeconduct/XAA/ingest", COURT.private).verifier_key),
        str(COURT.key).replace("court", "courts"),
        f"{COURT.name}+{COURT.key.key_id.hex()}+{base64.b64encode(bytes([4]) + bytes(31)).decode()}",
    ],
)
def test_another_key_is_refused(text: str) -> None:
    with pytest.raises(CheckpointRefused):
        WitnessKey.parse(text)


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_PROOF_LINES))
def test_a_request_is_read_as_it_was_written(old_size: int, proof: list[bytes]) -> None:
    asked = AddCheckpoint(old_size, tuple(proof), NOTE)
    assert AddCheckpoint.parse(asked.body()) == asked


@given(st.binary(max_size=300))
def test_reading_a_request_refuses_and_never_fails(body: bytes) -> None:
    with pytest.raises(CheckpointRefused):
        AddCheckpoint.parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b"old 07\n\n" + NOTE.encode(),
        b"old 7\n" + NOTE.encode().replace(b"\n\n", b"\n"),
        b"old 7\nAAAA\n\n" + NOTE.encode(),
        b"old 7\n" + b"A" * 44 + b"\n\n" + NOTE.encode(),
        b"old 7\n" + (base64.b64encode(bytes(32)) + b"\n") * 64 + b"\n" + NOTE.encode(),
        b"old 7\n\n" + b"x" * 16_385,
        b"old 7\n\n" + b"x" * 40_000,
        b"old 7\n\n\xff",
    ],
)
def test_a_request_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(CheckpointRefused):
        AddCheckpoint.parse(body)


@pytest.mark.parametrize(
    ("text", "size"), [("20852014\n", 20852014), ("0", 0), ("07", None), ("Conflict", None)]
)
def test_the_size_in_a_refusal_is_read(text: str, size: int | None) -> None:
    assert parse_size(text) == size
