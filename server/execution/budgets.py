"""The budgets of clients: a token bucket for each member, and a far smaller one for each network of strangers.

What a client sends is paid for before anything is done with it, whether or not it is refused later.
"""

from server.execution.clients import ClientKey
from server.execution.cost.request_prices import (
    DATABASE_SECOND_PRICE,
    FREE_DATABASE_SECONDS,
    REQUEST_PRICE,
    received_price,
)
from server.execution.rate_limit import Charge, TokenBuckets
from server.limits import Limits
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded
from server.protocol.signed_out_errors import sign_in_first


class Budgets:
    """Charges clients for what they send and request. Each process has budgets of its own."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._members = TokenBuckets(limits.cost_bucket, limits.cost_refill)
        self._networks = TokenBuckets(limits.signed_out_bucket, limits.signed_out_refill)

    def spend(self, client: ClientKey, cost: int) -> Charge:
        """Charge a client. Raises GraphQLRequestError with RATE_LIMITED if there is not enough left."""
        return self._buckets(client).spend(client.name, cost)

    def charge(self, client: ClientKey, cost: int) -> None:
        """Charge a client for work that has been done already, and cost more than was known before it."""
        if cost > 0:
            self.owe(client, cost)

    def owe(self, client: ClientKey, cost: int) -> float:
        """Charge a client for what nobody can refuse, and return in how many seconds it will have been paid."""
        return self._buckets(client).owe(client.name, cost)

    def owe_database(self, client: ClientKey, seconds: float) -> None:
        """Charge a client for what an operation has kept the database busy beyond what its price is for.

        A price cannot know how many rows there are: words that are common each and not together are looked for in all.
        """
        if seconds > FREE_DATABASE_SECONDS:
            self.owe(client, int((seconds - FREE_DATABASE_SECONDS) * DATABASE_SECOND_PRICE))

    def admit(self, client: ClientKey) -> int:
        """Charge a client for a request or message, and return how many bytes it may have.

        Raises GraphQLRequestError with RATE_LIMITED.
        """
        self.spend(client, REQUEST_PRICE)
        limits = self._limits
        return limits.max_body_bytes if client.is_member else min(limits.signed_out_bytes, limits.max_body_bytes)

    def receive(self, client: ClientKey, data: bytes | str) -> None:
        """Charge a client for the bytes of an admitted request or message, before they are decoded.

        Raises GraphQLRequestError: RATE_LIMITED, UNAUTHENTICATED if they are too many for a client that is not signed
        in, or LIMIT_EXCEEDED if they hold so many lists and objects that decoding them would take too long.
        """
        if not client.is_member and len(data) > self._limits.signed_out_bytes:
            raise sign_in_first()
        containers = _count_containers(data)
        self.spend(client, received_price(len(data), containers))
        allowed = self._limits.max_input_values + self._limits.max_tokens
        if containers > allowed:
            raise GraphQLRequestError(
                [limit_exceeded("inputValues", "The lists and objects in the request", containers, allowed)]
            )

    def _buckets(self, client: ClientKey) -> TokenBuckets:
        return self._members if client.is_member else self._networks


def _count_containers(data: bytes | str) -> int:
    """Return at least the number of lists and objects in JSON, far faster than it could be decoded.

    Brackets in texts count too. A document has a brace for some of its tokens.
    """
    if isinstance(data, str):
        return data.count("[") + data.count("{")
    return data.count(b"[") + data.count(b"{")
