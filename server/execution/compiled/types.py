"""Tests of the Python classes of rows against GraphQL types, each class asked once."""

from collections.abc import Callable
from inspect import iscoroutine
from types import SimpleNamespace
from typing import Any

from graphql import GraphQLAbstractType, GraphQLObjectType, GraphQLSchema, default_type_resolver
from strawberry.execution import optimized_is_awaitable

from server.execution.compiled.reasons import InvalidValueError

Complete = Callable[[Any, Any], Any]
"""A generated function that completes a value; its second parameter is the ``Run``."""


class AcceptedClasses(set[type]):
    """The Python classes whose instances an object type is known to accept."""

    def __init__(self, object_type: GraphQLObjectType, schema: GraphQLSchema) -> None:
        super().__init__()
        self._type = object_type
        self._info = _info(schema)

    def admit(self, value: Any) -> None:
        """Accept the class of a value. Raises InvalidValueError if the type does not accept the value."""
        if value is None or isinstance(value, Exception) or optimized_is_awaitable(value):
            raise InvalidValueError
        is_type_of: Any = self._type.is_type_of
        if is_type_of is not None and not _at_once(is_type_of(value, self._info)):
            raise InvalidValueError
        self.add(type(value))


class Dispatch(dict[type, Complete]):
    """The function that completes a value of an interface or a union, by the value's Python class."""

    def __init__(self, abstract_type: GraphQLAbstractType, schema: GraphQLSchema) -> None:
        super().__init__()
        self._type = abstract_type
        self._resolve_type: Any = abstract_type.resolve_type or default_type_resolver
        self._info = _info(schema)
        self.targets: dict[str, tuple[AcceptedClasses, Complete]] = {}
        """The test and the function of each possible type, by its name."""

    def choose(self, value: Any) -> Complete:
        """Return the function for a value's class, and remember it. Raises InvalidValueError."""
        if value is None or isinstance(value, Exception) or optimized_is_awaitable(value):
            raise InvalidValueError
        name = _at_once(self._resolve_type(value, self._info, self._type))
        if not isinstance(name, str) or name not in self.targets:
            raise InvalidValueError
        accepted, complete = self.targets[name]
        accepted.admit(value)
        self[type(value)] = complete
        return complete


def _info(schema: GraphQLSchema) -> Any:
    """Return what ``is_type_of`` and ``resolve_type`` are given for an ``Info``: nothing of the operation."""
    return SimpleNamespace(schema=schema, field_name="", context=None, is_awaitable=optimized_is_awaitable)


def _at_once(answer: Any) -> Any:
    """Return an answer. Raises InvalidValueError if it is awaitable."""
    if optimized_is_awaitable(answer):
        if iscoroutine(answer):
            answer.close()
        raise InvalidValueError
    return answer
