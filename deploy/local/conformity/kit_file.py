"""The file that a trial reads: our authority and its keys, the counterpart's public ones, the agreement.

`./run exchange kit` makes one; the counterpart registers its public half and gives us theirs.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from deploy.local.conformity.kit import Kit
from services.sharing.protocol.sender import Sender
from services.sharing.registers.entries import AuthorityKey
from shared.clock import Clock
from shared.errors import DomainError
from shared.identifiers import AuthorityId, RandomIdentifiers

KIT_NAME: Final = "kit.json"
PUBLIC_NAME: Final = "public.json"
_LIFE: Final = {"not_before": "2020-01-01T00:00:00Z", "not_after": "2100-01-01T00:00:00Z"}


class KitFault(DomainError):
    """The file is no kit."""

    code: ClassVar[str] = "KIT_FAULT"
    sentence: ClassVar[str] = "The file {name} is no kit for a trial: {reason}."


def read_kit(path: Path, url: str, clock: Clock) -> Kit:
    """The kit of a file, for one address.

    Raises:
        KitFault: A member is missing, or is no key.
    """
    try:
        return kit_of(json.loads(path.read_text(encoding="utf-8")), url, clock)
    except (KeyError, TypeError, ValueError, JoseError) as fault:
        raise KitFault(name=path.name, reason=f"{type(fault).__name__} where a member is read") from None


def kit_of(content: Mapping[str, Any], url: str, clock: Clock) -> Kit:
    """The kit that a file's content says."""
    signing = content["signing_key"]
    keys = [AuthorityKey.model_validate({**_LIFE, **each}) for each in content["recipient"]["keys"]]
    return Kit(
        sender=Sender(AuthorityId(content["authority"]), signing["kid"], OKPKey.import_key(dict(signing))),
        recipient=content["recipient"]["authority"],
        url=url,
        seal_to=next(key for key in keys if key.use == "enc"),
        keys={key.kid: key.jwk for key in keys if key.use == "sig"},
        agreement_id=content["agreement_id"],
        now=clock.now,
        new_id=RandomIdentifiers(clock).new,
    )


def make_kit(folder: Path, authority: str) -> tuple[Path, Path]:
    """Write a new kit, readable for its owner alone, and what the counterpart registers of it.

    Raises:
        FileExistsError: A kit is there; its keys are registered somewhere.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    signing, sealing = a_key("Ed25519", f"{authority}.sig"), a_key("X25519", f"{authority}.enc")
    kit = folder / KIT_NAME
    kit.touch(mode=0o600, exist_ok=False)
    content = {
        "authority": authority,
        "signing_key": signing,
        "sealing_key": sealing,
        "recipient": {"authority": "FILL-IN", "keys": []},
        "agreement_id": "FILL-IN",
    }
    kit.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    told = {
        "id": authority,
        "status": "ACTIVE",
        "keys": [public_of(signing, "sig"), public_of(sealing, "enc")],
    }
    public = folder / PUBLIC_NAME
    public.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return kit, public


def a_key(curve: Literal["Ed25519", "X25519"], kid: str, secret: bytes | None = None) -> dict[str, str]:
    """A private JWK; `secret` gives the same key each time, for test keys."""
    key = OKPKey.generate_key(curve, private=True) if secret is None else _derived(curve, secret)
    content = {name: str(value) for name, value in key.as_dict(private=True).items()}
    return {**{name: content[name] for name in ("kty", "crv", "x", "d")}, "kid": kid}


def public_of(key: Mapping[str, str], use: str) -> dict[str, Any]:
    """What a register holds of a key."""
    jwk = {name: key[name] for name in ("kty", "crv", "x")}
    return {"kid": key["kid"], "use": use, "alg": "EdDSA" if use == "sig" else "ECDH-ES", "jwk": jwk}


def _derived(curve: str, secret: bytes) -> OKPKey:
    """The key whose private half is these 32 bytes."""
    public = (
        ed25519.Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        if curve == "Ed25519"
        else x25519.X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    )
    parts = {"x": urlsafe_b64encode(public), "d": urlsafe_b64encode(secret)}
    members = {name: value.rstrip(b"=").decode() for name, value in parts.items()}
    return OKPKey.import_key({"kty": "OKP", "crv": curve, **members})
