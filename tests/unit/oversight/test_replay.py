"""What a replay finds, and what is noted until its record is written."""

import json
import zlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.oversight.kept_inputs import MAX_WAITING, QUESTIONS, KeptInputs
from shared.oversight.replay import Decision, Finding, Replayed, finding_of
from shared.policy.verdict import Verdict
from tests.fakes import FixedClock

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def a_verdict(*reasons: str, version: str = "2026.2", inputs: str = "sha256:aa") -> Verdict:
    return Verdict("forbid", reasons, (), (), version, "digest", inputs, NOW, UUID(int=1))


def a_decision(*reasons: str) -> Decision:
    return Decision(UUID(int=2), "share.send", NOW, "REFUSED", reasons, "2026.2", "sha256:aa")


@pytest.mark.parametrize(
    ("recorded", "now", "finding"),
    [
        (("SG-03.NO_NEED",), a_verdict("SG-03.NO_NEED"), Finding.SAME),
        ((), a_verdict(), Finding.SAME),
        (("SG-03.NO_NEED",), a_verdict(), Finding.DIFFERENT),
        (("NOT_AUTHORISED",), a_verdict(), Finding.SAME),
        (("SG-03.NO_NEED",), a_verdict(version="2026.3"), Finding.OTHER_CATALOGUE),
        (("SG-03.NO_NEED",), a_verdict("SG-03.NO_NEED", inputs="sha256:bb"), Finding.OTHER_CATALOGUE),
    ],
)
def test_a_mismatch_is_only_what_the_same_catalogue_and_inputs_gave(
    recorded: tuple[str, ...], now: Verdict, finding: Finding
) -> None:
    found = finding_of(a_decision(*recorded), now, now.reasons)
    assert found is finding
    assert Replayed(a_decision(), found).is_mismatch == (finding is Finding.DIFFERENT)


class NoDatabase:
    """Counts what it is asked to write."""

    def __init__(self) -> None:
        self.written: list[Any] = []

    async def execute(self, _statement: Any, columns: Any) -> None:
        self.written.append(columns)


def a_record(inputs: str | None) -> Any:
    facts = {} if inputs is None else {"inputs_hash": inputs}
    return type("Record", (), {"record_id": UUID(int=3), "subject_id": None, "facts": facts})()


async def test_only_records_of_noted_decisions_take_their_inputs_along() -> None:
    kept, database = KeptInputs(FixedClock()), NoDatabase()
    kept.note({"action": "share.send"}, a_verdict())
    await kept.write(database, [a_record(None), a_record("sha256:other")])  # type: ignore[arg-type]
    assert database.written == []
    await kept.write(database, [a_record("sha256:aa"), a_record(None)])  # type: ignore[arg-type]
    assert len(database.written[0]["record_id"]) == 1


async def test_no_question_of_several_is_kept_with_what_the_protection_vault_holds() -> None:
    kept, database = KeptInputs(FixedClock()), NoDatabase()
    asked = {"object": {"fields": [], "subject_protection": "REFUGEE"}, "context": {"feared_states": ["XBB"]}}
    kept.note({QUESTIONS: [asked, asked]}, a_verdict())
    await kept.write(database, [a_record("sha256:aa")])  # type: ignore[arg-type]
    (packed,) = database.written[0]["request"]
    left: dict[str, Any] = {"object": {"fields": []}, "context": {}}
    assert json.loads(zlib.decompress(packed)) == {QUESTIONS: [left, left]}


async def test_what_is_never_recorded_falls_out_of_memory() -> None:
    kept, database = KeptInputs(FixedClock()), NoDatabase()
    for number in range(MAX_WAITING + 1):
        kept.note({"action": "share.send"}, a_verdict(inputs=f"sha256:{number}"))
    await kept.write(database, [a_record("sha256:0")])  # type: ignore[arg-type]
    assert database.written == []
    await kept.write(database, [a_record("sha256:1")])  # type: ignore[arg-type]
    assert len(database.written) == 1
