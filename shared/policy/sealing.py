"""Writes `bundle.json` anew after the catalogue changed, and tries the vectors on it.

`python -m shared.policy VECTORS.json --version 2026.2` writes the facts' schema and seals the catalogue of
the checkout; the same safeguards stay in force unless `--in-force` names others.

Sealing signs nothing: two persons do that afterwards (`bundle.sign_bundle`), and earlier signatures no longer
verify. Source: safeguards catalogue SG-45 ("untested bundle"); house style, "Writing a policy".
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shared.policy.bundle import BUNDLE_NAME, Bundle, Tests, digest_of, read_bundle
from shared.policy.catalogue import CATALOGUE_FOLDER, read_texts, schema_digest
from shared.policy.engine import PolicyEngine
from shared.policy.schema import write_schema
from shared.policy.vectors import read_vectors, try_vectors


def seal(folder: Path, *, version: str, in_force: Sequence[str], vectors: Path) -> Bundle:
    """Write the bundle that names the folder's files, and what the vectors of the written safeguards said.

    Args:
        folder: A catalogue; its `bundle.json` is replaced.
        version: What the verdicts will carry.
        in_force: The safeguards that `decide` asks, `SG-45` among them.
        vectors: A file of vectors.

    Returns:
        The bundle as written; `tests_passed` tells whether all vectors came out as expected.

    Raises:
        CatalogueFault: The catalogue cannot be loaded.
        VectorsUnreadable: The vectors cannot be read.
    """
    untested = Bundle(
        version=version,
        effective_from=None,
        in_force=tuple(in_force),
        schema=schema_digest(),
        files={name: digest_of(text.encode()) for name, text in read_texts(folder).items()},
        tests=None,
    )
    path = folder / BUNDLE_NAME
    path.write_bytes(untested.as_bytes())
    engine = PolicyEngine.load(folder, profile="local", trusted_keys={})
    written = engine.catalogue.written
    outcomes = try_vectors(engine, [vector for vector in read_vectors(vectors) if vector.rule_id in written])
    tests = Tests(
        vectors=digest_of(vectors.read_bytes()),
        catalogue=untested.digest,
        as_expected=sum(outcome.is_as_expected for outcome in outcomes),
        total=len(outcomes),
    )
    tested = replace(untested, tests=tests)
    path.write_bytes(tested.as_bytes())
    return tested


def main(arguments: Sequence[str] | None = None, folder: Path = CATALOGUE_FOLDER) -> int:
    """The command line: 0 when all vectors came out as expected, 1 when not."""
    parser = argparse.ArgumentParser(description="Seal the safeguards catalogue.")
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--in-force", nargs="+", default=None, metavar="SG-NN")
    chosen = parser.parse_args(arguments)
    write_schema()
    in_force = chosen.in_force or read_bundle(folder).in_force
    sealed = seal(folder, version=chosen.version, in_force=in_force, vectors=chosen.vectors)
    return 0 if sealed.tests_passed else 1
