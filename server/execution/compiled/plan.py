"""A compiled operation, for certain values of the variables in ``@skip`` and ``@include``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    OperationDefinitionNode,
)
from graphql.execution import VariableValues
from graphql.pyutils import Path
from strawberry.types.info import Info

from server.execution.compiled.calls import Arguments, Constants, arguments_of, call_of, strawberry_field
from server.execution.compiled.infos import InfoSpec
from server.execution.compiled.objects import Objects
from server.execution.compiled.positions import Positions
from server.execution.compiled.reasons import NotCompiledError, Reason
from server.execution.compiled.registry import Registry
from server.execution.compiled.run import Run
from server.execution.compiled.selections import Selections
from server.execution.compiled.source import Source
from server.execution.compiled.turns import Turn
from server.execution.compiled.types import Complete


@dataclass(slots=True)
class RootField:
    """A root field: how it is resolved, and the function that completes its value."""

    name: str
    field: GraphQLField
    info: InfoSpec
    path: Path
    arguments: Arguments | Constants | None
    """None if the field takes none."""
    function: Callable[..., Any] | None
    """The resolver itself, if it takes nothing but the arguments and ``Info``; None: it is left to ``field.resolve``."""
    complete: Complete

    def resolve(self, run: Run, arguments: dict[str, Any]) -> Any:
        """Return what the resolver returns, which may be awaitable, or raise what it raises."""
        info = self.info.raw(run, self.path)
        if self.function is None:
            resolve: Any = self.field.resolve
            return resolve(run.root_value, info, **arguments)
        resolver = self.info.definition.base_resolver
        if resolver is None or resolver.info_parameter is None:
            return self.function(**arguments)
        return self.function(**{resolver.info_parameter.name: Info(info, self.info.definition)}, **arguments)


@dataclass(slots=True)
class Plan:
    """A compiled operation."""

    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    registry: Registry
    names: tuple[str, ...]
    """The names of all root fields in the response, in its order."""
    typenames: dict[str, str]
    """The root fields that ask for ``__typename``, with the answer."""
    roots: list[RootField]
    infos: list[InfoSpec]
    arguments: list[Arguments | Constants]
    source: str
    """The generated source, for people."""

    def run(self, variables: VariableValues, context: Any, root_value: Any, turn: Turn | None = None) -> Run:
        """Return the state of a new run. Raises NotCompiledError if an argument below the root is invalid."""
        run = Run(self.registry.schema, self.operation, self.fragments, variables, context, root_value, turn)
        try:
            run.arguments = [arguments.values(variables, self.registry.converter) for arguments in self.arguments]
        except Exception:
            raise NotCompiledError(Reason.ARGUMENTS) from None
        run.infos = [spec.make(run) for spec in self.infos]
        return run

    def root_arguments(self, variables: VariableValues) -> list[dict[str, Any]]:
        """Return the arguments of the root fields. Raises NotCompiledError if one is invalid."""
        try:
            return [
                {} if root.arguments is None else root.arguments.values(variables, self.registry.converter)
                for root in self.roots
            ]
        except Exception:
            raise NotCompiledError(Reason.ARGUMENTS) from None


def compile_plan(
    registry: Registry,
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
    variables: VariableValues,
) -> Plan:
    """Compile an operation; ``variables`` count only where directives use them. Raises NotCompiledError."""
    root_type = registry.schema.get_root_type(operation.operation)
    if root_type is None:
        raise NotCompiledError(Reason.UNSUPPORTED)
    source = Source()
    selections = Selections(registry.schema, operation, fragments, variables)
    objects = Objects(source, registry, selections)
    grouped = selections.of_root(root_type)
    typenames, roots = _root_fields(registry, root_type, grouped, objects.positions)
    load = source.load()
    objects.link(load)
    for root, complete in roots:
        root.complete = load(complete)
    return Plan(
        operation=operation,
        fragments=fragments,
        registry=registry,
        names=tuple(grouped),
        typenames=typenames,
        roots=[root for root, _ in roots],
        infos=objects.infos,
        arguments=objects.arguments,
        source=source.text,
    )


def _root_fields(
    registry: Registry, root_type: GraphQLObjectType, grouped: Mapping[str, list[FieldNode]], positions: Positions
) -> tuple[dict[str, str], list[tuple[RootField, str]]]:
    """Return the answers of the root fields ``__typename``, and the others, each with the name of its function."""
    typenames: dict[str, str] = {}
    roots: list[tuple[RootField, str]] = []
    for name, nodes in grouped.items():
        field_name = nodes[0].name.value
        if field_name == "__typename":
            typenames[name] = root_type.name
        elif field_name.startswith("__"):
            raise NotCompiledError(Reason.INTROSPECTION)
        else:
            field = root_type.fields[field_name]
            complete = positions.position(field.type, nodes).complete
            roots.append((_root_field(registry, name, field, nodes, root_type), complete))
    return typenames, roots


def _root_field(
    registry: Registry, name: str, field: GraphQLField, nodes: list[FieldNode], root_type: GraphQLObjectType
) -> RootField:
    info = InfoSpec(field, nodes, root_type, strawberry_field(field), is_raw=True)
    function = _function_of_root(field)
    arguments = arguments_of(field, nodes[0], registry.converter, is_converted=function is not None)
    return RootField(name, field, info, Path(None, name, root_type.name), arguments, function, _not_linked)


def _function_of_root(field: GraphQLField) -> Callable[..., Any] | None:
    """Return the resolver of a root field if strawberry would only call it. A subscription's has made its events."""
    call, resolver = call_of(field, has_arguments=True), strawberry_field(field).base_resolver
    if call.takes_raw_info or resolver is None or strawberry_field(field).is_subscription:
        return None
    takes_row = resolver.self_parameter or resolver.parent_parameter or resolver.root_parameter
    return None if takes_row else call.function


def _not_linked(_value: Any, _run: Run) -> Any:
    raise AssertionError
