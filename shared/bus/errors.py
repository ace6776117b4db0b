"""The faults of the bus.

DomainError
├── DeliveryPostponed    the destination cannot take anything now: everything for it waits
├── DeliveryRefused      the destination refuses this message: it alone waits, longer and longer
└── MessageMismatch      the same identifier came with another kind
"""

from shared.errors import DomainError


class DeliveryPostponed(DomainError):
    """The destination did not answer, or asked us to come later."""

    code = "DELIVERY_POSTPONED"
    sentence = "The destination {destination} cannot take messages now ({reason})."


class DeliveryRefused(DomainError):
    """The destination refused this one message."""

    code = "DELIVERY_REFUSED"
    sentence = "The destination {destination} refused the message ({reason})."


class MessageMismatch(DomainError):
    """A message identifier was used for two kinds of message."""

    code = "MESSAGE_MISMATCH"
    sentence = "This message identifier was used before for another kind of message."
