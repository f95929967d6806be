"""What a subscription pays for its events."""

from server.execution.budgets import Budgets
from server.execution.clients import ClientKey


class EventPayments:
    """The payments of one subscription, out of its client's bucket: the cost of its operation for each event.

    The first event is paid for with the subscription. If the bucket is empty, the events come later: none is lost, and the
    subscription stays open.
    """

    __slots__ = ("_budgets", "_client", "_cost")

    def __init__(self, budgets: Budgets, client: ClientKey, cost: int) -> None:
        self._budgets = budgets
        self._client = client
        self._cost = cost

    def pay(self) -> float:
        """Pay for the next event, and return in how many seconds it may be delivered."""
        return self._budgets.owe(self._client, self._cost)
