"""`./run token`: an access token of the local issuer, for trying the interfaces by hand."""

from pathlib import Path
from typing import Any

from deploy.local.faults import NotRunning, Unknown
from deploy.local.layout import DataFolder
from shared.clock import SystemClock
from shared.security.keys import KeyFile
from shared.security.local_directory import LocalDirectory
from shared.security.local_issuer import LocalIssuer


def token_of_person(data: Path, subject: str) -> str:
    """A token for a demonstration person, valid for 15 minutes.

    Raises:
        NotRunning: No system runs on the data folder, so there is no issuer's address to put into it.
        Unknown: The people file has nobody of this name.
    """
    issuer = local_issuer(data)
    person = issuer.directory.person(subject)
    if person is None:
        raise _unknown("person", subject, [row.subject for row in issuer.directory.people])
    return issuer.access_token(person.claims())


def token_of_carrier(data: Path, designator: str) -> str:
    """A token for a carrier such as XA, or an account such as handler-QH, valid for 15 minutes.

    Raises:
        NotRunning: As above.
        Unknown: The people file has no such carrier.
    """
    issuer = local_issuer(data)
    carrier = issuer.directory.carrier(designator) or issuer.directory.carrier_account(designator)
    if carrier is None:
        known = [row.carrier or row.subject for row in issuer.directory.carriers]
        raise _unknown("carrier", designator, known)
    return issuer.access_token(carrier.claims())


def local_issuer(data: Path) -> LocalIssuer:
    """The issuer of the system that runs on a data folder, for signing on its behalf.

    Raises:
        NotRunning: None does.
    """
    folder = DataFolder(data.absolute())
    facts: dict[str, Any] = folder.running_system()
    if not folder.issuer_key.exists():
        raise NotRunning(folder=str(folder.path))
    return LocalIssuer(
        issuer_url=facts["issuer"],
        key=KeyFile.load(folder.issuer_key),
        directory=LocalDirectory.load(folder.people),
        clock=SystemClock(),
    )


def _unknown(kind: str, name: str, known: list[str]) -> Unknown:
    return Unknown(kind=kind, name=name, known=", ".join(known) or "nobody")
