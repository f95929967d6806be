"""The ``Info`` of fields: graphql-core's for root fields, and one for all rows of each field below them."""

from functools import cached_property
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info


class InfoSpec:
    """What the ``Info`` of a field node consists of, apart from the run of the operation."""

    __slots__ = ("definition", "field", "is_raw", "nodes", "parent")

    def __init__(
        self,
        field: GraphQLField,
        nodes: list[FieldNode],
        parent: GraphQLObjectType,
        definition: StrawberryField,
        *,
        is_raw: bool,
    ) -> None:
        self.field = field
        self.nodes = nodes
        self.parent = parent
        self.definition = definition
        self.is_raw = is_raw

    def make(self, run: Any) -> Any:
        """Return the ``Info`` for a run: strawberry's, or that of graphql-core if ``is_raw``."""
        return self.raw(run, None) if self.is_raw else SharedInfo(self, run)

    def raw(self, run: Any, path: Path | None) -> Any:
        """Return graphql-core's ``GraphQLResolveInfo`` as strawberry's executor makes it."""
        build: Any = StrawberryGraphQLCoreExecutionContext.build_resolve_info
        return build(run, self.field, self.nodes, self.parent, path)


class SharedInfo(Info[Any, Any]):
    """strawberry's ``Info`` of a field below the root, for all rows. ``path`` is None."""

    context: Any = None

    def __init__(self, spec: InfoSpec, run: Any) -> None:
        self._spec = spec
        self._run = run
        self._field = spec.definition
        self.context = run.context_value

    @cached_property
    def _raw_info(self) -> Any:  # type: ignore[override]
        return self._spec.raw(self._run, None)
