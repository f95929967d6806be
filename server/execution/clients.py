"""The keys by which operations are counted and charged: one per member, or per network for anonymous clients."""

from models.shares import Borrower
from services.kernel.networks import client_network


def client_key(member_id: str | None, address: str) -> str:
    """Return the key for a member, or for the network of the IP address if ``member_id`` is None."""
    if member_id is not None:
        return f"member {member_id}"
    return f"address {client_network(address)}"


def borrower_of(key: str, viewer: object | None) -> Borrower:
    """Return on whose behalf a client's statements are executed; those of all anonymous clients count as one organisation's."""
    return Borrower(getattr(viewer, "organisation_id", None), key)
