"""On whose account an operation goes, and how many of it are under way."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, IPv6Network

from server.execution.tally import LimitedCounter
from server.protocol.error_codes import Code
from server.protocol.request_errors import too_many_requests


def account_of(member_id: str | None, client: str) -> str:
    """The member's account, or that of a client's address; an IPv6 network of 64 bits is one household's."""
    if member_id is not None:
        return f"member {member_id}"
    return f"address {network_of(client)}"


def network_of(client: str) -> str:
    """What of a client's address it cannot vary: of IPv6 the network of 64 bits, else the whole."""
    if ":" not in client:
        return client
    try:
        address = IPv6Address(client.partition("%")[0])
    except ValueError:
        return client
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


class ConcurrencyLimiter:
    """How many operations an account may have under way, whichever door they came through."""

    def __init__(self, most: int) -> None:
        self._taken = LimitedCounter(most)

    def __len__(self) -> int:
        return len(self._taken)

    def must_have_one(self, account: str) -> None:
        """Raise GraphQLRequestError where no place is free."""
        if not self._taken.has_room(account):
            most = self._taken.most
            raise too_many_requests(f"At most {most:,} operations at a time", Code.TOO_MANY_OPERATIONS, 1, allowed=most)

    @contextmanager
    def place(self, account: str) -> Iterator[None]:
        """Take a place while the block runs."""
        self._taken.add(account)
        try:
            yield
        finally:
            self._taken.give_back(account)
