"""A subclass of ``strawberry.Schema`` that leaves the logging of errors to the server.

strawberry logs the message of every error, which may contain user input such as a password or a learner's name. The
server decides which errors to log, and never logs values.
"""

from collections.abc import Iterable

import strawberry
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from schema.inputs.conversion import prepare_conversion


class Schema(strawberry.Schema):
    """A ``strawberry.Schema`` that logs no errors and exposes the underlying graphql-core schema.

    The server executes the graphql-core schema directly, which bypasses strawberry's schema extensions, so the
    constructor does not accept any.
    """

    def __init__(
        self,
        query: type,
        mutation: type | None = None,
        subscription: type | None = None,
        *,
        description: str | None = None,
        types: Iterable[type] = (),
        config: StrawberryConfig | None = None,
    ) -> None:
        super().__init__(query, mutation, subscription, types=types, config=config)
        self.graphql_schema.description = description  # strawberry's constructor takes none
        # strawberry's own check of @oneOf inputs reports no path, so enable graphql-core's, which does.
        for graphql_type in self.graphql_schema.type_map.values():
            if isinstance(graphql_type, GraphQLInputObjectType):
                graphql_type.is_one_of = graphql_type.extensions["strawberry-definition"].is_one_of
                prepare_conversion(graphql_type, self.schema_converter)

    @property
    def graphql_schema(self) -> GraphQLSchema:
        """Return the graphql-core schema that strawberry keeps in a private attribute."""
        return self._schema

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Do nothing, where ``strawberry.Schema`` would log the errors (see the module docstring)."""
