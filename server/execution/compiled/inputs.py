"""Coercion of variables by functions that are made once for each input type.

graphql-core examines the type of each value again in every request. These functions return the same values. They raise
an exception for whatever is invalid; graphql-core then finds all of the errors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.execution import VariableValues
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValueSource
from graphql.pyutils import is_iterable
from graphql.utilities.coerce_input_value import coerce_default_value

from server.execution.compiled.reasons import InvalidValueError, NotCompiledError, Reason

Coerce = Callable[[Any], Any]


class InputTypes:
    """The functions that coerce values of input types, made when they are first needed."""

    def __init__(self) -> None:
        self._objects: dict[str, Coerce | None] = {}
        """By the name of the type; None while its function is being made."""

    def coercion(self, input_type: GraphQLInputType) -> Coerce:
        """Return the function for a type. Raises NotCompiledError if the type contains itself."""
        is_nullable, coerce = not is_non_null_type(input_type), self._of_values(get_nullable_type(input_type))

        def coerce_or_null(value: Any) -> Any:
            if value is not None:
                return coerce(value)
            if is_nullable:
                return None
            raise InvalidValueError

        return coerce_or_null

    def _of_values(self, input_type: Any) -> Coerce:
        """Return the function for the values of a type other than null."""
        if is_list_type(input_type):
            return _list(self.coercion(input_type.of_type), takes_text=_takes_text(input_type.of_type))
        if is_input_object_type(input_type):
            return self._object(input_type)
        return _leaf(input_type)

    def _object(self, input_type: GraphQLInputObjectType) -> Coerce:
        name = input_type.name
        if name not in self._objects:
            self._objects[name] = None
            self._objects[name] = self._new_object(input_type)
        coerce = self._objects[name]
        if coerce is None:  # graphql-core also limits how deep the values of such a type may be nested
            raise NotCompiledError(Reason.UNSUPPORTED)
        return coerce

    def _new_object(self, input_type: GraphQLInputObjectType) -> Coerce:
        fields, defaults = {}, {}
        required = set()
        for name, field in input_type.fields.items():
            key = field.out_name or name
            fields[name] = key, _takes_text(field.type), self.coercion(field.type)
            if is_required_input_field(field):
                required.add(key)
            elif (default := coerce_default_value(field)) is not Undefined:
                defaults[key] = default
        is_one_of = input_type.is_one_of
        convert: Any = input_type.out_type if input_type.out_type is not GraphQLInputObjectType.out_type else None

        def coerce(value: Any) -> Any:
            if not isinstance(value, dict):
                raise InvalidValueError
            result = defaults.copy()
            for name, item in value.items():
                key, takes_text, coerce_item = fields[name]
                result[key] = item if takes_text and type(item) is str else coerce_item(item)
            if not required <= result.keys():
                raise InvalidValueError
            if is_one_of and (len(result) != 1 or None in result.values()):
                raise InvalidValueError
            return result if convert is None else convert(result)

        return coerce


def _takes_text(input_type: GraphQLInputType) -> bool:
    """Return whether any text is a value of a type as it is."""
    return get_nullable_type(input_type) in (GraphQLString, GraphQLID)


def _list(coerce: Coerce, *, takes_text: bool) -> Coerce:
    def coerce_list(value: Any) -> Any:
        items = value if is_iterable(value) else [value]
        return [item if takes_text and type(item) is str else coerce(item) for item in items]

    return coerce_list


def _leaf(leaf_type: Any) -> Coerce:
    coerce: Coerce = leaf_type.coerce_input_value

    def coerce_leaf(value: Any) -> Any:
        result = coerce(value)
        if result is Undefined:
            raise InvalidValueError
        return result

    return coerce_leaf


@dataclass(frozen=True, slots=True)
class _Variable:
    signature: GraphQLVariableSignature
    coerce: Coerce
    is_required: bool
    has_default: bool
    absent: VariableValueSource
    """The source of the value if the request has none."""


class OperationVariables:
    """The variables of an operation. Raises NotCompiledError if graphql-core must coerce them."""

    def __init__(self, schema: GraphQLSchema, definition: OperationDefinitionNode, types: InputTypes) -> None:
        self._variables: list[_Variable] = []
        for node in definition.variable_definitions or ():
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError):
                raise NotCompiledError(Reason.UNSUPPORTED)
            has_default = node.default_value is not None
            self._variables.append(
                _Variable(
                    signature,
                    types.coercion(signature.type),
                    is_required=is_non_null_type(signature.type) and not has_default,
                    has_default=has_default,
                    absent=VariableValueSource(signature),
                )
            )

    def coerce(self, inputs: dict[str, Any]) -> VariableValues | None:
        """Return the coerced values and the defaults, or None if any value is invalid or missing."""
        values = VariableValues({}, {})
        try:
            for variable in self._variables:
                _coerce_variable(variable, inputs, values)
        except Exception:
            return None
        return values


def _coerce_variable(variable: _Variable, inputs: dict[str, Any], values: VariableValues) -> None:
    name = variable.signature.name
    value = inputs.get(name, Undefined)
    if value is not Undefined:
        values.sources[name] = VariableValueSource(variable.signature, value)
        values.coerced[name] = variable.coerce(value)
        return
    if variable.is_required:
        raise InvalidValueError
    values.sources[name] = variable.absent
    if variable.has_default and (default := coerce_default_value(variable.signature)) is not Undefined:
        values.coerced[name] = default
