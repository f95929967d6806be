"""Tests of the key for counting a client's operations: the member's id, or the network of an anonymous client."""

import pytest

from server.execution.clients import client_key

# a member's id | the client's address | the key
CLIENTS = [
    ("7", "192.0.2.1", "member 7"),
    (None, "192.0.2.1", "address 192.0.2.1"),
    (None, "::ffff:192.0.2.1", "address 192.0.2.1"),
    (None, "2001:db8:0:1::1", "address 2001:db8:0:1::/64"),
    (None, "2001:db8:0:1:ffff::2", "address 2001:db8:0:1::/64"),
    (None, "2001:db8:0:2::1", "address 2001:db8:0:2::/64"),
    (None, "fe80::1%eth0", "address fe80::/64"),
    (None, "", "address "),
    (None, "a socket", "address a socket"),
]


@pytest.mark.parametrize(("member", "client", "key"), CLIENTS)
def test_client_key(member: str | None, client: str, key: str) -> None:
    assert client_key(member, client) == key
