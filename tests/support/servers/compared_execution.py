"""Execution of the small schema both compiled and by graphql-core, with a comparison of the bytes."""

from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, OperationDefinitionNode, execute, parse, validate
from graphql.execution import VariableValues, get_variable_values
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server.execution.compiled.execution import Unfinished
from server.execution.compiled.operation import CompiledOperation
from server.execution.compiled.resume import resuming
from tests.support.servers.compared_schema import REGISTRY, SCHEMA, World


@dataclass(frozen=True, slots=True)
class Compared:
    """What an operation has answered, with its bytes equal in both ways."""

    data: Any
    errors: list[Any]
    reason: str | None
    """Why graphql-core had to finish it."""
    compiled: World
    plain: World


async def compare(query: str, variables: dict[str, Any] | None = None, event: Any = None) -> Compared:
    """Execute an operation both ways, check that the answers are the same bytes, and return it."""
    document = parse(query)
    assert validate(SCHEMA.graphql_schema, document) == []
    (definition,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    plain, compiled = World(), World()
    reference = await _execute(document, variables, plain, event)
    values = get_variable_values(SCHEMA.graphql_schema, definition.variable_definitions or (), variables or {})
    assert isinstance(values, VariableValues)
    operation = CompiledOperation(REGISTRY, document, definition)
    outcome: Any = await operation.execute(values, compiled, event)
    reason = None
    if isinstance(outcome, Unfinished):
        reason = outcome.reason.value
        outcome = await _execute(document, variables, compiled, event, outcomes=outcome.outcomes)
    else:
        outcome = ExecutionResult(outcome, None)
    assert encoded(outcome) == encoded(reference)
    answer = orjson.loads(encoded(reference))
    return Compared(answer["data"], answer["errors"], reason, compiled, plain)


async def _execute(document: Any, variables: Any, world: World, event: Any, **options: Any) -> ExecutionResult:
    executor = StrawberryGraphQLCoreExecutionContext
    is_awaitable: Any = optimized_is_awaitable
    result: Any = execute(
        SCHEMA.graphql_schema,
        document,
        event,
        world,
        variables,
        executor_class=resuming(executor) if options else executor,
        is_awaitable=is_awaitable,
        **options,
    )
    if optimized_is_awaitable(result):
        result = await result
    assert isinstance(result, ExecutionResult)
    return result


def encoded(result: ExecutionResult) -> bytes:
    """Return an answer's bytes."""
    return orjson.dumps({"data": result.data, "errors": [error.formatted for error in result.errors or ()]})
