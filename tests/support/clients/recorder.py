"""A sink of subscriptions that keeps their results."""

from collections.abc import Callable
from typing import Any

from server.execution.executor_interface import OpenSubscription, SharedResult
from tests.support.clients.graphql import sent


class Recorder:
    """A sink that keeps results, and is ready for the next only if it is not slow."""

    def __init__(self, *, is_slow: bool = False) -> None:
        self.results: list[SharedResult] = []
        self.is_slow = is_slow
        self.subscription: OpenSubscription | None = None

    def deliver(self, result: SharedResult) -> bool:
        self.results.append(result)
        return not self.is_slow

    def end(self, reason: Exception | None) -> None:
        raise AssertionError(reason)

    @property
    def cursors(self) -> list[int]:
        return [int(notification["cursor"]) for notification in self.notifications]

    @property
    def notifications(self) -> list[Any]:
        return [sent(result.result)["data"]["notificationReceived"] for result in self.results]


def received(count: int, *sinks: Recorder) -> Callable[[], bool]:
    """Return the condition that each of the sinks has received this many results."""
    return lambda: all(len(sink.results) == count for sink in sinks)
