"""The execution of a compiled operation, as far as nothing goes wrong."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from server.execution.compiled.plan import Plan
from server.execution.compiled.reasons import InvalidValueError, Reason
from server.execution.compiled.resume import Completed, Outcome, Raised, Resolved
from server.execution.compiled.run import Run, abandon, cancelled

Arguments: TypeAlias = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An operation that is to be executed, or finished, by graphql-core, with the outcomes of its root fields so far."""

    reason: Reason
    outcomes: dict[str, Outcome] = field(default_factory=dict)


async def execute_concurrently(plan: Plan, run: Run, arguments: Arguments) -> dict[str, Any] | Unfinished:
    """Execute a query, or an event of a subscription."""
    outcomes: dict[str, Outcome] = {}
    waiting: dict[str, Awaitable[Any]] = {}
    for root, values in zip(plan.roots, arguments, strict=True):
        try:
            value = root.resolve(run, values)
        except Exception as error:
            outcomes[root.name] = Raised(error)
            outcomes |= {name: Resolved(awaitable) for name, awaitable in waiting.items()}
            return Unfinished(Reason.ROOT_ERROR, outcomes)
        if run.is_awaitable(value):
            waiting[root.name] = value
        else:
            outcomes[root.name] = Resolved(value)
    if waiting and not await _await_roots(waiting, outcomes):
        return Unfinished(Reason.ROOT_ERROR, outcomes)
    data: dict[str, Any] = {**dict.fromkeys(plan.names), **plan.typenames}
    reason = await _complete(plan, run, outcomes, data)
    return data if reason is None else Unfinished(reason, outcomes)


async def _await_roots(waiting: dict[str, Awaitable[Any]], outcomes: dict[str, Outcome]) -> bool:
    """Await the values of root fields, add their outcomes, and return whether all of them succeeded."""
    if len(waiting) == 1:
        ((name, awaitable),) = waiting.items()
        try:
            outcomes[name] = Resolved(await awaitable, is_async=True)
        except Exception as error:
            outcomes[name] = Raised(error, is_async=True)
            return False
        return True
    tasks = {name: asyncio.ensure_future(awaitable) for name, awaitable in waiting.items()}
    try:
        _, pending = await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_EXCEPTION)
    except BaseException:
        await cancelled(tasks.values())
        raise
    if pending or any(task.cancelled() or task.exception() for task in tasks.values()):
        for name, task in tasks.items():
            abandon(task)  # graphql-core may not come to it
            outcomes[name] = Resolved(task)
        return False
    outcomes |= {name: Resolved(task.result(), is_async=True) for name, task in tasks.items()}
    return True


async def execute_serially(plan: Plan, run: Run, arguments: Arguments) -> dict[str, Any] | Unfinished:
    """Execute a mutation. Each root field is completed before the next is resolved; none is resolved after an error."""
    outcomes: dict[str, Outcome] = {}
    data: dict[str, Any] = {**dict.fromkeys(plan.names), **plan.typenames}
    for root, values in zip(plan.roots, arguments, strict=True):
        is_async = False
        try:
            value = root.resolve(run, values)
            if is_async := run.is_awaitable(value):
                value = await value
        except Exception as error:
            outcomes[root.name] = Raised(error, is_async)
            return Unfinished(Reason.ROOT_ERROR, outcomes)
        outcomes[root.name] = Resolved(value, is_async)
        reason = await _complete(plan, run, {root.name: outcomes[root.name]}, data)
        if reason is not None:
            return Unfinished(reason, outcomes)
        outcomes[root.name] = Completed(data[root.name])
    return data


async def _complete(plan: Plan, run: Run, outcomes: dict[str, Outcome], data: dict[str, Any]) -> Reason | None:
    """Complete the values of root fields into ``data``. Return the reason if this is left to graphql-core."""
    try:
        for root in plan.roots:
            outcome = outcomes.get(root.name)
            if isinstance(outcome, Resolved):
                data[root.name] = root.complete(outcome.value, run)
        if run.has_gaps:
            await run.settle()
    except InvalidValueError:
        run.abandon()
        return Reason.VALUE
    except Exception:
        run.abandon()
        return Reason.ERROR
    except BaseException:
        run.abandon()
        raise
    return None
