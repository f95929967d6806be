"""The keys by which operations are counted and charged: one per member, or per network for anonymous clients."""

from ipaddress import IPv6Address, IPv6Network


def client_key(member_id: str | None, address: str) -> str:
    """Return the key for a member, or for the network of the IP address if ``member_id`` is None."""
    if member_id is not None:
        return f"member {member_id}"
    return f"address {client_network(address)}"


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
