"""The operations of a connection, each of which runs in its own task until it ends or either side completes it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from graphql import OperationType

from server.execution.executor_interface import Context, Executor
from server.protocol.errors import internal_error_result, request_error_result
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from server.protocol.request_ids import new_request_id
from server.websocket.send_queue import CloseConnection
from services.accounts.sessions import SessionEnded


@dataclass(eq=False, slots=True)
class _Operation:
    id: str
    is_over_limit: bool
    is_idle: bool = False
    """Whether this is a subscription that is waiting for its next event."""


class Operations:
    """The running operations of one client, keyed by the ids that the client assigned.

    ``authenticate`` returns a new context for each operation, ``send`` sends a message, and ``close`` closes the
    connection: with 4403 if a subscription raises ``SessionEnded``, or with 4409 if an id is already in use.
    """

    def __init__(
        self,
        executor: Executor,
        authenticate: Callable[[], Awaitable[Context]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
        close: CloseConnection,
        *,
        max_operations: int,
    ) -> None:
        self._executor = executor
        self._authenticate = authenticate
        self._send = send
        self._close = close
        self._max_operations = max_operations
        self._tasks_by_id: dict[str, asyncio.Task[None]] = {}
        self._tasks: dict[asyncio.Task[None], _Operation] = {}
        self._is_finishing = False

    def start(self, operation_id: str, request: Request) -> None:
        """Start an operation, or respond with an error if there are too many."""
        if operation_id in self._tasks_by_id:
            self._close(4409, f"Subscriber for {operation_id} already exists")
            return
        # Count on arrival: in a burst of requests, all of the tasks exist before the first one runs.
        operation = _Operation(operation_id, is_over_limit=len(self._tasks) >= self._max_operations)
        task = asyncio.create_task(self._run_operation(operation, request))
        self._tasks_by_id[operation_id] = task
        self._tasks[task] = operation
        task.add_done_callback(self._tasks.pop)

    def complete(self, operation_id: str) -> None:
        """Cancel an operation and send nothing more for it; its id can be reused at once."""
        if task := self._tasks_by_id.pop(operation_id, None):
            task.cancel()

    async def finish(self, seconds: float) -> None:
        """Wait for queries, mutations and subscription events in progress; subscriptions take no further events."""
        self._is_finishing = True
        for task, operation in list(self._tasks.items()):
            if operation.is_idle:
                task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel all operations, and return their tasks, which still have to clean up."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks

    async def _run_operation(self, operation: _Operation, request: Request) -> None:
        request_id = new_request_id()
        try:
            errors = (
                self._over_limit_errors()
                if operation.is_over_limit
                else await self._send_results(operation, request, request_id)
            )
        except SessionEnded as ended:
            self._close(4403, str(ended))
            return
        except GraphQLRequestError as error:
            errors = error.formatted["errors"]
        except Exception as error:
            errors = internal_error_result(error, request_id)["errors"]
        if errors is not None and self._tasks_by_id.get(operation.id) is asyncio.current_task():
            del self._tasks_by_id[operation.id]
            error_message = {"type": "error", "id": operation.id, "payload": errors}
            await self._send(error_message if errors else {"type": "complete", "id": operation.id})

    def _over_limit_errors(self) -> list[dict[str, Any]]:
        message = f"At most {self._max_operations} operations at a time on one connection"
        return list(request_error_result(message, "TOO_MANY_OPERATIONS")["errors"])

    async def _send_results(
        self, operation: _Operation, request: Request, request_id: str
    ) -> list[dict[str, Any]] | None:
        """Execute the operation and send its results.

        Return the errors that ended it, an empty list if it completed, or None if the shutdown interrupted it.
        """
        context = await self._authenticate()
        prepared = self._executor.prepare(request, context)
        if prepared.type is not OperationType.SUBSCRIPTION:
            return await self._send_result(operation, await self._executor.execute(prepared, context, request_id))
        operation.is_idle = True
        async with aclosing(self._executor.subscribe(prepared, context, request_id)) as results:
            async for result in results:
                operation.is_idle = False
                if errors := await self._send_result(operation, result):
                    return errors
                if self._is_finishing:
                    return None
                operation.is_idle = True
        return []

    async def _send_result(self, operation: _Operation, result: dict[str, Any]) -> list[dict[str, Any]]:
        """Send a result that has data, or return the errors of a result that has none."""
        if "data" not in result:
            return list(result["errors"])
        await self._send({"type": "next", "id": operation.id, "payload": result})
        # Neither a ready generator nor a send to an empty buffer yields to other tasks, so do that here.
        await asyncio.sleep(0)
        return []
