"""The catalogue: one Cedar file a safeguard, read once, checked against its schema and its bundle."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import cedarpy

from shared.policy.actions import RULES
from shared.policy.bundle import Bundle, digest_of, read_bundle
from shared.policy.errors import (
    CatalogueAltered,
    CatalogueEmpty,
    CatalogueUnreadable,
    PolicyNotValid,
    PolicyUnreadable,
    SafeguardNotWritten,
)
from shared.policy.schema import SCHEMA_FILE

CATALOGUE_FOLDER: Final = Path(__file__).with_name("catalogue")
PERMIT_FILE: Final = "permit.cedar"
MAX_POLICY_BYTES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Policy:
    """One `forbid` of a safeguard, or one `permit` that carries an obligation.

    `codes` are the reason codes that it gives, its own and the safeguard's main one. `cedar` is Cedar's
    JSON form of it, `policy_id` the name under which Cedar reports it.
    """

    policy_id: str
    rule_id: str
    is_obligation: bool
    code: str
    codes: tuple[str, ...]
    basis: str
    message: str
    cedar: Mapping[str, Any]

    def judges(self, action: str) -> bool:
        """Whether its scope names this action, or all."""
        scope = self.cedar["action"]
        if scope["op"] == "All":
            return True
        entities = scope["entities"] if "entities" in scope else [scope["entity"]]
        return any(entity["id"] == action for entity in entities)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The safeguards as written, with the bundle that names them."""

    folder: Path
    bundle: Bundle
    policies: tuple[Policy, ...]
    permit: Mapping[str, Any]

    @property
    def written(self) -> tuple[str, ...]:
        """The safeguards that have a file, in the catalogue's order."""
        return tuple(sorted({policy.rule_id for policy in self.policies}))


def read_catalogue(folder: Path) -> Catalogue:
    """Read and check every file of a catalogue.

    Args:
        folder: Holds `bundle.json`, `permit.cedar` and the `SG-NN.cedar` files.

    Raises:
        CatalogueUnreadable: A file is absent or `bundle.json` has another form.
        CatalogueEmpty: No safeguard is written, or SG-45 is not in force.
        CatalogueAltered: A file is not the one that the bundle names, or the bundle does not name it.
        PolicyUnreadable: A file is not Cedar, or a policy lacks an annotation.
        PolicyNotValid: A policy does not fit the schema.
        SafeguardNotWritten: The bundle puts a safeguard in force that has no file.
    """
    bundle = read_bundle(folder)
    texts = read_texts(folder)
    _check_digests(bundle, texts)
    policies = policies_of(texts)
    if not policies or "SG-45" not in bundle.in_force:
        raise CatalogueEmpty
    catalogue = Catalogue(folder, bundle, policies, _permit_of(texts))
    for rule_id in bundle.in_force:
        if rule_id not in catalogue.written:
            raise SafeguardNotWritten(rule=rule_id)
    return catalogue


def read_texts(folder: Path) -> dict[str, str]:
    """The Cedar files of a folder by name, sorted.

    Raises:
        CatalogueUnreadable: A file is absent, too long or no text.
    """
    texts = {}
    for path in sorted(folder.glob("*.cedar")):
        try:
            with path.open("rb") as stream:
                content = stream.read(MAX_POLICY_BYTES + 1)
            if len(content) > MAX_POLICY_BYTES:
                raise CatalogueUnreadable(file=path.name)
            texts[path.name] = content.decode("utf-8")
        except (OSError, ValueError):
            raise CatalogueUnreadable(file=path.name) from None
    return texts


def _check_digests(bundle: Bundle, texts: Mapping[str, str]) -> None:
    if set(texts) != set(bundle.files):
        raise CatalogueAltered(file=min(set(texts) ^ set(bundle.files)))
    for name, text in texts.items():
        if digest_of(text.encode()) != bundle.files[name]:
            raise CatalogueAltered(file=name)
    if schema_digest() != bundle.schema:
        raise CatalogueAltered(file=SCHEMA_FILE.name)


def schema_digest() -> str:
    """The digest of the facts' schema that this code was written with."""
    return digest_of(SCHEMA_FILE.read_bytes())


def policies_of(texts: Mapping[str, str]) -> tuple[Policy, ...]:
    """The policies of all files, in the order of the files and of the text.

    Raises:
        PolicyUnreadable: A file is not Cedar, or a policy lacks an annotation.
        PolicyNotValid: A policy does not fit the schema.
    """
    schema = SCHEMA_FILE.read_text(encoding="utf-8")
    read = (_policies_of_file(name, text, schema) for name, text in texts.items() if name != PERMIT_FILE)
    return tuple(chain.from_iterable(read))


# A catalogue that is read again, after somebody signed it, has mostly the files that it had.
@lru_cache(maxsize=128)
def _policies_of_file(name: str, text: str, schema: str) -> tuple[Policy, ...]:
    rule_id = name.removesuffix(".cedar")
    if rule_id not in RULES:
        raise PolicyUnreadable(file=name, fault="its name is not that of a safeguard")
    found = tuple(_policy(rule_id, number, each) for number, each in enumerate(_static_policies(name, text)))
    faults = cedarpy.validate_policies(text, _schema_of(schema)).errors
    if faults:
        raise PolicyNotValid(fault=f"{name}: {faults[0].error}")
    return found


@lru_cache(maxsize=1)
def _schema_of(text: str) -> cedarpy.Schema:
    return cedarpy.Schema.from_str(text)


def _static_policies(name: str, text: str) -> list[Mapping[str, Any]]:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as fault:
        raise PolicyUnreadable(file=name, fault=str(fault)) from None
    if parsed.get("templates"):
        raise PolicyUnreadable(file=name, fault="it holds a template")
    policies: dict[str, Mapping[str, Any]] = parsed["staticPolicies"]
    # Cedar numbers them policy0, policy1, … in the order of the text, and sorts by name.
    return [policies[key] for key in sorted(policies, key=lambda key: int(key.removeprefix("policy")))]


def _policy(rule_id: str, number: int, cedar: Mapping[str, Any]) -> Policy:
    annotations: Mapping[str, str] = cedar.get("annotations", {})
    for wanted in ("id", "basis", "message"):
        if not annotations.get(wanted):
            raise PolicyUnreadable(file=f"{rule_id}.cedar", fault=f"policy {number + 1} has no @{wanted}")
    code = annotations["id"]
    also = annotations.get("also")
    for named in (code, also or code):
        if not named.startswith(f"{rule_id}."):
            raise PolicyUnreadable(file=f"{rule_id}.cedar", fault=f"{named} is no code of this safeguard")
    return Policy(
        policy_id=f"{code}#{number + 1}",
        rule_id=rule_id,
        is_obligation=cedar["effect"] == "permit",
        code=code,
        codes=(code, also) if also else (code,),
        basis=annotations["basis"],
        message=annotations["message"],
        cedar=cedar,
    )


def _permit_of(texts: Mapping[str, str]) -> Mapping[str, Any]:
    if PERMIT_FILE not in texts:
        raise CatalogueUnreadable(file=PERMIT_FILE)
    policies = _static_policies(PERMIT_FILE, texts[PERMIT_FILE])
    if [policy["effect"] for policy in policies] != ["permit"]:
        raise PolicyUnreadable(file=PERMIT_FILE, fault="it holds one permit and nothing else")
    return policies[0]
