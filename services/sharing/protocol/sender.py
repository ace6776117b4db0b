"""Who we are to others: our authority and the key that signs. Values only."""

from collections.abc import Callable
from dataclasses import dataclass, field

from joserfc.jwk import OKPKey

from shared.identifiers import AuthorityId


@dataclass(frozen=True, slots=True)
class Sender:
    """An authority of ours with one of its keys."""

    authority_id: AuthorityId
    kid: str
    key: OKPKey = field(repr=False)


CurrentSender = Callable[[], Sender]
"""Who we are at this moment: the key changes while the service runs."""
