"""Generated code for a value in one place: an expression for the usual case, and a function for any value."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from graphql import (
    FieldNode,
    GraphQLAbstractType,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from server.execution.compiled.reasons import InvalidValueError, NotCompiledError, Reason
from server.execution.compiled.registry import Registry
from server.execution.compiled.source import Source
from server.execution.compiled.types import Complete, Dispatch

WriteObject = Callable[[GraphQLObjectType, list[FieldNode]], str]
"""Writes the function that makes the dictionary of an object, and returns its name."""


@dataclass(frozen=True, slots=True)
class Position:
    """How a value in one place of an operation is completed.

    ``test`` is an expression that holds in the usual case, which ``fast`` then completes; both contain ``{v}`` for the
    value. ``test`` is empty if there is no usual case. The function ``complete`` takes any value except an awaitable,
    and raises an exception for what is to be left to graphql-core.
    """

    test: str
    fast: str
    complete: str
    is_nullable: bool

    def expression(self, variable: str) -> str:
        """Return an expression that completes the value of a variable, which must not be awaitable."""
        if not self.test:
            return f"{self.complete}({variable}, run)"
        test, fast = self.test.format(v=variable), self.fast.format(v=variable)
        null = f"None if {variable} is None else " if self.is_nullable else ""
        return f"{fast} if {test} else {null}{self.complete}({variable}, run)"


class Positions:
    """Writes the code of positions; positions with the same type and the same field nodes share it."""

    def __init__(self, source: Source, registry: Registry, write_object: WriteObject) -> None:
        self._source = source
        self._registry = registry
        self._write_object = write_object
        self._positions: dict[tuple[str, tuple[int, ...]], Position] = {}
        self._dispatches: list[tuple[Dispatch, dict[str, str]]] = []

    def position(self, output_type: GraphQLOutputType, nodes: list[FieldNode]) -> Position:
        """Return the position for a type and the field nodes whose selections merge there."""
        has_selections = nodes[0].selection_set is not None
        key = str(output_type), tuple(map(id, nodes)) if has_selections else ()
        if key not in self._positions:
            self._positions[key] = self._write(output_type, nodes)
        return self._positions[key]

    def link(self, load: Callable[[str], Complete]) -> None:
        """Give the dispatches of interfaces and unions their functions, when these have been loaded."""
        for dispatch, functions in self._dispatches:
            for type_name, function in functions.items():
                accepted = self._registry.accepted_classes(_object_type(self._registry.schema, type_name))
                dispatch.targets[type_name] = accepted, load(function)

    def _write(self, output_type: GraphQLOutputType, nodes: list[FieldNode]) -> Position:
        nullable = not is_non_null_type(output_type)
        if is_non_null_type(output_type):
            output_type = output_type.of_type
        name = self._source.function()
        null = "return None" if nullable else "invalid()"
        if is_leaf_type(output_type):
            test, fast, otherwise = self._leaf(output_type)
        elif is_list_type(output_type):
            test, fast, otherwise = self._list(output_type.of_type, nodes)
        elif is_object_type(output_type):
            test, fast, otherwise = self._object(output_type, nodes)
        elif is_abstract_type(output_type):
            test, fast, otherwise = self._abstract(output_type, nodes)
        else:
            raise NotCompiledError(Reason.UNSUPPORTED)
        self._source.write(name, "v", ["if v is None:", f"    {null}", *otherwise])
        return Position(test, fast, name, nullable)

    def _leaf(self, leaf_type: GraphQLLeafType) -> tuple[str, str, list[str]]:
        leaf = self._registry.leaf(leaf_type)
        test, fast = leaf.test, leaf.fast
        if leaf.python_class is not None:
            test = test.replace("{c}", self._source.object(leaf.python_class, "class"))
        if leaf.names is not None:
            fast = fast.replace("{n}", self._source.object(leaf.names, "names"))
        convert = f"return {self._source.object(leaf.convert, 'convert')}(v)"
        return (
            test,
            fast,
            [f"if {test.format(v='v')}:", f"    return {fast.format(v='v')}", convert] if test else [convert],
        )

    def _list(self, item_type: GraphQLOutputType, nodes: list[FieldNode]) -> tuple[str, str, list[str]]:
        item = self.position(item_type, nodes)
        variable = f"x{len(self._positions)}"  # lists of lists need one each
        items = f"[{item.expression(variable)} for {variable} in "
        as_list = self._source.object(_as_list, "as_list")
        return "type({v}) is list or type({v}) is tuple", items + "{v}]", [f"return {items}{as_list}(v)]"]

    def _object(self, object_type: GraphQLObjectType, nodes: list[FieldNode]) -> tuple[str, str, list[str]]:
        accepted = self._source.object(self._registry.accepted_classes(object_type), "accepted")
        make = self._write_object(object_type, nodes)
        admit = [f"if type(v) not in {accepted}:", f"    {accepted}.admit(v)", f"return {make}(v, run)"]
        return f"type({{v}}) in {accepted}", make + "({v}, run)", admit

    def _abstract(self, abstract_type: GraphQLAbstractType, nodes: list[FieldNode]) -> tuple[str, str, list[str]]:
        schema = self._registry.schema
        dispatch = Dispatch(abstract_type, schema)
        possible = schema.get_possible_types(abstract_type)
        functions = {object_type.name: self._write_object(object_type, nodes) for object_type in possible}
        self._dispatches.append((dispatch, functions))
        name = self._source.object(dispatch, "dispatch")
        chosen = [f"return ({name}.get(type(v)) or {name}.choose(v))(v, run)"]
        return f"type({{v}}) in {name}", f"{name}[type({{v}})]({{v}}, run)", chosen


def _object_type(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    object_type = schema.type_map[name]
    assert isinstance(object_type, GraphQLObjectType)
    return object_type


def _as_list(value: object) -> Collection[object]:
    """Return a collection that can be read again. Raises InvalidValueError for anything else."""
    if isinstance(value, list | tuple | set | frozenset):
        return value
    raise InvalidValueError
