"""The operations of one connection: a task for each, begun, answered, completed from either side, or stopped."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from graphql import OperationType

from server.execution.executor import Context, Executor
from server.protocol.errors import internal_error_result, request_error_result
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from server.protocol.request_ids import new_request_id
from server.websocket.send_queue import Ending
from services.accounts.sessions import SessionEnded


@dataclass(eq=False, slots=True)
class _Operation:
    identifier: str
    full: bool
    """Whether it is one too many."""
    idle: bool = False
    """Whether it is a subscription with nothing to send at the moment."""


class Operations:
    """What one client has under way, each under the id that it gave.

    ``enter`` gives a fresh context to each operation, ``send`` sends a message, ``end`` closes the connection: with
    4403 when a subscription raises ``SessionEnded``, with 4409 for an id that is taken.
    """

    def __init__(
        self,
        executor: Executor,
        enter: Callable[[], Awaitable[Context]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
        end: Ending,
        *,
        most: int,
    ) -> None:
        self._executor = executor
        self._enter = enter
        self._send = send
        self._end = end
        self._most = most
        self._named: dict[str, asyncio.Task[None]] = {}
        self._tasks: dict[asyncio.Task[None], _Operation] = {}
        self._finishing = False

    def begin(self, identifier: str, request: Request) -> None:
        """Begin an operation; one too many is answered with an error."""
        if identifier in self._named:
            self._end(4409, f"Subscriber for {identifier} already exists")
            return
        # Counted on arrival: by the time that a burst's tasks run, all of them are there.
        operation = _Operation(identifier, full=len(self._tasks) >= self._most)
        task = asyncio.create_task(self._operate(operation, request))
        self._named[identifier] = task
        self._tasks[task] = operation
        task.add_done_callback(self._tasks.pop)

    def complete(self, identifier: str) -> None:
        """Stop an operation, of which nothing more is said; its id is free at once."""
        if task := self._named.pop(identifier, None):
            task.cancel()

    async def finish(self, seconds: float) -> None:
        """Let queries and mutations be answered, and what is being sent arrive; subscriptions go no further."""
        self._finishing = True
        for task, operation in list(self._tasks.items()):
            if operation.idle:
                task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)

    def cancel(self) -> list[asyncio.Task[None]]:
        """Stop all of them; the tasks that have still to clean up."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks

    async def _operate(self, operation: _Operation, request: Request) -> None:
        request_id = new_request_id()
        try:
            errors = self._too_many() if operation.full else await self._answer(operation, request, request_id)
        except SessionEnded as ended:
            self._end(4403, str(ended))
            return
        except GraphQLRequestError as request_error:
            errors = request_error.formatted["errors"]
        except Exception as bug:
            errors = internal_error_result(bug, request_id)["errors"]
        identifier = operation.identifier
        if errors is not None and self._named.get(identifier) is asyncio.current_task():
            del self._named[identifier]
            last = {"type": "error", "id": identifier, "payload": errors}
            await self._send(last if errors else {"type": "complete", "id": identifier})

    def _too_many(self) -> list[dict[str, Any]]:
        message = f"At most {self._most} operations at a time on one connection"
        return list(request_error_result(message, "TOO_MANY_OPERATIONS")["errors"])

    async def _answer(self, operation: _Operation, request: Request, request_id: str) -> list[dict[str, Any]] | None:
        """Send what the operation yields; the errors that ended it, if any did, and None if it goes on elsewhere."""
        context = await self._enter()
        prepared = self._executor.prepare(request, context)
        if prepared.type is not OperationType.SUBSCRIPTION:
            return await self._next(operation, await self._executor.run(prepared, context, request_id))
        operation.idle = True
        answers = self._executor.subscribe(prepared, context, request_id)
        async with aclosing(answers):
            async for answer in answers:
                operation.idle = False
                if errors := await self._next(operation, answer):
                    return errors
                if self._finishing:
                    return None
                operation.idle = True
        return []

    async def _next(self, operation: _Operation, answer: dict[str, Any]) -> list[dict[str, Any]]:
        if "data" not in answer:
            return list(answer["errors"])
        await self._send({"type": "next", "id": operation.identifier, "payload": answer})
        # Neither a ready generator nor an empty send buffer ever waits: let the reader and the others have a turn.
        await asyncio.sleep(0)
        return []
