"""From where a request comes, so that nobody keeps the door for themselves. It is counted, never written."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from fastapi import Request

#: The part of an IPv6 address that one household or one machine is given.
IPV6_PREFIX: Final = 64
UNKNOWN: Final = "unknown"


def caller_of(request: Request, trusted_proxy: IPv4Address | IPv6Address | None) -> str:
    """The address that asks; behind our own proxy the one that the proxy saw.

    An IPv6 address counts by its network. What a caller writes into `X-Forwarded-For` is passed over: the
    last address there is the proxy's own word, and it is read only from the proxy.
    """
    peer = _address(request.client.host if request.client else "")
    if peer is not None and peer == trusted_proxy:
        peer = _address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip())
    if peer is None:
        return UNKNOWN
    if isinstance(peer, IPv4Address):
        return str(peer)
    return str(ip_network((peer, IPV6_PREFIX), strict=False))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
