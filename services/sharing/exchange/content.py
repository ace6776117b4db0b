"""Opens what the ledger keeps sealed: a received message, or what one of ours that waits will say.

Source: sharing-protocol.md §6.
"""

from collections.abc import Mapping

from joserfc.jwk import ECKey, OKPKey

from services.sharing.errors import ContentWithdrawn
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.protocol.compose import payload_octets
from services.sharing.protocol.envelope import (
    Envelope,
    kept_envelope,
    open_payload,
    seal_payload,
    sealed_to,
)
from services.sharing.protocol.payload_parts import Part

SealingKeys = Mapping[str, ECKey | OKPKey]


def opened(message: ExchangeMessage, keys: SealingKeys) -> Part:
    """The content of a received message; its signature was verified when it came.

    Raises:
        ContentWithdrawn: It is kept no longer, or the key that opens it is gone.
    """
    if message.envelope is None:
        raise ContentWithdrawn
    return _opened(kept_envelope(message.envelope), keys)


def sealed_for_us(payload: Part, keys: SealingKeys) -> str:
    """What the second person is shown of a message: the bytes that its recipient gets, sealed to us."""
    kid, key = next(iter(keys.items()))
    public = {name: str(value) for name, value in key.as_dict(private=False).items()}
    return seal_payload(payload_octets(payload), kid=kid, jwk=public)


def previewed(message: ExchangeMessage, keys: SealingKeys) -> Part:
    """What a proposed message will say; its bytes are those whose digest the envelope carries.

    Raises:
        ContentWithdrawn: It was decided, or its time is over, or the key that opens it is gone.
        EnvelopeRefused: They are other bytes.
    """
    if message.envelope is None or message.preview is None:
        raise ContentWithdrawn
    sent = kept_envelope(message.envelope)
    return _opened(sent.model_copy(update={"payload": message.preview}), keys)


def _opened(content: Envelope, keys: SealingKeys) -> Part:
    key = keys.get(sealed_to(content.payload))
    if key is None:
        raise ContentWithdrawn
    return open_payload(content, key)
