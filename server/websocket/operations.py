"""The operations of a connection, which run until they end or either side completes them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from graphql import OperationType

from server.execution.executor_interface import Context, Executor, OpenSubscription, SharedResult
from server.protocol.cancellation import aborted_if_not_cancelled
from server.protocol.errors import internal_error_result, request_error_result
from server.protocol.messages import Request, encode
from server.protocol.request_errors import GraphQLRequestError
from server.protocol.request_ids import new_request_id
from server.websocket.send_queue import CloseConnection, SendQueue
from services.accounts.sessions.ending import SessionEnded


class _Operation:
    """An operation, which is the sink of its results if it is a subscription.

    A query or mutation has a task; a subscription only until it is open.
    """

    __slots__ = ("_operations", "id", "is_stopped", "subscription", "task")

    def __init__(self, operations: "Operations", operation_id: str) -> None:
        self._operations = operations
        self.id = operation_id
        self.is_stopped = False
        self.task: asyncio.Task[None] | None = None
        self.subscription: OpenSubscription | None = None

    def deliver(self, result: SharedResult) -> bool:
        """Send a result; return whether it has been written."""
        return self._operations.send_result(self, result)

    def end(self, reason: Exception | None) -> None:
        """Tell the client why nothing follows."""
        self._operations.end(self, reason)

    def resume(self) -> None:
        """Deliver the next result of the subscription, because the last one has been written."""
        if self.subscription is not None:
            self.subscription.resume()


class Operations:
    """The running operations of one client, keyed by the ids that the client assigned.

    ``authenticate`` returns a new context for each operation, and ``close`` closes the connection: with 4403 if the
    session of a subscription has ended, or with 4409 if an id is already in use.
    """

    __slots__ = ("_authenticate", "_by_id", "_cleaning", "_close", "_executor", "_is_finishing", "_max_operations", "_running", "_send_queue")  # fmt: skip

    def __init__(
        self,
        executor: Executor,
        authenticate: Callable[[], Awaitable[Context]],
        send_queue: SendQueue,
        close: CloseConnection,
        *,
        max_operations: int,
    ) -> None:
        self._executor = executor
        self._authenticate = authenticate
        self._send_queue = send_queue
        self._close = close
        self._max_operations = max_operations
        self._by_id: dict[str, _Operation] = {}
        self._running: dict[_Operation, None] = {}
        self._cleaning: set[asyncio.Task[None]] | None = None
        self._is_finishing = False

    def start(self, operation_id: str, request: Request) -> None:
        """Start an operation, or respond with an error if there are too many."""
        if operation_id in self._by_id or self._send_queue.has(operation_id):
            self._close(4409, f"Subscriber for {operation_id} already exists")
            return
        # Count on arrival: in a burst of requests, all of the tasks exist before the first one runs.
        is_over_limit = len(self._running) >= self._max_operations
        operation = _Operation(self, operation_id)
        self._by_id[operation_id] = operation
        self._running[operation] = None
        operation.task = asyncio.create_task(self._run(operation, request, is_over_limit=is_over_limit))
        operation.task.add_done_callback(lambda _: self._forget_task(operation))

    def complete(self, operation_id: str) -> None:
        """Cancel an operation and send nothing more for it; its id can be reused at once."""
        self._send_queue.discard(operation_id)
        if operation := self._by_id.get(operation_id):
            self._stop(operation)

    async def finish(self, seconds: float) -> None:
        """Wait for queries, mutations and messages in progress; subscriptions take no further events."""
        self._is_finishing = True
        for operation in [operation for operation in self._running if operation.subscription is not None]:
            self._stop(operation)
        try:
            async with asyncio.timeout(seconds):
                if tasks := [operation.task for operation in self._running if operation.task is not None]:
                    await asyncio.wait(tasks)
                await self._send_queue.drain()
        except TimeoutError:
            pass

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel all operations, and return the tasks that still have to clean up."""
        tasks = [operation.task for operation in self._running if operation.task is not None]
        for operation in list(self._running):
            self._stop(operation)
        return [*tasks, *(self._cleaning or ())]

    def send_result(self, operation: _Operation, result: SharedResult) -> bool:
        """Send a result of a subscription; return whether it has been written."""
        if operation.is_stopped:
            return False
        if result.is_last:
            self._send_end(operation, result.result["errors"])
            return False
        head = b'{"type":"next","id":' + encode(operation.id) + b',"payload":'
        return self._send_queue.put((head, result.encoded, b"}"), operation.id, operation.resume)

    def end(self, operation: _Operation, reason: Exception | None) -> None:
        """Tell the client that a subscription has ended."""
        if operation.is_stopped:
            return
        if isinstance(reason, SessionEnded):
            self._close(4403, str(reason))
        else:
            self._send_end(operation, [] if reason is None else _internal_errors(reason))

    def _stop(self, operation: _Operation) -> None:
        self._forget(operation)
        if operation.task is not None:
            operation.task.cancel()
        if operation.subscription is not None:
            self._await_cleanup(operation.subscription.close())
            operation.subscription = None

    def _forget(self, operation: _Operation) -> None:
        operation.is_stopped = True
        if self._by_id.get(operation.id) is operation:
            del self._by_id[operation.id]
        if operation.task is None:
            self._running.pop(operation, None)

    def _forget_task(self, operation: _Operation) -> None:
        operation.task = None
        if operation.subscription is None:
            self._forget(operation)

    def _await_cleanup(self, task: asyncio.Task[None] | None) -> None:
        if task is not None and not task.done():
            if self._cleaning is None:
                self._cleaning = set()
            self._cleaning.add(task)
            task.add_done_callback(self._cleaning.discard)

    def _send_end(self, operation: _Operation, errors: list[dict[str, Any]]) -> None:
        """Send the errors that ended an operation, or that it is complete."""
        self._forget(operation)
        operation.subscription = None
        if errors:
            self._send_queue.send({"type": "error", "id": operation.id, "payload": errors})
        else:
            self._send_queue.send({"type": "complete", "id": operation.id})

    async def _run(self, operation: _Operation, request: Request, *, is_over_limit: bool) -> None:
        request_id = new_request_id()
        try:
            if is_over_limit:
                errors: list[dict[str, Any]] | None = self._over_limit_errors()
            else:
                with aborted_if_not_cancelled():
                    errors = await self._execute(operation, request, request_id)
        except GraphQLRequestError as error:
            errors = error.formatted["errors"]
        except Exception as error:
            errors = internal_error_result(error, request_id)["errors"]
        if errors is not None and not operation.is_stopped:
            self._send_end(operation, errors)

    def _over_limit_errors(self) -> list[dict[str, Any]]:
        message = f"At most {self._max_operations} operations at a time on one connection"
        return list(request_error_result(message, "TOO_MANY_OPERATIONS")["errors"])

    async def _execute(self, operation: _Operation, request: Request, request_id: str) -> list[dict[str, Any]] | None:
        """Execute a query or mutation and send its result, or open a subscription.

        Return the errors that ended the operation, an empty list if it is complete, or None if it is open.
        """
        context = await self._authenticate()
        document = await self._executor.load_document(request, context)
        prepared = self._executor.prepare(request, context, document)
        if prepared.type is OperationType.SUBSCRIPTION:
            operation.subscription = await self._executor.open(prepared, context, request_id, operation)
            if self._is_finishing and operation.subscription is not None:
                self._stop(operation)
            return None
        result = await self._executor.execute(prepared, context, request_id)
        if "data" not in result:
            return list(result["errors"])
        if not operation.is_stopped:
            self._send_queue.send({"type": "next", "id": operation.id, "payload": result})
        return []


def _internal_errors(error: Exception) -> list[dict[str, Any]]:
    return list(internal_error_result(error, new_request_id())["errors"])
