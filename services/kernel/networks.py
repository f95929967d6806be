"""IP addresses: the networks of clients, and whether a host is this machine."""

from ipaddress import IPv6Address, IPv6Network, ip_address


def client_network(address: str) -> str:
    """Return the /64 network of an IPv6 address, because clients can change the rest of the address.

    IPv4 addresses are returned unchanged.
    """
    if ":" not in address:
        return address
    try:
        ipv6 = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipv6.ipv4_mapped or IPv6Network((ipv6, 64), strict=False))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its name or address, without asking a name server."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
