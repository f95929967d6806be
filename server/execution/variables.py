"""The user's values: whether they are of the operation's types, and where they are not."""

from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import get_variable_values
from graphql.pyutils import Undefined
from graphql.utilities import validate_input_value

from server.limits import Limits
from server.protocol.error_codes import Code
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded

MAX_ERRORS = 50
CONTAINERS = (list, dict)


def check_size(variables: dict[str, Any], limits: Limits) -> None:
    """Raise GraphQLRequestError for more values, or more entries of one list, than is allowed."""
    longest = count = 0
    waiting: list[Any] = [variables]
    while waiting:
        one = waiting.pop()
        count += len(one)
        if isinstance(one, list):
            longest = max(longest, len(one))
        within = one if isinstance(one, list) else one.values()
        waiting.extend(value for value in within if isinstance(value, CONTAINERS))
    figures = (
        ("listEntries", "The entries of a list", longest, limits.max_list_entries),
        ("inputValues", "The values in the variables", count, limits.max_input_values),
    )
    if errors := [limit_exceeded(*figure) for figure in figures if figure[2] > figure[3]]:
        raise GraphQLRequestError(errors)


def listed_values(variables: dict[str, Any]) -> int:
    """How many values are in lists, counting the lists and objects in these and what they hold."""
    count = 0
    waiting: list[tuple[Any, bool]] = [(variables, False)]
    while waiting:
        one, listed = waiting.pop()
        listed = listed or isinstance(one, list)
        count += len(one) if listed else 0
        within = one if isinstance(one, list) else one.values()
        waiting.extend((value, listed) for value in within if isinstance(value, CONTAINERS))
    return count


def coerced(
    schema: GraphQLSchema, definition: OperationDefinitionNode, variables: dict[str, Any], *, suggest: bool
) -> dict[str, Any]:
    """The values as their types read them, defaults among them; raises GraphQLRequestError with the path of each error.

    `suggest` says whether the errors may name parts of the schema that were perhaps meant.
    """
    nodes = definition.variable_definitions or ()
    found = get_variable_values(schema, nodes, variables, MAX_ERRORS, hide_suggestions=not suggest)
    if isinstance(found, list):
        raise GraphQLRequestError(_placed(schema, definition, variables, suggest=suggest) or _placeless(found))
    return found.coerced


def _placed(
    schema: GraphQLSchema, definition: OperationDefinitionNode, variables: dict[str, Any], *, suggest: bool
) -> list[GraphQLError]:
    """Judge the values a second time, now for the paths, which graphql-core only prints."""
    errors: list[GraphQLError] = []
    for node in definition.variable_definitions or ():
        name = node.variable.name.value
        signature = get_variable_signature(schema, node)
        if isinstance(signature, GraphQLError) or (name not in variables and node.default_value):
            continue

        def report(error: GraphQLError, path: list[str | int], name: str = name, node: Any = node) -> None:
            if len(errors) < MAX_ERRORS:
                extensions = {"code": Code.BAD_USER_INPUT.value, "path": [name, *map(str, path)]}
                errors.append(GraphQLError(f"Variable '${name}': {error.message}", node, extensions=extensions))

        try:
            validate_input_value(variables.get(name, Undefined), signature.type, report, not suggest)
        except RecursionError:
            report(GraphQLError("The value is nested too deeply."), [])
    return errors


def _placeless(errors: list[GraphQLError]) -> list[GraphQLError]:
    extensions = {"code": Code.BAD_USER_INPUT.value}
    return [GraphQLError(one.message, one.nodes, extensions=dict(extensions)) for one in errors]
