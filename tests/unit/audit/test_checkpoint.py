import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.audit.checkpoint import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    Checkpoint,
    CheckpointRefused,
    CheckpointSigner,
    VerifierKey,
    log_origin,
    note_text,
    open_checkpoint,
)
from shared.audit.merkle import EMPTY_ROOT

SIGNER = CheckpointSigner(log_origin("XAA", "ingest"), Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STRANGER = CheckpointSigner(SIGNER.origin, Ed25519PrivateKey.from_private_bytes(bytes(32)))
ROOT = bytes(range(32))
NOTE = SIGNER.sign(7, ROOT)


def test_published_example_has_its_key_id() -> None:
    # The key and note of the Go reference implementation's documentation (golang.org/x/mod/sumdb/note).
    key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signature = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert key.key_id == signature[:4]
    assert key.verifies(text, signature[4:])
    assert str(key).startswith("PeterNeumann+c74f20a3+")


def test_signed_checkpoint_opens() -> None:
    assert open_checkpoint(NOTE, [SIGNER.verifier_key]) == Checkpoint("safeconduct/XAA/ingest", 7, ROOT)


def test_note_has_the_published_form() -> None:
    lines = NOTE.split("\n")
    assert lines[:2] == ["safeconduct/XAA/ingest", "7"]
    assert base64.b64decode(lines[2]) == ROOT
    assert lines[3] == ""
    assert lines[4].startswith("— safeconduct/XAA/ingest ")
    assert NOTE.endswith("\n")


def test_text_of_a_note_is_what_was_signed() -> None:
    assert note_text(NOTE) == Checkpoint(SIGNER.origin, 7, ROOT).text()


def test_witness_signature_beside_ours_is_passed_over() -> None:
    witness = CheckpointSigner("witness.example", Ed25519PrivateKey.generate())
    text = note_text(NOTE)
    line = base64.b64encode(witness.verifier_key.key_id + witness.private.sign(text.encode())).decode()
    note = f"{NOTE}— witness.example {line}\n"
    assert open_checkpoint(note, [SIGNER.verifier_key]).size == 7


def test_extension_lines_are_signed_and_passed_over() -> None:
    text = note_text(NOTE) + "extension\n"
    signature = base64.b64encode(SIGNER.verifier_key.key_id + SIGNER.private.sign(text.encode())).decode()
    assert open_checkpoint(f"{text}\n— {SIGNER.origin} {signature}\n", [SIGNER.verifier_key]).size == 7


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (STRANGER.sign(7, ROOT), "no trusted key"),
        (NOTE.replace("\n7\n", "\n8\n"), "signature is wrong"),
        (NOTE.replace("\n7\n", "\n07\n"), "origin or size"),
        (NOTE.replace("\n7\n", "\n-7\n"), "origin or size"),
        (NOTE.replace("\n7\n", "\n"), "three or more lines"),
        (NOTE.replace("safeconduct/XAA/ingest\n7", "safe conduct\n7"), "origin or size"),
        (NOTE.replace("\n7\n", "\n7\n\n"), "three or more lines"),
        (NOTE.replace("\n7\n", "\n7\n!!!!\n"), "base64"),
        (NOTE.replace("\n7\n", "\n7\nAAAA\n"), "wrong length"),
        (NOTE.rpartition("\n\n")[0] + "\n", "not a signed note"),
        (NOTE.rstrip("\n"), "not a signed note"),
        (NOTE + NOTE.rpartition("\n\n")[2] * MAX_SIGNATURES, "not a signed note"),
        (NOTE.replace("— ", "- "), "signature line"),
        (NOTE.replace("— safeconduct/XAA/ingest ", "— safeconduct/XAA/ingest"), "base64|signature"),
        (note_text(NOTE) + "\n— safeconduct/XAA/ingest AAAA\n", "too short"),
        ("x" * MAX_NOTE_BYTES + NOTE, "too long"),
        ("", "not a signed note"),
    ],
)
def test_anything_else_is_refused(note: str, reason: str) -> None:
    with pytest.raises(CheckpointRefused, match=reason):
        open_checkpoint(note, [SIGNER.verifier_key])


def test_base64_with_two_spellings_is_refused() -> None:
    root = base64.b64encode(EMPTY_ROOT).decode()
    assert root.endswith("FU=")
    with pytest.raises(CheckpointRefused, match="base64"):
        Checkpoint.from_text(f"log\n1\n{root.replace('FU=', 'FV=')}\n")


def test_key_text_comes_back() -> None:
    assert VerifierKey.parse(str(SIGNER.verifier_key)) == SIGNER.verifier_key


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read"),
        ("name+00000000+AAAA", "cannot be read"),
        (str(SIGNER.verifier_key).replace("safeconduct/", "other/"), "id is not its own"),
        (str(SIGNER.verifier_key)[:-4] + "!!!!", "base64"),
    ],
)
def test_other_keys_are_refused(text: str, reason: str) -> None:
    with pytest.raises(CheckpointRefused, match=reason):
        VerifierKey.parse(text)


def test_key_for_another_log_does_not_open_this_one() -> None:
    other = VerifierKey("safeconduct/XAA/sharing", SIGNER.verifier_key.public)
    with pytest.raises(CheckpointRefused, match="no trusted key"):
        open_checkpoint(NOTE, [other])
