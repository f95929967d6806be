"""The addresses that outgoing requests may connect to: public ones, and those of networks that the operator allows.

A host name is resolved here once, and the connection is made to the addresses that were checked: were the name resolved
again to connect, its owner could answer with another address the second time (DNS rebinding).
"""

import asyncio
import socket
from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_ADDRESSES: Final = 4
"""How many of a name's addresses are tried, one after the other."""

# The registries of special-purpose addresses (IANA, RFC 6890) as of 2025. ``is_global`` differs between the releases of
# Python 3.11, and takes some of them for global.
_SPECIAL_IPV4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by the customers of a provider; a cloud's metadata service
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; most clouds' metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_IPV6: Final = IPv6Network("2000::/3")
"""All unicast addresses that are assigned. What maps or translates IPv4 addresses, ``::ffff:0:0/96`` and
``64:ff9b::/96``, is outside of it, as are loopback, link-local and unique local addresses."""
_SPECIAL_IPV6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols, such as Teredo, which carries IPv4 addresses
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries IPv4 addresses
        "3fff::/20",
    )
)


class OutgoingError(Exception):
    """Raised when a request could not be made, or its answer not be taken; the message says why, without addresses."""


def is_public(address: Address) -> bool:
    """Return whether an address is one of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    return address in _GLOBAL_IPV6 and not any(address in network for network in _SPECIAL_IPV6)


def is_allowed(address: Address, networks: Collection[Network]) -> bool:
    """Return whether an address is in one of the operator's networks."""
    return any(address in network for network in networks)


async def resolve(host: str, port: int, *, networks: Collection[Network], public: bool) -> Sequence[str]:
    """Return at most four addresses of a host, all of which were checked; ``public`` admits public ones.

    Raises OutgoingError if the name is unknown, or if any of its addresses is not allowed: a name with a public and a
    private address is no mistake.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutgoingError("its host name is unknown") from None
    addresses = [ip_address(sockaddr[0]) for *_, sockaddr in found]
    for address in addresses:
        if not (is_allowed(address, networks) or (public and is_public(address))):
            raise OutgoingError(_refusal(is_public(address)))
    return [str(address) for address in dict.fromkeys(addresses)][:MAX_ADDRESSES]


def _refusal(address_is_public: bool) -> str:
    return "http:// is for allowed networks alone" if address_is_public else "its host is not a public one"
