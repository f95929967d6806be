"""How a field's value is obtained: as an attribute, by a call of its resolver, or through graphql-core's resolver."""

import inspect
import keyword
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, ListValueNode, ObjectValueNode, ValueNode, VariableNode
from graphql.execution import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from server.execution.compiled.reasons import NotCompiledError, Reason

_NO_VARIABLES = VariableValues({}, {})

BACKREF = "strawberry-definition"
"""The key of strawberry's definition in the ``extensions`` of a graphql-core field or type."""


@dataclass(frozen=True, slots=True)
class Call:
    """How a field's value is obtained.

    ``expression`` has ``{f}`` for ``function``, ``{i}`` for the field's ``Info``, and ``{a}`` for its arguments; ``o`` is
    the row. ``function`` is None if the value is an attribute, which is never awaitable.
    """

    expression: str
    function: Callable[..., Any] | None = None
    takes_info: bool = False
    takes_raw_info: bool = False
    is_async: bool = False


def strawberry_field(field: GraphQLField) -> StrawberryField:
    """Return strawberry's definition of a field. Raises NotCompiledError if it has none."""
    definition = field.extensions.get(BACKREF)
    if not isinstance(definition, StrawberryField) or field.resolve is None:
        raise NotCompiledError(Reason.UNSUPPORTED)
    return definition


def call_of(field: GraphQLField, *, has_arguments: bool) -> Call:
    """Return how the value of a field below the root is obtained."""
    definition = strawberry_field(field)
    if definition.is_basic_field and type(definition).get_result is StrawberryField.get_result:
        name = definition.python_name
        if definition.default_resolver is getattr and name.isidentifier() and not keyword.iskeyword(name):
            return Call(f"o.{name}")
    resolver = definition.base_resolver
    if resolver is None or definition.extensions or type(definition).get_result is not StrawberryField.get_result:
        arguments = ", **{a}" if has_arguments else ""
        return Call("{f}(o, {i}" + arguments + ")", field.resolve, takes_raw_info=True, is_async=definition.is_async)
    return _direct_call(resolver, has_arguments=has_arguments)


def _direct_call(resolver: StrawberryResolver[Any], *, has_arguments: bool) -> Call:
    """Return the call of a resolver: the row and ``Info`` by position where they come first, otherwise by name."""
    info = resolver.info_parameter
    rows = [
        parameter.name
        for parameter in (resolver.self_parameter, resolver.parent_parameter, resolver.root_parameter)
        if parameter is not None
    ]
    passed: list[str] = []
    by_position = True
    for name, parameter in resolver.signature.parameters.items():
        by_position = by_position and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
        value = "o" if name in rows else "{i}" if info is not None and name == info.name else None
        if value is None:
            by_position = False
        else:
            passed.append(value if by_position else f"{name}={value}")
    if has_arguments:
        passed.append("**{a}")
    expression = "{f}(" + ", ".join(passed) + ")"
    function: Any = resolver.wrapped_func
    return Call(expression, function, takes_info=info is not None, is_async=resolver.is_async)


class Arguments:
    """The arguments of a field, which contain variables.

    If ``is_converted``, they are strawberry's input objects, for a direct call, and not those of graphql-core.
    """

    def __init__(self, field: GraphQLField, node: FieldNode, *, is_converted: bool) -> None:
        self._field, self._node, self._is_converted = field, node, is_converted
        self._variables = {
            field.args[name].out_name or name: value.name.value
            for name, value in _given(node)
            if isinstance(value, VariableNode)
        }

    def values(self, variables: VariableValues, converter: Any) -> dict[str, Any]:
        """Return the values by parameter name. May raise anything; ``converter`` is strawberry's schema converter."""
        values = self._variables_as_values(variables.coerced) or get_argument_values(self._field, self._node, variables)
        if not self._is_converted:
            return values
        definition = strawberry_field(self._field)
        return convert_arguments(values, definition.arguments, converter.scalar_registry, converter.config)

    def _variables_as_values(self, coerced: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the arguments if all of them are given, and each is a variable with a value other than null."""
        if len(self._variables) < len(self._field.args):
            return None
        values = {name: coerced.get(variable) for name, variable in self._variables.items()}
        return None if None in values.values() else values


class Constants:
    """The arguments of a field that contain no variables, coerced when the operation is compiled.

    A resolver may change a list or an input object that it is given, so these are copied for each execution.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._mutable = [name for name, value in values.items() if type(value).__hash__ is None]

    @property
    def are_shared(self) -> bool:
        """Return whether all executions are given the same values, because these cannot be changed."""
        return not self._mutable

    def values(self, _variables: VariableValues = _NO_VARIABLES, _converter: Any = None) -> dict[str, Any]:
        """Return the values by parameter name, like ``Arguments.values``."""
        if self._mutable:
            return self._values | {name: deepcopy(self._values[name]) for name in self._mutable}
        return self._values


def arguments_of(
    field: GraphQLField, node: FieldNode, converter: Any, *, is_converted: bool
) -> Arguments | Constants | None:
    """Return the arguments of a field, None if it takes none. Raises NotCompiledError if constants are invalid."""
    if not field.args:
        return None
    arguments = Arguments(field, node, is_converted=is_converted)
    if any(contains_variable(value) for _, value in _given(node)):
        return arguments
    try:
        return Constants(arguments.values(_NO_VARIABLES, converter))
    except Exception:
        raise NotCompiledError(Reason.ARGUMENTS) from None


def _given(node: FieldNode) -> list[tuple[str, ValueNode]]:
    return [(argument.name.value, argument.value) for argument in node.arguments or ()]


def contains_variable(node: ValueNode) -> bool:
    """Return whether a value is or contains a variable."""
    if isinstance(node, VariableNode):
        return True
    if isinstance(node, ListValueNode):
        return any(contains_variable(value) for value in node.values)
    return isinstance(node, ObjectValueNode) and any(contains_variable(entry.value) for entry in node.fields)
