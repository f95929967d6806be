"""The keys by which operations are counted and charged: one per member, or per network for anonymous clients."""

from typing import NamedTuple

from models.shares import Borrower
from services.kernel.networks import client_network


class ClientKey(NamedTuple):
    """A member, or the network of clients that are not signed in."""

    is_member: bool
    name: str
    """The member's id, or the network."""


def client_key(member_id: str | None, address: str) -> ClientKey:
    """Return the key for a member, or for the network of the IP address if ``member_id`` is None."""
    if member_id is not None:
        return ClientKey(is_member=True, name=member_id)
    return ClientKey(is_member=False, name=client_network(address))


def borrower_of(key: ClientKey, viewer: object | None) -> Borrower:
    """Return on whose behalf a client's statements are executed; those of all anonymous clients count as one organisation's."""
    return Borrower(getattr(viewer, "organisation_id", None), key)
