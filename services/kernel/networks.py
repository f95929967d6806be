"""Networks of clients: what of an IP address stays the same for whoever has it."""

from ipaddress import IPv6Address, IPv6Network


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
