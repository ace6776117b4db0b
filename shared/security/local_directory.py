"""Whom the local issuer knows: demonstration people, carriers and the console, from one JSON file.

```json
{"people": [{"subject": "verifier-1", "display_name": "Verifier 1", "roles": ["VERIFIER"], ...}],
 "carriers": [{"subject": "carrier-XA", "carrier": "XA", "secret_sha256": "..."}],
 "consoles": [{"client_id": "console", "redirect_uris": ["http://127.0.0.1:8103/callback"]}]}
```
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.security.roles import Role, is_forbidden_combination

MAX_DIRECTORY_BYTES: Final = 1_048_576
CLAIMS_OF_A_PERSON: Final = (
    "carrier",
    "authority",
    "unit",
    "port",
    "clearance",
    "training_valid_to",
    "manager",
)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LocalPerson(_Row):
    """A demonstration person: named by what they do, never a real one."""

    subject: str = Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")
    display_name: str = Field(min_length=1, max_length=80)
    roles: tuple[Role, ...] = Field(min_length=1)
    carrier: str | None = Field(default=None, pattern=r"^[A-Z0-9]{2,3}$")
    authority: str | None = None
    unit: str | None = None
    port: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    clearance: str | None = Field(default=None, pattern=r"^H[0-4]$")
    training_valid_to: date | None = None
    manager: str | None = None

    @model_validator(mode="after")
    def _roles_go_together(self) -> Self:
        if is_forbidden_combination(frozenset(self.roles)):
            raise ValueError(f"{self.subject} holds roles that one account may not hold together")
        if (Role.CARRIER in self.roles) != (self.carrier is not None):
            raise ValueError(f"{self.subject}: the role CARRIER and a carrier go together")
        return self

    def claims(self) -> dict[str, Any]:
        """What a token says about this person; a fact that the file lacks is absent."""
        facts = self.model_dump(mode="json", include=set(CLAIMS_OF_A_PERSON), exclude_none=True)
        return {"sub": self.subject, "roles": [role.value for role in self.roles], **facts}


class LocalCarrier(_Row):
    """An airline's machine account, or a ground handler's; the secret itself stands in a file of its own.

    A handler sends for the carriers that the register of senders names, and its token names none.
    """

    subject: str = Field(pattern=r"^(carrier|handler)-[A-Z0-9]{2,3}$")
    carrier: str | None = Field(default=None, pattern=r"^[A-Z0-9]{2,3}$")
    secret_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    def claims(self) -> dict[str, Any]:
        """What a token says about this carrier."""
        own = {} if self.carrier is None else {"carrier": self.carrier}
        return {"sub": self.subject, "roles": [Role.CARRIER.value], **own}

    def knows(self, secret: str) -> bool:
        """Whether this is the carrier's secret; the comparison takes the same time for any guess."""
        return hmac.compare_digest(secret_digest(secret), self.secret_sha256)


class LocalConsole(_Row):
    """A program that people sign in with: public, so it proves itself by PKCE and a fixed address."""

    client_id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")
    redirect_uris: tuple[str, ...] = Field(min_length=1)


class LocalDirectory(_Row):
    """Everybody whom the local issuer gives tokens to."""

    people: tuple[LocalPerson, ...] = ()
    carriers: tuple[LocalCarrier, ...] = ()
    consoles: tuple[LocalConsole, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [row.subject for row in self.people] + [row.subject for row in self.carriers]
        if len(names) != len(set(names)):
            raise ValueError("a name stands in the directory twice")
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the directory's file.

        Raises:
            OSError: It cannot be read.
            ValueError: It is too long, no JSON, or not of this shape.
        """
        with path.open("rb") as stream:
            text = stream.read(MAX_DIRECTORY_BYTES + 1)
        if len(text) > MAX_DIRECTORY_BYTES:
            raise ValueError("the people file is too long")
        return cls.model_validate(json.loads(text))

    def person(self, subject: str) -> LocalPerson | None:
        """The person with this name."""
        return next((row for row in self.people if row.subject == subject), None)

    def carrier(self, designator: str) -> LocalCarrier | None:
        """The carrier with this designator, such as XA."""
        return next((row for row in self.carriers if row.carrier == designator), None)

    def carrier_account(self, subject: str) -> LocalCarrier | None:
        """The carrier whose machine account has this name, such as carrier-XA."""
        return next((row for row in self.carriers if row.subject == subject), None)

    def console(self, client_id: str) -> LocalConsole | None:
        """The program with this client id."""
        return next((row for row in self.consoles if row.client_id == client_id), None)

    def as_json(self) -> Mapping[str, Any]:
        """The form of the file."""
        return self.model_dump(mode="json", exclude_none=True)


def secret_digest(secret: str) -> str:
    """What the file keeps of a secret: it is long and random, so a plain SHA-256 tells nothing."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
