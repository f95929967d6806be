"""What an operation selects below a field, so that a resolver reads just the columns and rows that are needed.

What a selection set needs depends on the document alone. It is therefore worked out once for each field node, and kept
with the node for as long as the document lives. Only whether rows are counted depends on the variables.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution import VariableValues, get_argument_values
from strawberry.utils.str_converters import to_camel_case
from tortoise import Model

from schema.context import Info
from services.row_selection import RowSelection, SelectionBuilder

Path = tuple[str, ...]
Fragments = Mapping[str, FragmentDefinitionNode]

ROW: tuple[Path, ...] = ((),)
"""The path from a field to its row, if it returns the row itself."""
CONNECTION: tuple[Path, ...] = (("nodes",), ("edges", "node"))
"""The paths from a connection to its rows."""

_EXCLUDED_IF: Mapping[str, bool] = MappingProxyType({"skip": True, "include": False})

ROW_TYPES: dict[type[Model], Any] = {}
"""The GraphQL type of each model's rows, as its class names the model (see ``schema.declaration.relay.Node``)."""


class _Variables(Mapping[str, Any]):
    """The values of variables, and whether any of them has been asked for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.are_used = False

    def __getitem__(self, name: str) -> Any:
        self.are_used = True
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        self.are_used = True
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, slots=True)
class FieldNeeds:
    """What a field reads of its row: paths of columns, and the relation that it returns, if it is an edge."""

    paths: Sequence[str]
    relation: str | None


def selected_row(info: Info, model: type[Model], paths: Sequence[Path] = ROW, *, also: Path = ()) -> RowSelection[Any]:
    """Return what is selected of a model's rows below the current field, with the rows that they refer to.

    ``paths`` lead from the field to the rows, and ``also`` names columns that the resolver itself needs. Directives are
    ignored, so the result may include columns of fields that ``@skip`` or ``@include`` exclude.
    """
    nodes, fragments = info._raw_info.field_nodes, info._raw_info.fragments
    key = (model, paths, also, tuple(map(id, nodes)))
    known: dict[Any, RowSelection[Any]] = vars(nodes[0]).setdefault("row_selections", {})
    if key not in known:
        builder = SelectionBuilder(model)
        builder.add(also)
        for path in paths:
            selection_sets = [node.selection_set for node in nodes if node.selection_set]
            for name in path:
                selection_sets = [
                    node.selection_set
                    for node in _fields(selection_sets, fragments)
                    if node.name.value == name and node.selection_set
                ]
            _add_needs(builder, selection_sets, fragments)
        known[key] = builder.build()
    return known[key]


@cache
def shown_columns(model: type[Model]) -> RowSelection[Any]:
    """Return the selection of all columns that the GraphQL type of a model's rows shows, without what it refers to."""
    builder = SelectionBuilder(model)
    for field in field_needs(ROW_TYPES[model]).values():
        builder.add(path for path in field.paths if "." not in path)
    return builder.build()


def selects_total_count(info: Info) -> bool:
    """Return whether a connection's ``totalCount`` is selected, which requires counting its rows."""
    raw = info._raw_info
    selection_sets = [node.selection_set for node in raw.field_nodes if node.selection_set]
    selected = _fields(selection_sets, raw.fragments, variables=info.variable_values)
    return any(node.name.value == "totalCount" for node in selected)


def field_below(info: Info, type_name: str, name: str) -> tuple[Info, dict[str, Any]] | None:
    """Return the ``Info`` and the arguments of a field of the object that the current field returns.

    Return None if it is not selected, or under several names, or if its arguments are not valid. What does not depend on
    variables is kept with the node.
    """
    raw = info._raw_info
    known: dict[Any, tuple[list[FieldNode], dict[str, Any]]] = vars(raw.field_nodes[0]).setdefault("below", {})
    key = (type_name, name, tuple(map(id, raw.field_nodes)))
    found = known.get(key)
    if found is None:
        variables = _Variables(info.variable_values)
        found = _find_below(raw, type_name, name, variables)
        if found is None:
            return None
        if not variables.are_used:
            known[key] = found
    return strawberry.Info(raw._replace(field_nodes=found[0]), info._field), found[1]


def _find_below(raw: Any, type_name: str, name: str, variables: Any) -> tuple[list[FieldNode], dict[str, Any]] | None:
    """Return the nodes and arguments for ``field_below``."""
    selection_sets = [node.selection_set for node in raw.field_nodes if node.selection_set]
    selected = _fields(selection_sets, raw.fragments, variables=variables)
    nodes = [node for node in selected if node.name.value == name]
    if len({(node.alias or node.name).value for node in nodes}) != 1:
        return None
    field = raw.schema.type_map[type_name].fields[name]
    try:
        return nodes, get_argument_values(field, nodes[0], VariableValues({}, variables))
    except GraphQLError:
        return None


def _add_needs(builder: SelectionBuilder, selection_sets: Sequence[SelectionSetNode], fragments: Fragments) -> None:
    """Add the needs of all fields of some selection sets, and of those below the edges among them."""
    definition = ROW_TYPES[builder.model].__strawberry_definition__
    types = {definition.name, *(interface.name for interface in definition.interfaces)}
    needs = field_needs(ROW_TYPES[builder.model])
    for node in _fields(selection_sets, fragments, types=types):
        if field := needs.get(node.name.value):  # __typename needs nothing
            builder.add(field.paths)
            if field.relation and node.selection_set:
                _add_needs(builder.join(field.relation), [node.selection_set], fragments)


@cache
def field_needs(row_type: Any) -> Mapping[str, FieldNeeds]:
    """Return what the fields of a GraphQL type need, by their names. Without a resolver, it is the attribute itself."""
    return {
        field.graphql_name or to_camel_case(field.python_name): FieldNeeds(
            field.metadata.get("needs", () if field.base_resolver else (field.python_name,)),
            field.metadata.get("relation"),
        )
        for field in row_type.__strawberry_definition__.fields
    }


def _fields(
    selection_sets: Sequence[SelectionSetNode],
    fragments: Fragments,
    *,
    types: Iterable[str] | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Iterator[FieldNode]:
    """Yield the fields of some selection sets, those in fragments included.

    With ``types``, yield only those in fragments on them, and with ``variables``, none that directives exclude.
    """
    pending, visited = list(selection_sets), set[str]()
    while pending:
        for selection in pending.pop().selections:
            if variables is not None and _is_excluded(selection, variables):
                continue
            if isinstance(selection, FieldNode):
                yield selection
                continue
            fragment: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in visited:
                    continue
                visited.add(selection.name.value)
                fragment = fragments[selection.name.value]
            assert isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode)
            condition = fragment.type_condition
            if condition is None or types is None or condition.name.value in types:
                pending.append(fragment.selection_set)


def _is_excluded(selection: SelectionNode, variables: Mapping[str, Any]) -> bool:
    """Return whether ``@skip`` or ``@include`` excludes a selection. Null, an error, does not."""
    for directive in selection.directives or ():
        if directive.name.value in _EXCLUDED_IF:
            (argument,) = directive.arguments or ()
            value: Any = argument.value
            condition = variables.get(value.name.value) if isinstance(value, VariableNode) else value.value
            if condition is _EXCLUDED_IF[directive.name.value]:
                return True
    return False
