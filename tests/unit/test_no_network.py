import socket

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_tests_reach_nothing_but_this_machine(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as connection:
        for connect in (connection.connect, connection.connect_ex):
            with pytest.raises(AssertionError, match="no network"):
                connect((address, 443))
