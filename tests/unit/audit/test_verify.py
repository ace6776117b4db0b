import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.audit import verify
from shared.audit.checkpoint import Checkpoint, CheckpointSigner
from shared.audit.merkle import leaf_hash, root_of
from shared.audit.verify import Findings, main, read_sink, verify_export

ORIGIN = "safeconduct/XAA/ingest"
SIGNER = CheckpointSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = CheckpointSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
KEY = str(SIGNER.verifier_key)
RECORDS = [json.dumps({"action": "hit.decide", "number": number}) for number in range(9)]

Rows = list[dict[str, Any]]


def leaves_of(records: list[str]) -> list[bytes]:
    return [leaf_hash(record.encode()) for record in records]


def note_for(records: list[str], size: int, signer: CheckpointSigner = SIGNER) -> str:
    return signer.sign(size, root_of(leaves_of(records[:size])))


def an_export(
    records: list[str] = RECORDS, sizes: tuple[int, ...] = (4, 9), signer: CheckpointSigner = SIGNER
) -> Rows:
    return [
        {"type": "log", "format": 1, "origin": signer.origin, "size": len(records)},
        {"type": "key", "text": str(signer.verifier_key)},
        *({"type": "checkpoint", "text": note_for(records, size, signer)} for size in sizes),
        *(
            {
                "type": "record",
                "position": position,
                "leaf": leaf_hash(record.encode()).hex(),
                "record": record,
            }
            for position, record in enumerate(records)
        ),
    ]


def lines_of(rows: Rows) -> list[bytes]:
    return [json.dumps(row).encode() + b"\n" for row in rows]


def verified(
    rows: Rows, *, keys: tuple[str, ...] = (KEY,), published: tuple[tuple[str, str], ...] = ()
) -> Findings:
    return verify_export(lines_of(rows), keys=keys, published=published)


def assert_fault(findings: Findings, pattern: str) -> None:
    assert not findings.holds
    assert any(re.search(pattern, fault) for fault in findings.faults), findings.faults


def test_true_export_holds() -> None:
    findings = verified(
        an_export(), published=(("sink", note_for(RECORDS, 4)), ("sink", note_for(RECORDS, 9)))
    )
    assert findings.holds
    assert (findings.size, findings.checkpoints, findings.published, findings.remarks) == (9, 2, 2, [])


def test_empty_log_holds() -> None:
    assert verified(an_export([], (0,))).holds


def test_without_keys_or_published_checkpoints_it_says_what_is_not_proven() -> None:
    findings = verified(an_export(), keys=())
    assert findings.holds
    assert len(findings.remarks) == 2


def edit_content(rows: Rows) -> None:
    rows[4 + 3]["record"] = rows[4 + 3]["record"].replace("decide", "delete")


def edit_content_and_leaf(rows: Rows) -> None:
    edit_content(rows)
    rows[4 + 3]["leaf"] = leaf_hash(rows[4 + 3]["record"].encode()).hex()


def delete(rows: Rows) -> None:
    del rows[4 + 5]


def delete_and_renumber(rows: Rows) -> None:
    del rows[4 + 5]
    for position, row in enumerate(rows[4:]):
        row["position"] = position


def insert(rows: Rows) -> None:
    record = '{"action":"never happened"}'
    leaf = leaf_hash(record.encode()).hex()
    rows.insert(4 + 6, {"type": "record", "position": 6, "leaf": leaf, "record": record})
    for position, row in enumerate(rows[4:]):
        row["position"] = position


def swap(rows: Rows) -> None:
    rows[4 + 1], rows[4 + 2] = rows[4 + 2], rows[4 + 1]
    rows[4 + 1]["position"], rows[4 + 2]["position"] = 1, 2


def cut_tail(rows: Rows) -> None:
    del rows[4 + 7 :]


def cut_tail_to_an_earlier_checkpoint(rows: Rows) -> None:
    del rows[4 + 7 :]
    del rows[3]


@pytest.mark.parametrize(
    ("tampering", "pattern"),
    [
        (edit_content, "record at position 3 is not the one"),
        (edit_content_and_leaf, "for 4 records does not fit what follows position 0"),
        (delete, "At position 5 stands the record of position 6"),
        (delete_and_renumber, "tail is cut off"),
        (insert, "for 9 records does not fit what follows position 4"),
        (swap, "for 4 records does not fit"),
        (cut_tail, "tail is cut off: .* counts 9 records, the export has 7"),
        (cut_tail_to_an_earlier_checkpoint, "behind the last checkpoint"),
    ],
)
def test_tampering_is_found(tampering: Callable[[Rows], None], pattern: str) -> None:
    rows = an_export()
    tampering(rows)
    assert_fault(verified(rows), pattern)


def test_tail_cut_off_with_its_checkpoint_is_found_by_a_published_one() -> None:
    rows = an_export(RECORDS[:4], (4,))
    assert verified(rows).holds
    found = verified(rows, published=(("outside", note_for(RECORDS, 9)),))
    assert_fault(found, "tail is cut off: .*outside")
    # The log of a running system grows on: who exports first and fetches checkpoints later cuts nothing off.
    assert_fault(found, "published before the export was made")


def test_log_rewritten_and_signed_again_is_found_by_a_published_checkpoint() -> None:
    rewritten = [record.replace("decide", "delete") for record in RECORDS]
    rows = an_export(rewritten)
    assert verified(rows).holds
    assert_fault(
        verified(rows, published=(("outside", note_for(RECORDS, 4)),)),
        "outside for 4 records does not fit .*log was rewritten",
    )


def test_log_rewritten_under_a_new_key_is_found_by_the_trusted_key() -> None:
    assert_fault(verified(an_export(signer=OTHER)), "not signed by a key of the log")


def test_log_rewritten_under_a_new_key_is_found_by_a_published_checkpoint() -> None:
    published = (("outside", note_for(RECORDS, 4)),)
    assert_fault(
        verified(an_export(signer=OTHER), keys=(), published=published), "outside is not signed by a key"
    )


def test_dropped_content_leaves_its_leaf() -> None:
    rows = an_export()
    rows[4 + 2]["record"] = None
    assert verified(rows).holds
    rows[4 + 2]["leaf"] = "00" * 32
    assert_fault(verified(rows), "does not fit")


def test_checkpoint_of_another_log_is_a_fault() -> None:
    other = CheckpointSigner("safeconduct/XAA/sharing", SIGNER.private)
    assert_fault(
        verified(an_export(), published=(("outside", note_for(RECORDS, 9, other)),)), "belongs to another log"
    )


def test_wrong_signature_is_a_fault() -> None:
    note = note_for(RECORDS, 4).replace("\n4\n", "\n5\n")
    assert_fault(verified(an_export(), published=(("outside", note),)), "signature .* is wrong")


def test_witness_line_is_passed_over() -> None:
    note = note_for(RECORDS, 9) + "— witness.example AAAAAAAAAAA=\n"
    assert verified(an_export(), published=(("outside", note),)).holds


@pytest.mark.parametrize("note", ["", "x\n\n", f"{ORIGIN}\nfour\nAAAA\n\n— x y\n", f"{ORIGIN}\n4\n\n— a\n"])
def test_note_that_cannot_be_read_is_a_fault(note: str) -> None:
    assert_fault(verified(an_export(), published=(("outside", note),)), "outside cannot be read")


def test_signature_that_is_no_base64_is_a_fault() -> None:
    note = f"{ORIGIN}\n4\nAAAA\n\n— {ORIGIN} !!!!\n"
    assert_fault(verified(an_export(), published=(("outside", note),)), "base64 of the checkpoint outside")


def test_export_without_checkpoints_is_a_fault() -> None:
    rows = an_export(sizes=())
    assert_fault(verified(rows), "no checkpoint that can be verified")


@pytest.mark.parametrize(
    "change",
    [
        {"leaf": None},
        {"leaf": "xyz"},
        {"leaf": 7},
        {"record": 7},
        {"record": "\ud800"},
    ],
)
def test_record_line_of_another_shape_is_a_fault(change: dict[str, Any]) -> None:
    rows = an_export()
    rows[4 + 2].update(change)
    assert_fault(verified(rows), "cannot be read at position 2")


def test_record_line_without_content_is_a_fault() -> None:
    rows = an_export()
    del rows[4 + 2]["record"]
    assert_fault(verified(rows), "cannot be read at position 2")


@pytest.mark.parametrize("line", [b"not json\n", b"[]\n", b"[" * 200_000 + b"\n", b" " * 1_048_577])
def test_line_that_is_no_object_is_a_fault(line: bytes) -> None:
    findings = verify_export([*lines_of(an_export()), line], keys=[KEY])
    assert_fault(findings, "Line 14 of the export cannot be read")


@pytest.mark.parametrize("rows", [[], [{"type": "record"}], [{"type": "log", "format": 2}]])
def test_anything_else_is_no_export(rows: Rows) -> None:
    assert_fault(verified(rows), "not an export")


@pytest.mark.parametrize("key", ["", "name", "name+00000000+AAAA", "+00000000+AAAA"])
def test_key_of_another_kind_is_a_fault(key: str) -> None:
    assert_fault(verified(an_export(), keys=(key,)), "verifier key")


def test_faults_are_bounded() -> None:
    records = [str(number) for number in range(verify.MAX_FAULTS + 50)]
    rows = an_export(records, (len(records),))
    for row in rows[3:]:
        row["position"] = -1
    assert len(verified(rows).faults) == verify.MAX_FAULTS


def write(path: Path, rows: Rows) -> Path:
    path.write_bytes(b"".join(lines_of(rows)))
    return path


def a_sink(folder: Path, *notes: str) -> Path:
    place = folder / ORIGIN.replace("/", "_")
    place.mkdir(parents=True)
    for note in notes:
        size = Checkpoint.from_text(note.rpartition("\n\n")[0] + "\n").size
        (place / f"{size:020d}.checkpoint").write_text(note, encoding="utf-8")
    return folder


def test_sink_folder_is_read_in_order(tmp_path: Path) -> None:
    sink = a_sink(tmp_path, note_for(RECORDS, 9), note_for(RECORDS, 4))
    assert [note.split("\n")[1] for _, note in read_sink(sink, ORIGIN)] == ["4", "9"]


def test_command_says_that_a_log_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = write(tmp_path / "export.ndjson", an_export())
    sink = a_sink(tmp_path / "sink", note_for(RECORDS, 9))
    assert main([str(export), "--key", KEY, "--sink", str(sink)]) == 0
    assert capsys.readouterr().out == f"{ORIGIN}: 9 records, 1 published checkpoints: holds.\n"


def test_command_says_that_a_log_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = write(tmp_path / "export.ndjson", an_export(RECORDS[:4], (4,)))
    sink = a_sink(tmp_path / "sink", note_for(RECORDS, 9))
    assert main([str(export), "--key", KEY, "--sink", str(sink)]) == 1
    assert "DOES NOT HOLD" in capsys.readouterr().out


def test_command_on_a_file_of_another_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "other"
    export.write_bytes(b"\x00\xff")
    assert main([str(export)]) == 1
    assert "Line 1 of the export cannot be read" in capsys.readouterr().out


def test_verifier_stands_alone(tmp_path: Path) -> None:
    copy = tmp_path / "verify.py"
    copy.write_text(Path(verify.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    export = write(tmp_path / "export.ndjson", an_export())
    done = subprocess.run(
        [sys.executable, "-I", copy, export], capture_output=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert b"holds" in done.stdout


def test_verifier_is_short_enough_to_read() -> None:
    text = Path(verify.__file__).read_text(encoding="utf-8")
    assert text.count("\n") < 300
    assert "import shared" not in text
    assert "from shared" not in text
