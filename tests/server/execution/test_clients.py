"""Tests of the key for counting a client's operations: the member's id, or the network of an anonymous client."""

import pytest

from server.execution.clients import ClientKey, client_key


def network(name: str) -> ClientKey:
    return ClientKey(is_member=False, name=name)


# a member's id | the client's address | the key
CLIENTS = [
    ("7", "192.0.2.1", ClientKey(is_member=True, name="7")),
    (None, "192.0.2.1", network("192.0.2.1")),
    (None, "::ffff:192.0.2.1", network("192.0.2.1")),
    (None, "2001:db8:0:1::1", network("2001:db8:0:1::/64")),
    (None, "2001:db8:0:1:ffff::2", network("2001:db8:0:1::/64")),
    (None, "2001:db8:0:2::1", network("2001:db8:0:2::/64")),
    (None, "fe80::1%eth0", network("fe80::/64")),
    (None, "", network("")),
    (None, "a socket", network("a socket")),
]


@pytest.mark.parametrize(("member", "client", "key"), CLIENTS)
def test_client_key(member: str | None, client: str, key: ClientKey) -> None:
    assert client_key(member, client) == key
