"""Opens what is kept of a received message; it stays sealed in the ledger (sharing-protocol.md §6)."""

from collections.abc import Mapping

from joserfc.jwk import ECKey, OKPKey

from services.sharing.errors import ContentWithdrawn
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.protocol.envelope import kept_envelope, open_payload, sealed_to
from services.sharing.protocol.payload_parts import Part

SealingKeys = Mapping[str, ECKey | OKPKey]


def opened(message: ExchangeMessage, keys: SealingKeys) -> Part:
    """The content of a received message; its signature was verified when it came.

    Raises:
        ContentWithdrawn: It is kept no longer, or the key that opens it is gone.
    """
    if message.envelope is None:
        raise ContentWithdrawn
    content = kept_envelope(message.envelope)
    key = keys.get(sealed_to(content.payload))
    if key is None:
        raise ContentWithdrawn
    return open_payload(content, key)
