"""Preparation of members' operations: their documents, variables and costs."""

from functools import partial
from typing import Any, NamedTuple

from graphql import DocumentNode, GraphQLSchema
from graphql.execution import VariableValues

from schema.declaration.costs import LISTED_VALUE_PRICE, FormSizes
from server.execution.budgets import Budgets
from server.execution.clients import ClientKey
from server.execution.cost.request_prices import INVALID_VALUE_PRICE, VALUE_PRICE
from server.execution.documents.cache import DocumentCache
from server.execution.documents.checks import CheckedDocument, CheckedOperation
from server.execution.documents.operation_selection import select_operation
from server.execution.documents.variables import ValueCounts, check_size, coerce_variables, count_values
from server.execution.rate_limit import Charge
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded

NO_VARIABLES = VariableValues({}, {})


class Prepared(NamedTuple):
    """An operation with its coerced variables, whose cost has been charged."""

    document: DocumentNode
    operation: CheckedOperation
    values: VariableValues
    charge: Charge
    lacks_session: bool = False
    """Whether what the client selects of a session has been left out, because it is not correct."""


class Preparation:
    """Prepares the operations of members. Each step is charged before it is done."""

    def __init__(self, documents: DocumentCache, schema: GraphQLSchema, limits: Limits, budgets: Budgets) -> None:
        self._documents = documents
        self._schema = schema
        self._limits = limits
        self._budgets = budgets

    async def load(self, query: str, client: ClientKey) -> CheckedDocument:
        """Return the checked document of a request, which is paid for. Raises GraphQLRequestError."""
        return await self._documents.load(query, client, partial(self._budgets.spend, client))

    def prepare(
        self,
        query: str,
        request: Request,
        client: ClientKey,
        sizes: FormSizes,
        checked: CheckedDocument | None = None,
    ) -> Prepared:
        """Prepare the operation of a request, whose document is ``query``, checked or not.

        ``sizes`` are those of the organisation's forms. Raises GraphQLRequestError.
        """
        checked = checked or self._documents.check(query, client, partial(self._budgets.spend, client))
        operation = select_operation(checked.operations, request.operation_name)
        counts = count_values(request.variables)
        check_size(counts, self._limits)
        values = self._coerce_variables(operation, request.variables, counts, client)
        cost = self._compute_cost(operation, counts, values, sizes)
        return Prepared(checked.document, operation, values, self._budgets.spend(client, cost))

    def _coerce_variables(
        self, operation: CheckedOperation, variables: dict[str, Any], counts: ValueCounts, client: ClientKey
    ) -> VariableValues:
        """Return the coerced values of the variables. Raises GraphQLRequestError."""
        if not operation.definition.variable_definitions:
            return NO_VARIABLES
        self._budgets.spend(client, counts.total * VALUE_PRICE)
        if operation.variables is not None and (values := operation.variables.coerce(variables)) is not None:
            return values
        self._budgets.spend(client, counts.total * INVALID_VALUE_PRICE)
        return coerce_variables(self._schema, operation.definition, variables)

    def _compute_cost(
        self, operation: CheckedOperation, counts: ValueCounts, values: VariableValues, sizes: FormSizes
    ) -> int:
        """Return the operation's cost. Raises GraphQLRequestError if it exceeds the limit."""
        cost = operation.cost.evaluate(values.coerced, sizes)
        cost += operation.fields_with_variables * counts.listed * LISTED_VALUE_PRICE
        if cost > self._limits.max_cost:
            raise GraphQLRequestError([limit_exceeded("cost", "The operation's cost", cost, self._limits.max_cost)])
        return cost
