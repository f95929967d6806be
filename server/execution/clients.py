"""The key under which a client's operations are counted and charged: its member's, or its network's."""

from ipaddress import IPv6Address, IPv6Network


def client_key(member_id: str | None, address: str) -> str:
    """Return the key of a member; without one, the key of the network that the IP address belongs to."""
    if member_id is not None:
        return f"member {member_id}"
    return f"address {network_of(address)}"


def network_of(address: str) -> str:
    """Return an IPv4 address as it is, and of an IPv6 address the /64 network, within which a client can vary it."""
    if ":" not in address:
        return address
    try:
        ipv6 = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipv6.ipv4_mapped or IPv6Network((ipv6, 64), strict=False))
