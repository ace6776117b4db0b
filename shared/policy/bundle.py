"""What stands in `bundle.json`, and who has signed it.

The bundle names every file of the catalogue with its digest, the safeguards in force, and the vectors that
passed for exactly these files. A signature is a file of its own beside it: `bundle.json.<kid>.sig`. A key id
opens with its holder (`steward.4f1c…`), so two keys of one person are one signer.

Source: safeguards catalogue SG-27 (two persons) and SG-45 (signed, tested bundle).
"""

import base64
import binascii
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.policy.errors import CatalogueUnreadable

BUNDLE_NAME: Final = "bundle.json"
MAX_BUNDLE_BYTES: Final = 1_000_000
_SIGNATURE_SUFFIX: Final = ".sig"
_CONTEXT: Final = b"safeconduct policy bundle v1\n"
"""Goes before what is signed, so that no other signature of the same key can be passed off as this one."""


class SigningKey(Protocol):
    """A key that signs; `shared.security.keys.KeyFile` is one."""

    @property
    def kid(self) -> str:
        """The key's id, `<holder>.<fingerprint>`."""
        ...

    def sign(self, content: bytes) -> bytes:
        """The 64-byte Ed25519 signature of `content`."""
        ...


@dataclass(frozen=True, slots=True)
class Tests:
    """Which vectors were tried on which catalogue, and how many of them came out as expected."""

    vectors: str
    catalogue: str
    as_expected: int
    total: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """The content of `bundle.json`. Digests are `sha256:` and 64 hexadecimal digits."""

    version: str
    effective_from: str | None
    in_force: tuple[str, ...]
    schema: str
    files: Mapping[str, str]
    tests: Tests | None

    @property
    def digest(self) -> str:
        """The digest of everything that decides: version, start, rules in force, schema and files."""
        return digest_of(
            json.dumps(
                {
                    "version": self.version,
                    "effective_from": self.effective_from,
                    "in_force": list(self.in_force),
                    "schema": self.schema,
                    "files": dict(self.files),
                },
                sort_keys=True,
                separators=(",", ":"),
            ).encode()
        )

    @property
    def tests_passed(self) -> bool:
        """Whether all vectors passed, and passed for exactly this catalogue."""
        tests = self.tests
        return tests is not None and tests.catalogue == self.digest and 0 < tests.total == tests.as_expected

    def as_bytes(self) -> bytes:
        """The file's content: what is signed."""
        content: dict[str, Any] = {
            "version": self.version,
            "effective_from": self.effective_from,
            "in_force": list(self.in_force),
            "schema": self.schema,
            "files": dict(self.files),
            "tests": None,
        }
        if self.tests is not None:
            content["tests"] = {
                "vectors": self.tests.vectors,
                "catalogue": self.tests.catalogue,
                "as_expected": self.tests.as_expected,
                "total": self.tests.total,
            }
        return (json.dumps(content, indent=2) + "\n").encode()


def digest_of(content: bytes) -> str:
    """`sha256:` and the hexadecimal digest."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def read_bundle(folder: Path) -> Bundle:
    """Read `bundle.json`.

    Raises:
        CatalogueUnreadable: It is absent, too long, or of another form.
    """
    try:
        with (folder / BUNDLE_NAME).open("rb") as stream:
            content = stream.read(MAX_BUNDLE_BYTES + 1)
        if len(content) > MAX_BUNDLE_BYTES:
            raise CatalogueUnreadable(file=BUNDLE_NAME)
        return _bundle_from(json.loads(content))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CatalogueUnreadable(file=BUNDLE_NAME) from None


def _bundle_from(row: dict[str, Any]) -> Bundle:
    if set(row) != {"version", "effective_from", "in_force", "schema", "files", "tests"}:
        raise ValueError("unknown form")
    tests = row["tests"]
    return Bundle(
        version=_text(row["version"]),
        effective_from=None if row["effective_from"] is None else _text(row["effective_from"]),
        in_force=tuple(_text(rule_id) for rule_id in row["in_force"]),
        schema=_text(row["schema"]),
        files={_text(name): _text(digest) for name, digest in row["files"].items()},
        tests=None if tests is None else Tests(**tests),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def read_trusted_keys(path: Path) -> dict[str, Ed25519PublicKey]:
    """The public keys whose signatures on the bundle count, by key id.

    Args:
        path: A JWKS of Ed25519 keys; each `kid` opens with its holder.

    Raises:
        CatalogueUnreadable: The file is absent or of another form.

    Source:
        RFC 7517 §5 (JWK set), RFC 8037 §2 (Ed25519).
    """
    try:
        keys = json.loads(path.read_bytes())["keys"]
        return {_text(key["kid"]): _public_key(key) for key in keys}
    except (OSError, ValueError, KeyError, TypeError):
        raise CatalogueUnreadable(file=path.name) from None


def _public_key(jwk: Mapping[str, Any]) -> Ed25519PublicKey:
    if (jwk["kty"], jwk["crv"]) != ("OKP", "Ed25519"):
        raise ValueError("it is another kind of key")
    content = _text(jwk["x"])
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))


def sign_bundle(folder: Path, key: SigningKey) -> Path:
    """Write one person's detached signature beside `bundle.json`, in place of that key's earlier one.

    Args:
        folder: The catalogue's folder.
        key: Ed25519; its id opens with the person's name.

    Returns:
        The signature's file.

    Raises:
        CatalogueUnreadable: There is no readable bundle to sign.
    """
    signature = key.sign(_CONTEXT + read_bundle(folder).as_bytes())
    path = folder / f"{BUNDLE_NAME}.{key.kid}{_SIGNATURE_SUFFIX}"
    content = {"kid": key.kid, "signature": base64.urlsafe_b64encode(signature).decode("ascii")}
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")
    return path


def signers(folder: Path, trusted_keys: Mapping[str, Ed25519PublicKey]) -> frozenset[str]:
    """The persons whose trusted keys have signed this folder's bundle.

    A signature by an unknown key, or one that does not verify, counts as none.

    Raises:
        CatalogueUnreadable: There is no readable bundle.
    """
    signed = _CONTEXT + read_bundle(folder).as_bytes()
    found = set()
    for path in sorted(folder.glob(f"{BUNDLE_NAME}.*{_SIGNATURE_SUFFIX}")):
        kid = _verified_key(path, signed, trusted_keys)
        if kid is not None:
            found.add(holder_of(kid))
    return frozenset(found)


def holder_of(kid: str) -> str:
    """The person that a key id opens with."""
    return kid.rpartition(".")[0] or kid


def _verified_key(path: Path, signed: bytes, trusted_keys: Mapping[str, Ed25519PublicKey]) -> str | None:
    try:
        row = json.loads(path.read_bytes()[:MAX_BUNDLE_BYTES])
        kid = _text(row["kid"])
        trusted_keys[kid].verify(base64.urlsafe_b64decode(_text(row["signature"])), signed)
    except (OSError, ValueError, KeyError, TypeError, binascii.Error, InvalidSignature):
        return None
    return kid


def signed_copy(source: Path, target: Path, keys: Iterable[SigningKey]) -> Path:
    """Bring a catalogue into a folder of one's own and sign it there: the `local` profile's first start.

    A later start with the same catalogue changes nothing; with another one it is copied and signed anew.

    Args:
        source: A catalogue's folder.
        target: A folder that holds nothing else; made where it is missing.
        keys: The keys of (two) persons.

    Returns:
        The target.

    Raises:
        CatalogueUnreadable: The source has no readable bundle.
    """
    bundle = read_bundle(source)
    is_current = (target / BUNDLE_NAME).is_file() and read_bundle(target) == bundle
    if not is_current and target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True, exist_ok=True)
    for name in (*bundle.files, BUNDLE_NAME):
        shutil.copyfile(source / name, target / name)
    for key in keys:
        if not (target / f"{BUNDLE_NAME}.{key.kid}{_SIGNATURE_SUFFIX}").is_file():
            sign_bundle(target, key)
    return target
