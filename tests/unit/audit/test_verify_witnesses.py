"""Cosignatures are counted by a program that stands alone, for witnesses whose keys came from themselves."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.audit import verify_witnesses
from shared.audit.checkpoint import CheckpointSigner, note_text
from shared.audit.cosignature import Cosigner
from shared.audit.verify_witnesses import Counted, KeyUnreadable, count_cosignatures, main

ORIGIN = "safeconduct/XAA/ingest"
SIGNER = CheckpointSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
COURT = Cosigner("court.example/witness", Ed25519PrivateKey.from_private_bytes(bytes(31) + b"w"))
MINISTRY = Cosigner("ministry.example/witness", Ed25519PrivateKey.from_private_bytes(bytes(31) + b"m"))
SEEN_AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def cosigned(size: int, *witnesses: Cosigner) -> str:
    note = SIGNER.sign(size, bytes(32))
    at = SEEN_AT + timedelta(seconds=size)
    return note + "".join(witness.cosign(note_text(note), at) for witness in witnesses)


def counted(*notes: str, witnesses: tuple[Cosigner, ...] = (COURT,)) -> Counted:
    places = [(f"note {number}", note) for number, note in enumerate(notes)]
    return count_cosignatures(places, [str(witness.key) for witness in witnesses])


def test_cosignatures_are_counted_for_each_log_and_witness() -> None:
    found = counted(cosigned(9, COURT), cosigned(4, COURT, MINISTRY), witnesses=(COURT, MINISTRY))
    assert found.sentences() == [
        f"court.example/witness cosigned 2 checkpoints of {ORIGIN}, "
        "the largest for 9 records at 2026-11-21T10:00:09+00:00.",
        f"ministry.example/witness cosigned 1 checkpoints of {ORIGIN}, "
        "the largest for 4 records at 2026-11-21T10:00:04+00:00.",
    ]


def test_a_note_that_only_others_signed_counts_for_nothing() -> None:
    assert counted(cosigned(9), cosigned(9, MINISTRY)).sentences() == []


@pytest.mark.parametrize(
    ("note", "fault"),
    [
        (cosigned(9, COURT).replace("\n9\n", "\n8\n"), "A cosignature of the checkpoint note 0 is wrong."),
        (cosigned(9, COURT).replace("— court", "— a court"), "The checkpoint note 0 cannot be read."),
        ("", "The checkpoint note 0 cannot be read."),
    ],
)
def test_a_note_that_does_not_hold_is_a_fault(note: str, fault: str) -> None:
    assert counted(note, cosigned(4, COURT)).faults == [fault]


@pytest.mark.parametrize("key", ["", "court+12345678+###", str(SIGNER.verifier_key)])
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(KeyUnreadable):
        count_cosignatures([], [key])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Published checkpoints of one log, one of them cosigned."""
    place = tmp_path / "safeconduct_XAA_ingest"
    place.mkdir()
    (place / "1.checkpoint").write_text(cosigned(1), encoding="utf-8")
    (place / "9.court.checkpoint").write_text(cosigned(9, COURT), encoding="utf-8")
    return tmp_path


def test_the_program_needs_nothing_of_ours(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "verify_witnesses.py"
    program.write_bytes(Path(verify_witnesses.__file__).read_bytes())
    command = [sys.executable, "-I", str(program), str(folder), "--witness", str(COURT.key)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "court.example/witness cosigned 1 checkpoints" in done.stdout


def test_the_program_says_what_it_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), "--witness", str(MINISTRY.key)]) == 0
    assert "No checkpoint here is cosigned" in capsys.readouterr().out
    (folder / "safeconduct_XAA_ingest" / "2.checkpoint").write_text("nothing", encoding="utf-8")
    assert main([str(folder), "--witness", str(COURT.key)]) == 1
    assert "2.checkpoint cannot be read" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([str(folder), "--witness", "nonsense"])
