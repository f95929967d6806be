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

WriteObject = Callable[[GraphQLObjectType, list[FieldNode]], tuple[str, int]]
"""Writes the function that makes the dictionary of an object, and returns its name, and the units that it takes."""


@dataclass(frozen=True, slots=True)
class _Code:
    """``test`` and ``fast`` of a position, the lines of its function for what is not null, and its units."""

    test: str
    fast: str
    otherwise: list[str]
    units: int = 0


@dataclass(frozen=True, slots=True)
class Position:
    """How a value in one place of an operation is completed.

    ``test`` is an expression that holds in the usual case, which ``fast`` then completes; both contain ``{v}`` for the
    value. ``test`` is empty if there is no usual case. The function ``complete`` takes any value except an awaitable,
    and raises an exception for what is to be left to graphql-core. ``units`` is the work of completing it, in fields below
    it, apart from the items of lists, which count where the list is.
    """

    test: str
    fast: str
    complete: str
    is_nullable: bool
    units: int

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
            code = self._leaf(output_type)
        elif is_list_type(output_type):
            code = self._list(output_type.of_type, nodes)
        elif is_object_type(output_type):
            code = self._object(output_type, nodes)
        elif is_abstract_type(output_type):
            code = self._abstract(output_type, nodes)
        else:
            raise NotCompiledError(Reason.UNSUPPORTED)
        self._source.write(name, "v", ["if v is None:", f"    {null}", *code.otherwise])
        return Position(code.test, code.fast, name, nullable, code.units)

    def _leaf(self, leaf_type: GraphQLLeafType) -> _Code:
        leaf = self._registry.leaf(leaf_type)
        test, fast = leaf.test, leaf.fast
        if leaf.python_class is not None:
            test = test.replace("{c}", self._source.object(leaf.python_class, "class"))
        if leaf.names is not None:
            fast = fast.replace("{n}", self._source.object(leaf.names, "names"))
        convert = f"return {self._source.object(leaf.convert, 'convert')}(v)"
        usual = [f"if {test.format(v='v')}:", f"    return {fast.format(v='v')}"] if test else []
        return _Code(test, fast, [*usual, convert])

    def _list(self, item_type: GraphQLOutputType, nodes: list[FieldNode]) -> _Code:
        item = self.position(item_type, nodes)
        variable = f"x{len(self._positions)}"  # lists of lists need one each
        as_list = self._source.object(_as_list, "as_list")
        units = item.units + 1
        # The whole list is left for later turns if there is no time for all of it in this one.
        later = f"run.later({{v}}, {item.complete}, {units})"
        items = f"([{item.expression(variable)} for {variable} in {{v}}] if run.turn.spend(len({{v}}) * {units}) else {later})"
        otherwise = [f"v = {as_list}(v)", f"return {items.format(v='v')}"]
        return _Code("type({v}) is list or type({v}) is tuple", items, otherwise)

    def _object(self, object_type: GraphQLObjectType, nodes: list[FieldNode]) -> _Code:
        accepted = self._source.object(self._registry.accepted_classes(object_type), "accepted")
        make, units = self._write_object(object_type, nodes)
        admit = [f"if type(v) not in {accepted}:", f"    {accepted}.admit(v)", f"return {make}(v, run)"]
        return _Code(f"type({{v}}) in {accepted}", make + "({v}, run)", admit, units)

    def _abstract(self, abstract_type: GraphQLAbstractType, nodes: list[FieldNode]) -> _Code:
        schema = self._registry.schema
        dispatch = Dispatch(abstract_type, schema)
        possible = schema.get_possible_types(abstract_type)
        written = {object_type.name: self._write_object(object_type, nodes) for object_type in possible}
        self._dispatches.append((dispatch, {type_name: function for type_name, (function, _) in written.items()}))
        name = self._source.object(dispatch, "dispatch")
        chosen = [f"return ({name}.get(type(v)) or {name}.choose(v))(v, run)"]
        units = max((units for _, units in written.values()), default=0)
        return _Code(f"type({{v}}) in {name}", f"{name}[type({{v}})]({{v}}, run)", chosen, units)


def _object_type(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    object_type = schema.type_map[name]
    assert isinstance(object_type, GraphQLObjectType)
    return object_type


def _as_list(value: object) -> Collection[object]:
    """Return a collection that can be read again. Raises InvalidValueError for anything else."""
    if isinstance(value, list | tuple | set | frozenset):
        return value
    raise InvalidValueError
