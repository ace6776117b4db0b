"""The catalogue on disk: read whole or not at all; signed by persons; tested for what it is."""

import base64
import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.policy import bundle as bundles
from shared.policy import catalogue as catalogues
from shared.policy import errors
from shared.policy.bundle import (
    BUNDLE_NAME,
    holder_of,
    read_bundle,
    read_trusted_keys,
    sign_bundle,
    signed_copy,
    signers,
)
from shared.policy.catalogue import CATALOGUE_FOLDER, read_catalogue
from shared.policy.schema import SCHEMA_FILE, cedar_schema, write_schema
from shared.policy.sealing import main, seal
from tests.unit.policy.signing import LEGAL, SUPERVISOR, TRUSTED, VECTORS, Key, copy_of_catalogue, reseal


def _rewrite(folder: Path, **changes: Any) -> None:
    path = folder / BUNDLE_NAME
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def _write_policy(folder: Path, text: str, name: str = "SG-43.cedar") -> None:
    (folder / name).write_text(text)
    files = json.loads((folder / BUNDLE_NAME).read_text())["files"]
    _rewrite(folder, files={**files, name: bundles.digest_of(text.encode())})


def test_catalogue_of_the_checkout_is_sealed_and_tested() -> None:
    catalogue = read_catalogue(CATALOGUE_FOLDER)

    assert catalogue.bundle.tests_passed
    assert catalogue.bundle.tests is not None
    assert catalogue.bundle.tests.vectors == bundles.digest_of(VECTORS.read_bytes())
    assert len(catalogue.written) == 45


def test_schema_file_is_that_of_the_facts() -> None:
    assert SCHEMA_FILE.read_text() == cedar_schema(facts_are_required=True)


def test_schema_is_written_only_when_facts_changed(tmp_path: Path) -> None:
    path = tmp_path / "schema.cedarschema"

    assert write_schema(path)
    assert not write_schema(path)

    path.write_text("old")

    assert write_schema(path)
    assert path.read_text() == cedar_schema(facts_are_required=True)


def test_sealing_is_a_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["policy", "--help"])

    with pytest.raises(SystemExit):
        runpy.run_module("shared.policy", run_name="__main__")

    assert "--in-force" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("forbid (principal", errors.PolicyUnreadable),
        ("forbid (principal, action, resource);", errors.PolicyUnreadable),
        ('@id("SG-43.X") forbid (principal, action, resource);', errors.PolicyUnreadable),
        ('@id("SG-43.X") @basis("b") forbid (principal, action, resource);', errors.PolicyUnreadable),
        (
            '@id("SG-01.X") @basis("b") @message("m") forbid (principal, action, resource);',
            errors.PolicyUnreadable,
        ),
        (
            '@id("SG-43.X") @also("SG-01.Y") @basis("b") @message("m") forbid (principal, action, resource);',
            errors.PolicyUnreadable,
        ),
        ("permit (principal == ?principal, action, resource);", errors.PolicyUnreadable),
        (
            '@id("SG-43.X") @basis("b") @message("m") '
            'forbid (principal, action == Action::"model.renew", resource) when { context.SG43.odd };',
            errors.PolicyNotValid,
        ),
        (
            '@id("SG-43.X") @basis("b") @message("m") '
            'forbid (principal, action == Action::"model.renew", resource) '
            "when { context.SG43.fp_ratio_thousandths };",
            errors.PolicyNotValid,
        ),
        (
            '@id("SG-43.X") @basis("b") @message("m") '
            'forbid (principal, action == Action::"no.such", resource);',
            errors.PolicyNotValid,
        ),
    ],
)
def test_policy_that_cannot_be_read_is_not_loaded(
    tmp_path: Path, text: str, fault: type[errors.CatalogueFault]
) -> None:
    folder = copy_of_catalogue(tmp_path)
    _write_policy(folder, text)

    with pytest.raises(fault, match=r"SG-43\.cedar"):
        read_catalogue(folder)


def test_file_that_is_no_safeguard_is_not_loaded(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    _write_policy(folder, "", "SG-99.cedar")

    with pytest.raises(errors.PolicyUnreadable, match=r"SG-99\.cedar"):
        read_catalogue(folder)


@pytest.mark.parametrize("text", ["", "forbid (principal, action, resource);"])
def test_catalogue_needs_its_one_permit(tmp_path: Path, text: str) -> None:
    folder = copy_of_catalogue(tmp_path)
    _write_policy(folder, text, catalogues.PERMIT_FILE)

    with pytest.raises(errors.PolicyUnreadable):
        read_catalogue(folder)


def test_catalogue_without_permit_file_is_not_loaded(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    (folder / catalogues.PERMIT_FILE).unlink()
    files = json.loads((folder / BUNDLE_NAME).read_text())["files"]
    _rewrite(folder, files={name: files[name] for name in files if name != catalogues.PERMIT_FILE})

    with pytest.raises(errors.CatalogueUnreadable):
        read_catalogue(folder)


def test_altered_file_is_not_loaded(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    path = folder / "SG-08.cedar"
    path.write_text(path.read_text().replace("30", "3"))

    with pytest.raises(errors.CatalogueAltered, match=r"SG-08\.cedar"):
        read_catalogue(folder)


def test_file_too_many_or_too_few_is_not_loaded(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    (folder / "SG-08.cedar").unlink()

    with pytest.raises(errors.CatalogueAltered, match=r"SG-08\.cedar"):
        read_catalogue(folder)


def test_another_schema_is_not_loaded(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    _rewrite(folder, schema="sha256:00")

    with pytest.raises(errors.CatalogueAltered, match="schema"):
        read_catalogue(folder)


def test_catalogue_with_nothing_in_force_is_not_loaded(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    _rewrite(folder, in_force=["SG-01"])

    with pytest.raises(errors.CatalogueEmpty):
        read_catalogue(folder)


def test_catalogue_without_safeguards_is_not_loaded(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    for path in folder.glob("SG-*.cedar"):
        path.unlink()
    files = json.loads((folder / BUNDLE_NAME).read_text())["files"]
    _rewrite(folder, files={catalogues.PERMIT_FILE: files[catalogues.PERMIT_FILE]})

    with pytest.raises(errors.CatalogueEmpty):
        read_catalogue(folder)


def test_safeguard_in_force_must_be_written(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    (folder / "SG-43.cedar").unlink()

    with pytest.raises(errors.SafeguardNotWritten, match="SG-43"):
        reseal(folder, "SG-43")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"version":1,"effective_from":null,"in_force":[],"schema":"","files":{},"tests":null}',
        b'{"version":"1","effective_from":null,"in_force":[],"schema":"","files":{},"tests":{"odd":1}}',
    ],
)
def test_bundle_of_another_form_is_not_loaded(tmp_path: Path, content: bytes) -> None:
    (tmp_path / BUNDLE_NAME).write_bytes(content)

    with pytest.raises(errors.CatalogueUnreadable):
        read_bundle(tmp_path)


def test_bundle_that_is_too_long_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / BUNDLE_NAME).write_bytes(b" " * (bundles.MAX_BUNDLE_BYTES + 1))

    with pytest.raises(errors.CatalogueUnreadable):
        read_bundle(tmp_path)


@pytest.mark.parametrize("content", [b"\xff", b"/" * (catalogues.MAX_POLICY_BYTES + 1)])
def test_policy_file_that_is_no_text_or_too_long_is_not_loaded(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "SG-01.cedar").write_bytes(content)

    with pytest.raises(errors.CatalogueUnreadable, match=r"SG-01\.cedar"):
        catalogues.read_texts(tmp_path)


def test_effective_date_is_read(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    _rewrite(folder, effective_from="2026-06-01")

    assert read_bundle(folder).effective_from == "2026-06-01"
    assert not read_bundle(folder).tests_passed


def test_signatures_are_counted_by_person(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    second_key = Key("legal.2")
    trusted = {**TRUSTED, second_key.kid: second_key.private.public_key()}

    sign_bundle(folder, LEGAL)
    sign_bundle(folder, second_key)

    assert signers(folder, trusted) == {"legal"}


def test_signature_by_an_unknown_or_another_key_counts_as_none(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    sign_bundle(folder, Key("stranger.1"))
    sign_bundle(folder, Key(LEGAL.kid))
    (folder / f"{BUNDLE_NAME}.odd.sig").write_text("{}")

    assert signers(folder, TRUSTED) == frozenset()


def test_signature_ends_with_the_bundle_that_it_was_given_for(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    sign_bundle(folder, LEGAL)
    assert signers(folder, TRUSTED) == {"legal"}

    _rewrite(folder, version="another")

    assert signers(folder, TRUSTED) == frozenset()


def test_key_id_opens_with_its_holder() -> None:
    assert holder_of("legal.4f1c") == "legal"
    assert holder_of("legal") == "legal"


def test_signed_copy_is_made_once(tmp_path: Path) -> None:
    target = signed_copy(CATALOGUE_FOLDER, tmp_path / "policy", (LEGAL, SUPERVISOR))
    signature = target / f"{BUNDLE_NAME}.{LEGAL.kid}.sig"
    signature.write_text(signature.read_text() + " ")

    signed_copy(CATALOGUE_FOLDER, target, (LEGAL, SUPERVISOR))

    assert signature.read_text().endswith(" ")
    assert signers(target, TRUSTED) == {"legal", "supervisor"}


def test_signed_copy_follows_a_new_catalogue(tmp_path: Path) -> None:
    target = signed_copy(CATALOGUE_FOLDER, tmp_path / "policy", (LEGAL, SUPERVISOR))
    changed = reseal(copy_of_catalogue(tmp_path), "SG-01")

    signed_copy(changed, target, (LEGAL, SUPERVISOR))

    assert read_catalogue(target).bundle.version == "test"
    assert signers(target, TRUSTED) == {"legal", "supervisor"}


def test_bundle_of_a_failing_vector_is_not_tested(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    vectors = tmp_path / "vectors.json"
    request = {"action": "record.read", "purpose": {"code": "CUSTOMS"}}
    vectors.write_text(json.dumps({"vectors": [{"id": "SG-01", "expect": "permit", "request": request}]}))

    sealed = seal(folder, version="test", in_force=["SG-45"], vectors=vectors)

    assert not sealed.tests_passed
    assert sealed.tests == bundles.Tests(bundles.digest_of(vectors.read_bytes()), sealed.digest, 0, 1)


def test_sealing_keeps_what_is_in_force_unless_told(tmp_path: Path) -> None:
    folder = copy_of_catalogue(tmp_path)
    before = read_bundle(folder)

    assert main([str(VECTORS), "--version", "next"], folder) == 0
    assert read_bundle(folder).version == "next"
    assert read_bundle(folder).in_force == before.in_force

    assert main([str(VECTORS), "--version", "next", "--in-force", "SG-45"], folder) == 0
    assert read_bundle(folder).in_force == ("SG-45",)


def test_sealing_tells_of_failing_vectors(tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.json"
    vectors.write_text(json.dumps({"vectors": [{"id": "SG-01", "expect": "permit", "request": {}}]}))

    assert main([str(vectors), "--version", "next"], copy_of_catalogue(tmp_path)) == 1


def _jwks(*keys: dict[str, str]) -> str:
    return json.dumps({"keys": list(keys)})


def test_trusted_keys_are_read_from_a_jwk_set(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    key = Ed25519PrivateKey.generate().public_key()
    x = base64.urlsafe_b64encode(key.public_bytes_raw()).decode().rstrip("=")
    path.write_text(_jwks({"kid": "legal.1", "kty": "OKP", "crv": "Ed25519", "x": x}))

    assert read_trusted_keys(path)["legal.1"].public_bytes_raw() == key.public_bytes_raw()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        _jwks({"kid": "legal.1"}),
        _jwks({"kid": "legal.1", "kty": "EC", "crv": "P-256", "x": "AA"}),
        _jwks({"kid": "legal.1", "kty": "OKP", "crv": "Ed25519", "x": "AA"}),
    ],
)
def test_trusted_keys_of_another_form_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)

    with pytest.raises(errors.CatalogueUnreadable):
        read_trusted_keys(path)
