"""Conversion of coerced values to the classes of inputs, by a function that is made once for each class.

strawberry does the same, but examines the annotations of all fields again for each value.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLInputObjectType
from strawberry.scalars import is_scalar
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import InputContext
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition

Convert = Callable[[Any, InputContext], Any]
_Fields = dict[str, tuple[str, Convert | None]]
"""The attribute of each field, and the function that converts its values, by the field's name in the schema."""


def prepare_conversion(input_type: GraphQLInputObjectType, converter: GraphQLCoreConverter) -> None:
    """Let strawberry convert the values of an input type by a function of ours. The schema must be complete."""
    definition: StrawberryObjectDefinition = input_type.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    if definition.from_input is None:
        definition.from_input = _conversion_to_object(definition, converter)


def _conversion_to_object(
    definition: StrawberryObjectDefinition, converter: GraphQLCoreConverter
) -> Callable[[type, Mapping[str, Any], InputContext], Any]:
    name_of = converter.config.name_converter.from_field
    fields: _Fields = {
        name_of(field): (field.python_name, _conversion(field.resolve_type(type_definition=definition), converter))
        for field in definition.fields
    }
    if definition.is_one_of:
        return _conversion_to_one_of(fields)
    absent = {
        field.python_name: None
        for field in definition.fields
        if field.default_value is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }

    def convert(input_class: type, values: Mapping[str, Any], context: InputContext) -> Any:
        arguments: dict[str, Any] = absent.copy()
        for name, value in values.items():
            python_name, convert_value = fields[name]
            arguments[python_name] = value if convert_value is None else convert_value(value, context)
        return input_class(**arguments)

    return convert


def _conversion_to_one_of(fields: _Fields) -> Callable[[type, Mapping[str, Any], InputContext], Any]:
    """Return a function that sets the one field that is given. Of the others, the class has the defaults."""

    def convert(input_class: type, values: Mapping[str, Any], context: InputContext) -> Any:
        result: Any = object.__new__(input_class)
        for name, value in values.items():
            python_name, convert_value = fields[name]
            setattr(result, python_name, value if convert_value is None else convert_value(value, context))
        return result

    return convert


def _conversion(value_type: Any, converter: GraphQLCoreConverter) -> Convert | None:
    """Return the function that converts values of a type, or None if they stay as graphql-core has coerced them."""
    if isinstance(value_type, StrawberryOptional) and not isinstance(value_type, StrawberryMaybe):
        return _conversion(value_type.of_type, converter)
    if isinstance(value_type, StrawberryList):
        # A list is copied even if its items stay as they are, because a default is shared by all requests.
        return _conversion_of_list(_conversion(value_type.of_type, converter))
    if has_object_definition(value_type):
        return _conversion_of_object(value_type)
    is_enum = isinstance(value_type, StrawberryEnumDefinition) or has_enum_definition(value_type)
    if is_enum or is_scalar(value_type, converter.scalar_registry):
        return None
    return lambda value, context: context.convert(value, value_type)


def _conversion_of_object(input_class: Any) -> Convert:
    definition: StrawberryObjectDefinition = input_class.__strawberry_definition__

    def convert_object(values: Any, context: InputContext) -> Any:
        assert definition.from_input is not None, "all input types of the schema have been prepared"
        return None if values is None else definition.from_input(input_class, values, context)

    return convert_object


def _conversion_of_list(convert: Convert | None) -> Convert:
    def convert_list(values: Any, context: InputContext) -> Any:
        if values is None:
            return None
        return list(values) if convert is None else [convert(value, context) for value in values]

    return convert_list
