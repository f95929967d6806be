"""How many of something there are at a time for each member or address."""

from collections import Counter
from ipaddress import ip_address, ip_network

__all__ = ["Tally", "neighbourhood"]


class Tally:
    """So many at a time for each key, counted in this process."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: Counter[str] = Counter()

    def take(self, key: str) -> bool:
        """Count one more, to be given back; False, and nothing counted, where that would be too many."""
        if self._taken[key] >= self.most:
            return False
        self._taken[key] += 1
        return True

    def give_back(self, key: str) -> None:
        """Count one less."""
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]


def neighbourhood(address: str) -> str:
    """The part of an address that one client cannot vary: of IPv6 the network of 64 bits, else the whole."""
    try:
        found = ip_address(address)
    except ValueError:  # a socket of the system's has none
        return address
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ip_network((found.packed[:8].ljust(16, b"\0"), 64)))
    return str(getattr(found, "ipv4_mapped", None) or found)
