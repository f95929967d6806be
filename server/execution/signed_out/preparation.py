"""Preparation of operations without a session: what is judged, checked and charged before one is executed."""

from functools import partial

from graphql import GraphQLSchema
from graphql.execution import VariableValues

from server.execution.budgets import Budgets
from server.execution.clients import ClientKey
from server.execution.cost.request_prices import INVALID_VALUE_PRICE
from server.execution.document_checks import CheckedOperation
from server.execution.preparation import NO_VARIABLES, Prepared
from server.execution.signed_out.allowed_fields import AllowedFields
from server.execution.signed_out.documents import SignedOutDocuments
from server.execution.variables import coerce_variables, count_values
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from server.protocol.signed_out_errors import incorrect_request

MAX_VALUES = 200
"""The most values in variables; signing in takes a few."""


class SignedOutPreparation:
    """Prepares the operations of clients that are not signed in. Each step is charged before it is done."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, budgets: Budgets, allowed: AllowedFields) -> None:
        self._schema = schema
        self._limits = limits
        self._budgets = budgets
        self._documents = SignedOutDocuments(schema, limits, allowed)

    def prepare(self, query: str, request: Request, client: ClientKey) -> Prepared:
        """Prepare the operation of a request, whose document is ``query``.

        Raises GraphQLRequestError, whose message tells nothing about the schema.
        """
        judged = self._documents.judge(query, request.operation_name, client, partial(self._budgets.spend, client))
        values = self._coerce_variables(judged.operation, request, client)
        cost = judged.operation.cost.evaluate(values.coerced)
        if cost > self._limits.max_cost:
            raise incorrect_request()
        return Prepared(judged.document, judged.operation, values, self._budgets.spend(client, cost))

    def _coerce_variables(self, operation: CheckedOperation, request: Request, client: ClientKey) -> VariableValues:
        if not operation.definition.variable_definitions:
            return NO_VARIABLES
        total = count_values(request.variables).total
        if total > MAX_VALUES:
            raise incorrect_request()
        self._budgets.spend(client, total * INVALID_VALUE_PRICE)
        try:
            return coerce_variables(self._schema, operation.definition, request.variables)
        except GraphQLRequestError:
            raise incorrect_request() from None
