"""One GraphQL operation, whichever door it came through: prepared, run, answered.

`prepare` finds every request error (the document's, the operation's, the variables') before anything is
executed; so an answer without `data` is always a refusal, and one with `data` was always executed.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from graphql import GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import get_variable_values
from graphql.pyutils import Undefined
from graphql.utilities import validate_input_value
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from schema.quiet import CheckedQuery, QuietSchema
from server.documents import BAD_USER_INPUT, Documents, RequestRefused
from server.errors import execution_errors, innermost
from server.messages import Request

__all__ = ["Context", "Executor", "MakeContext", "Operation", "RequestRefused", "refused"]

MAX_VARIABLE_ERRORS = 50


class Context(Protocol):
    """What the doors ask of a context; the resolvers' own has more."""

    @property
    def viewer(self) -> object | None:
        """Who is signed in; None for nobody, and for a token that does not hold."""

    @property
    def member_id(self) -> str | None:
        """Whose the token is; None if nobody's."""

    @property
    def expires_at(self) -> datetime | None:
        """When the token ends, in UTC; None without one."""


MakeContext = Callable[[str | None, str], Awaitable[Context]]
"""From the authorization (as the client gave it, None if it gave none) and the client's address."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is ready to run: its document is valid and its variables are of their types."""

    query: CheckedQuery
    type: OperationType
    name: str | None
    variables: dict[str, Any]


def refused(refusal: RequestRefused) -> dict[str, Any]:
    """Return the answer to a request error: `errors` and no `data`."""
    return {"errors": [dict(error.formatted) for error in refusal.errors]}


class Executor:
    """Runs operations of one schema."""

    def __init__(self, schema: QuietSchema, *, documents: Documents | None = None) -> None:
        self._schema = schema
        self._core = schema._schema
        self._documents = documents or Documents(self._core)

    def prepare(self, request: Request) -> Operation:
        """Check document, operation name and variables; raises RequestRefused."""
        query = self._documents.check(request.query)
        definition = _selected(query, request.operation_name)
        if definition.variable_definitions:
            self._check_variables(definition, request.variables)
        return Operation(query, definition.operation, request.operation_name, request.variables)

    def _check_variables(self, definition: OperationDefinitionNode, variables: dict[str, Any]) -> None:
        coerced = get_variable_values(self._core, definition.variable_definitions or (), variables, MAX_VARIABLE_ERRORS)
        if isinstance(coerced, list):
            raise RequestRefused(self._variable_errors(definition, variables) or _placeless(coerced))

    def _variable_errors(self, definition: OperationDefinitionNode, variables: dict[str, Any]) -> list[GraphQLError]:
        """Judge the values a second time, now for the paths, which graphql-core only prints."""
        errors: list[GraphQLError] = []
        for node in definition.variable_definitions or ():
            name = node.variable.name.value
            signature = get_variable_signature(self._core, node)
            if isinstance(signature, GraphQLError) or (name not in variables and node.default_value):
                continue

            def report(error: GraphQLError, path: list[str | int], name: str = name, node: Any = node) -> None:
                if len(errors) < MAX_VARIABLE_ERRORS:
                    where = [name, *map(str, path)]
                    extensions = {"code": BAD_USER_INPUT, "path": where}
                    message = f"Variable '${name}': {error.message}"
                    errors.append(GraphQLError(message, node, extensions=extensions))

            try:
                validate_input_value(variables.get(name, Undefined), signature.type, report)
            except RecursionError:
                report(GraphQLError("The value is nested too deeply."), [])
        return errors

    async def run(self, operation: Operation, context: Context, request_id: str) -> dict[str, Any]:
        """Execute a query or mutation and return the whole answer."""
        result = await self._schema.execute(
            operation.query, operation.variables, context, operation_name=operation.name
        )
        return _answer(result, request_id)

    async def subscribe(
        self, operation: Operation, context: Context, request_id: str, closing: type[Exception]
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the answer to each event; one without `data` is the last, and says why there is no more.

        Raises what is of the class `closing` when the subscription's own generator does.
        """
        stream = await self._schema.subscribe(
            operation.query, operation.variables, context, operation_name=operation.name
        )
        async with aclosing(stream):
            async for result in stream:
                assert isinstance(result, ExecutionResult)
                for error in result.errors or ():
                    if isinstance(ended := innermost(error), closing):
                        raise ended
                answer = _answer(result, request_id)
                yield answer
                if "data" not in answer:
                    return


def _selected(query: CheckedQuery, name: str | None) -> OperationDefinitionNode:
    """Return the operation to run, as the specification's GetOperation()."""
    operations = [node for node in query.document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None and len(operations) == 1:
        return operations[0]
    for operation in operations:
        if operation.name and operation.name.value == name:
            return operation
    message = (
        "The document has several operations: operationName must name one"
        if name is None
        else "The document has no operation of this name"
    )
    raise RequestRefused([GraphQLError(message, extensions={"code": "OPERATION_RESOLUTION_FAILURE"})])


def _placeless(errors: list[GraphQLError]) -> list[GraphQLError]:
    return [GraphQLError(one.message, one.nodes, extensions={"code": BAD_USER_INPUT}) for one in errors]


def _answer(result: ExecutionResult, request_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    errors = result.errors
    if errors:
        answer["errors"] = execution_errors(errors, request_id)
    # Where nothing was executed (a subscription that never began or broke off, an extension that failed) the
    # answer has no `data`, not even a null.
    executed = not isinstance(result, PreExecutionError) and any(error.path for error in errors or ())
    if result.data is not None or not errors or executed:
        answer["data"] = result.data
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer
