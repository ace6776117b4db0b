"""`./run policy test` and `./run policy sign`: try the safeguards, put a name under them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from rich.console import Console
from rich.table import Table

from deploy.local.layout import DataFolder
from shared.errors import DomainError
from shared.policy.bundle import sign_bundle
from shared.policy.engine import PolicyEngine
from shared.policy.vectors import Outcome, read_vectors, try_vectors
from shared.security.keys import KeyFile

EXIT_AS_EXPECTED: Final = 0
EXIT_NOT_AS_EXPECTED: Final = 1
EXIT_FAULT: Final = 2


def policy_test(paths: Sequence[Path], as_json: bool, out: TextIO, err: TextIO) -> int:
    """Let the safeguards judge files of vectors; no database, no running service.

    Args:
        paths: Files of vectors; their vectors follow one another.
        as_json: One JSON object on `out`; otherwise a table of those that are not as expected, and a count.
        out: Where the result goes.
        err: Where a fault of the files goes, as one sentence; `out` then stays empty.

    Returns:
        0 when every vector is as expected, 1 when not, 2 when a file cannot be read.

    Source:
        The digest's `policy-test-output.md`.
    """
    try:
        vectors = [vector for path in paths for vector in read_vectors(path)]
        engine = PolicyEngine.load(profile="local", trusted_keys={})
    except DomainError as fault:
        print(fault.detail, file=err)
        return EXIT_FAULT
    outcomes = try_vectors(engine, vectors)
    if as_json:
        print(json.dumps(_as_json(engine, outcomes), ensure_ascii=False), file=out)
    else:
        _print_table(outcomes, out)
    return EXIT_AS_EXPECTED if all(outcome.is_as_expected for outcome in outcomes) else EXIT_NOT_AS_EXPECTED


def _as_json(engine: PolicyEngine, outcomes: Sequence[Outcome]) -> dict[str, object]:
    return {
        "catalogue": {
            "version": engine.version,
            "digest": engine.digest,
            "safeguards": len(engine.catalogue.written),
        },
        "vectors": [
            {
                "id": outcome.vector.rule_id,
                "case": outcome.vector.case,
                "decision": outcome.verdict.decision,
                "reasons": list(outcome.verdict.reasons),
                "obligations": list(outcome.verdict.obligations),
                "as_expected": outcome.is_as_expected,
            }
            for outcome in outcomes
        ],
        "as_expected": sum(outcome.is_as_expected for outcome in outcomes),
        "total": len(outcomes),
    }


def _print_table(outcomes: Sequence[Outcome], out: TextIO) -> None:
    console = Console(file=out, highlight=False, markup=False)
    surprises = [outcome for outcome in outcomes if not outcome.is_as_expected]
    if surprises:
        table = Table("safeguard", "case", "expected", "decision", "reasons")
        for outcome in surprises:
            vector, verdict = outcome.vector, outcome.verdict
            expected = f"{vector.expect} {vector.reason or ''}".strip()
            table.add_row(vector.rule_id, vector.case, expected, verdict.decision, " ".join(verdict.reasons))
        console.print(table)
    console.print(f"{len(outcomes) - len(surprises)} of {len(outcomes)} vectors are as expected.")


def policy_sign(data: Path, person: str, out: TextIO, err: TextIO) -> int:
    """Put one person's signature under the policy bundle of a data folder.

    Args:
        data: The data folder; it holds the catalogue and the person's key.
        person: Whose key signs.
        out: Where the signature's file name goes.
        err: Where a fault goes, as one sentence.

    Returns:
        0 when signed, 2 when the key or the bundle cannot be used.

    Source:
        Safeguards catalogue SG-27 (two persons) and SG-45 (signed bundle).
    """
    folder = DataFolder(data.absolute())
    try:
        signature = sign_bundle(folder.policy, KeyFile.load(folder.policy_key(person)))
    except DomainError as fault:
        print(fault.detail, file=err)
        return EXIT_FAULT
    print(f"{person} has signed the safeguards: {signature.name}", file=out)
    return EXIT_AS_EXPECTED
