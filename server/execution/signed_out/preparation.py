"""Preparation of operations without a session: what is judged, checked and charged before one is executed."""

from functools import partial

from graphql import GraphQLSchema
from graphql.execution import VariableValues

from server.execution.budgets import Budgets
from server.execution.clients import ClientKey
from server.execution.cost.request_prices import INVALID_VALUE_PRICE
from server.execution.documents.variables import coerce_variables, count_values
from server.execution.preparation import NO_VARIABLES, Prepared
from server.execution.signed_out.allowed_fields import AllowedFields
from server.execution.signed_out.documents import JudgedOperation, OpenOperation, SignedOutDocuments
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

        What is wrong with the selections of a session is only told to those who sign in. So the operation is prepared and
        charged without them; if they are correct it is executed with them, and charged for more when it has been.
        Raises GraphQLRequestError, whose message tells nothing about the schema.
        """
        judged = self._documents.judge(query, request.operation_name, client, partial(self._budgets.spend, client))
        self._charge_values(judged, request, client)
        reduced = self._coerced(judged.reduced, request)
        if reduced is None:
            raise incorrect_request()
        (document, operation), values, cost = reduced
        charge = self._budgets.spend(client, cost)
        if not judged.hides_sessions:
            return Prepared(document, operation, values, charge)
        whole = None if judged.whole is None else self._coerced(judged.whole, request)
        if whole is None:
            return Prepared(document, operation, values, charge, lacks_session=True)
        (document, operation), values, _ = whole
        return Prepared(document, operation, values, charge)

    def _charge_values(self, judged: JudgedOperation, request: Request, client: ClientKey) -> None:
        total = count_values(request.variables).total
        if total > MAX_VALUES:
            raise incorrect_request()
        self._budgets.spend(client, total * INVALID_VALUE_PRICE * (2 if judged.hides_sessions else 1))

    def _coerced(self, judged: OpenOperation, request: Request) -> tuple[OpenOperation, VariableValues, int] | None:
        """Return an operation with its coerced variables and its cost, or None if they are not correct."""
        values = NO_VARIABLES
        if judged.operation.definition.variable_definitions:
            try:
                values = coerce_variables(self._schema, judged.operation.definition, request.variables)
            except GraphQLRequestError:
                return None
        cost = judged.operation.cost.evaluate(values.coerced)
        return None if cost > self._limits.max_cost else (judged, values, cost)
