"""Validation and coercion of variable values, with the path of each invalid value."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, VariableDefinitionNode
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, get_variable_values
from graphql.pyutils import Undefined
from graphql.utilities import validate_input_value

from server.execution.documents.validation import MAX_ERRORS, EnoughErrors
from server.limits import Limits
from server.protocol.error_codes import Code
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded
from server.protocol.value_free import without_values

_CONTAINERS = frozenset((list, dict))


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """How many values the variables of a request have, counting those of lists and objects at any depth.

    ``listed`` are those inside lists at any depth, including nested lists and objects.
    """

    total: int
    longest_list: int
    listed: int


def count_values(variables: dict[str, Any]) -> ValueCounts:
    """Count the values in variables."""
    total = longest_list = listed = 0
    containers: list[tuple[list[Any] | dict[str, Any], bool]] = [(variables, False)]
    for container, in_list in containers:  # which grows meanwhile
        size = len(container)
        total += size
        values: Iterable[Any]
        if isinstance(container, dict):
            is_listed, values = in_list, container.values()
        else:
            is_listed, values = True, container
            longest_list = max(longest_list, size)
        if is_listed:
            listed += size
        for value in values:  # in most containers so few that a comprehension would take twice as long
            if type(value) in _CONTAINERS:
                containers.append((value, is_listed))  # noqa: PERF401
    return ValueCounts(total, longest_list, listed)


def check_size(counts: ValueCounts, limits: Limits) -> None:
    """Raise GraphQLRequestError if there are too many values, or too many entries in one list."""
    figures = (
        ("listEntries", "The entries of a list", counts.longest_list, limits.max_list_entries),
        ("inputValues", "The values in the variables", counts.total, limits.max_input_values),
    )
    if errors := [limit_exceeded(*figure) for figure in figures if figure[2] > figure[3]]:
        raise GraphQLRequestError(errors)


def coerce_variables(
    schema: GraphQLSchema, definition: OperationDefinitionNode, variables: dict[str, Any]
) -> VariableValues:
    """Coerce variable values to their declared types, and apply default values.

    Raises GraphQLRequestError with the path of each error, or of the first ``MAX_ERRORS``.
    """
    coerced = get_variable_values(schema, definition.variable_definitions or (), variables, max_errors=1)
    if isinstance(coerced, list):
        errors = _Errors()
        _report_with_paths(schema, definition, variables, errors)
        raise GraphQLRequestError(errors.reported or _errors_without_paths(coerced[:1]))
    return coerced


class _Errors:
    """The errors of variables, up to ``MAX_ERRORS``: to find all of thousands would take seconds."""

    def __init__(self) -> None:
        self.reported: list[GraphQLError] = []

    def report(self, error: GraphQLError, path: list[str | int], *, node: VariableDefinitionNode) -> None:
        """Add an error, and raise EnoughErrors if it is the last one."""
        name = node.variable.name.value
        extensions = {"code": Code.BAD_USER_INPUT.value, "path": [name, *map(str, path)]}
        message = without_values(f"Variable '${name}': {error.message}")
        self.reported.append(GraphQLError(message, node, extensions=extensions))
        if len(self.reported) == MAX_ERRORS:
            raise EnoughErrors


def _report_with_paths(
    schema: GraphQLSchema, definition: OperationDefinitionNode, variables: dict[str, Any], errors: _Errors
) -> None:
    """Validate the values again to obtain error paths, which graphql-core only includes in its messages."""
    for node in definition.variable_definitions or ():
        name = node.variable.name.value
        signature = get_variable_signature(schema, node)
        if isinstance(signature, GraphQLError) or (name not in variables and node.default_value):
            continue
        report = partial(errors.report, node=node)
        try:
            validate_input_value(variables.get(name, Undefined), signature.type, report)
        except EnoughErrors:
            return
        except RecursionError:
            report(GraphQLError("The value is nested too deeply."), [])


def _errors_without_paths(errors: list[GraphQLError]) -> list[GraphQLError]:
    extensions = {"code": Code.BAD_USER_INPUT.value}
    return [GraphQLError(without_values(error.message), error.nodes, extensions=dict(extensions)) for error in errors]
