"""A subscription as an asynchronous generator, for a transport that asks for one result at a time."""

import asyncio
from collections.abc import AsyncGenerator

from server.execution.executor_interface import Context, Executor, Operation, SharedResult


class _ResultQueue:
    """A sink with room for one result, which the transport takes."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self.result: SharedResult | None = None
        self.has_ended = False
        self.reason: Exception | None = None

    def deliver(self, result: SharedResult) -> bool:
        """Keep a result until it is taken."""
        self.result = result
        self.has_ended = result.is_last
        self.arrived.set()
        return False

    def end(self, reason: Exception | None) -> None:
        """Take note that nothing follows."""
        self.has_ended, self.reason = True, reason
        self.arrived.set()


async def stream_results(
    executor: Executor, operation: Operation, context: Context, request_id: str
) -> AsyncGenerator[SharedResult, None]:
    """Yield the results of a subscription; the next event is only taken when the next result is asked for.

    A result without ``data`` is the last one. Raises SessionEnded once the session behind the subscription has ended.
    """
    queue = _ResultQueue()
    subscription = await executor.open(operation, context, request_id, queue)
    try:
        while True:
            await queue.arrived.wait()
            queue.arrived.clear()
            result, queue.result = queue.result, None
            if result is not None:
                yield result
            if queue.reason is not None:
                raise queue.reason
            if queue.has_ended or subscription is None:
                return
            subscription.resume()
    finally:
        task = subscription.close() if subscription is not None else None
        if task is not None:
            await asyncio.wait([task])
