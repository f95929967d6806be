"""Whose a connection is: that of the peer's network, or, behind a trusted proxy, that of the client which it names."""

from collections.abc import Collection, Iterable
from ipaddress import ip_address

from server.setting_values import Network
from services.kernel.networks import client_network


class Peers:
    """Tells the networks of clients. A trusted proxy's own connections belong to no network."""

    def __init__(self, trusted_proxies: Collection[Network] = ()) -> None:
        self._trusted_proxies = trusted_proxies

    def network(self, peer: str) -> str | None:
        """Return the network of a peer, or None if it is a trusted proxy."""
        return None if self._is_trusted(peer) else client_network(peer)

    def forwarded_network(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """Return the network of the client that trusted proxies name: the last address that is not one of theirs."""
        forwarded = b",".join(value for name, value in headers if name == b"x-forwarded-for")
        for address in reversed(forwarded.decode("latin-1").split(",")):
            client = address.strip()
            if client and not self._is_trusted(client):
                return client_network(client)
        return None

    def _is_trusted(self, address: str) -> bool:
        if not self._trusted_proxies:
            return False
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted_proxies)
