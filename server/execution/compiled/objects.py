"""Generated code for objects: the function that makes the dictionary of a row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType

from server.execution.compiled.calls import Arguments, Call, Constants, arguments_of, call_of, strawberry_field
from server.execution.compiled.encoded import METADATA_KEY, EncodedField
from server.execution.compiled.infos import InfoSpec
from server.execution.compiled.positions import Position, Positions
from server.execution.compiled.reasons import NotCompiledError, Reason
from server.execution.compiled.registry import Registry
from server.execution.compiled.selections import Selections
from server.execution.compiled.source import Source

MAX_FIELDS = 500
"""The most fields in the functions of an operation: a selection on an interface counts for each type.

It ends the writing early; how long compiling takes is limited by ``MAX_LENGTH`` of their source.
"""

_UNITS_OF_CALL = 3
"""What the call of a resolver adds to the unit of a field."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    definition: GraphQLField
    nodes: list[FieldNode]
    position: Position


class Objects:
    """Writes the functions that make the dictionaries of objects, and collects what a run has to prepare for them."""

    def __init__(self, source: Source, registry: Registry, selections: Selections) -> None:
        self._source = source
        self._registry = registry
        self._selections = selections
        self._positions = Positions(source, registry, self.write)
        self._functions: dict[tuple[str, tuple[int, ...]], tuple[str, int]] = {}
        self._fields = 0
        self.infos: list[InfoSpec] = []
        self.arguments: list[Arguments | Constants] = []
        self._encoded: list[tuple[EncodedField, str]] = []

    @property
    def positions(self) -> Positions:
        """Return the writer of positions."""
        return self._positions

    def link(self, load: Callable[[str], Any]) -> None:
        """Give interfaces, unions and encoded fields their functions, when these have been loaded."""
        self._positions.link(load)
        for field, function in self._encoded:
            field.complete = load(function)

    def write(self, object_type: GraphQLObjectType, nodes: list[FieldNode]) -> tuple[str, int]:
        """Write the function for a type and the field nodes whose selections merge; return its name and its units."""
        key = object_type.name, tuple(map(id, nodes))
        if key not in self._functions:
            name = self._source.function()
            lines, units = self._body(object_type, nodes)
            self._functions[key] = name, units
            self._source.write(name, "o", lines)
        return self._functions[key]

    def _body(self, object_type: GraphQLObjectType, nodes: list[FieldNode]) -> tuple[list[str], int]:
        """Return the lines of an object's function, and the units that it takes, apart from the items of lists."""
        lines: list[str] = []
        entries: list[str] = []
        is_deferring = False
        units = 0
        for index, (name, field_nodes) in enumerate(self._selections.below(object_type, nodes).items()):
            self._count_field()
            field_name = field_nodes[0].name.value
            units += 1
            if field_name == "__typename":
                entries.append(f"{name!r}: {object_type.name!r}")
                continue
            definition = object_type.fields[field_name]
            field = _Field(name, definition, field_nodes, self._positions.position(definition.type, field_nodes))
            units += field.position.units
            variable = f"v{index}"
            call = call_of(definition, has_arguments=self._has_arguments(field))
            if call.function is None:
                lines.append(f"{variable} = {call.expression}")
                entries.append(f"{name!r}: {field.position.expression(variable)}")
            else:
                is_deferring = True
                units += _UNITS_OF_CALL
                lines += self._resolved(object_type, field, call, variable)
                entries.append(f"{name!r}: {variable}")
        dictionary = "{" + ", ".join(entries) + "}"
        if not is_deferring:
            return [*lines, f"return {dictionary}"], units
        end = [f"d = {dictionary}", "if late is not None:", "    attach(late, d)", "return d"]
        return ["infos = run.infos", "late = None", *lines, *end], units

    def _count_field(self) -> None:
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise NotCompiledError(Reason.SIZE)

    def _has_arguments(self, field: _Field) -> bool:
        return bool(field.definition.args)

    def _resolved(self, parent: GraphQLObjectType, field: _Field, call: Call, variable: str) -> list[str]:
        """Return the lines that resolve and complete a field, or leave a gap if the value is awaitable."""
        value = call.expression.format(
            f=self._source.object(call.function, "resolve"),
            i=self._info(parent, field, call),
            a=self._arguments(field, call),
        )
        metadata: Any = strawberry_field(field.definition).metadata or {}
        selection = self._selections.text(field.nodes) if METADATA_KEY in metadata else None
        if selection is not None and not field.definition.args:
            selection = f"{parent.name}.{field.nodes[0].name.value} {selection}"
            return self._encoded_lines(field, variable, value, selection, metadata[METADATA_KEY])
        complete = field.position.complete
        if call.is_async:
            return [f"{variable} = None", f"late = run.defer({value}, {field.name!r}, {complete}, late)"]
        lines = [f"{variable} = {value}"]
        conditions = [f"{variable} is not None"] if field.position.is_nullable else []
        otherwise = "if"
        test, fast = (text.format(v=variable) for text in (field.position.test, field.position.fast))
        if test and fast == variable:
            conditions.insert(0, f"not ({test})")
        elif test:
            lines += [f"if {test}:", f"    {variable} = {fast}"]
            otherwise = "elif"
        lines.append(f"{otherwise} {' and '.join(conditions) or 'True'}:")
        return [*lines, f"    {variable}, late = run.other({variable}, {field.name!r}, {complete}, late)"]

    def _encoded_lines(
        self, field: _Field, variable: str, value: str, selection: str, key: Callable[[Any], Any]
    ) -> list[str]:
        encoded = EncodedField(self._registry.encoded, selection, key)
        self._encoded.append((encoded, field.position.complete))
        name = self._source.object(encoded, "encoded")
        return [
            f"key = {name}.key(o)",
            f"{variable} = {name}.get(key)",
            f"if {variable} is None:",
            f"    late = run.encode({value}, {field.name!r}, {name}, key, late)",
        ]

    def _info(self, parent: GraphQLObjectType, field: _Field, call: Call) -> str:
        if not call.takes_info and not call.takes_raw_info:
            return ""
        definition = strawberry_field(field.definition)
        spec = InfoSpec(field.definition, field.nodes, parent, definition, is_raw=call.takes_raw_info)
        self.infos.append(spec)
        return f"infos[{len(self.infos) - 1}]"

    def _arguments(self, field: _Field, call: Call) -> str:
        """Return the expression of a field's arguments: an object, or an entry of the run's list."""
        converter, is_converted = self._registry.converter, not call.takes_raw_info
        arguments = arguments_of(field.definition, field.nodes[0], converter, is_converted=is_converted)
        if arguments is None:
            return ""
        if isinstance(arguments, Constants) and arguments.are_shared:
            return self._source.object(arguments.values(), "arguments")
        self.arguments.append(arguments)
        return f"run.arguments[{len(self.arguments) - 1}]"
