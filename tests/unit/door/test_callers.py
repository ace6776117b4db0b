"""Who asks: the address that connects, or the one that our own proxy saw."""

from ipaddress import IPv4Address

import pytest
from fastapi import Request

from services.door.callers import UNKNOWN, caller_of

PROXY = IPv4Address("10.0.0.1")


def asked(peer: str | None, forwarded: str | None = None) -> Request:
    headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
    client = None if peer is None else (peer, 1234)
    return Request({"type": "http", "headers": headers, "client": client})


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("192.0.2.7", None, "192.0.2.7"),
        ("192.0.2.7", "203.0.113.9", "192.0.2.7"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", None, UNKNOWN),
        ("10.0.0.1", "nonsense", UNKNOWN),
        ("2001:db8::1:2:3:4", None, "2001:db8::/64"),
        (None, None, UNKNOWN),
    ],
)
def test_caller_is_whom_the_connection_or_our_proxy_names(
    peer: str | None, forwarded: str | None, caller: str
) -> None:
    assert caller_of(asked(peer, forwarded), PROXY) == caller
