"""Tests of whose a connection is."""

import pytest

from server.connections.peers import Peers
from server.setting_values import networks

PEERS = Peers(networks("10.0.0.0/8,::1"))


@pytest.mark.parametrize(
    ("peer", "network"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8::5", "2001:db8::/64"), ("10.1.2.3", None), ("::1", None), ("", "")],
)
def test_network_of_a_peer(peer: str, network: str | None) -> None:
    assert PEERS.network(peer) == network


@pytest.mark.parametrize(
    ("forwarded", "network"),
    [
        ([], None),
        ([b"198.51.100.1"], "198.51.100.1"),
        ([b"203.0.113.9, 198.51.100.1, 10.0.0.7"], "198.51.100.1"),
        ([b"203.0.113.9", b"2001:db8::5 ,::1"], "2001:db8::/64"),
        ([b"10.0.0.7, ,"], None),
    ],
)
def test_network_that_proxies_name(forwarded: list[bytes], network: str | None) -> None:
    headers = [(b"host", b"a"), *((b"x-forwarded-for", value) for value in forwarded)]
    assert PEERS.forwarded_network(headers) == network
