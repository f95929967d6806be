"""The documents of clients without a session: what each may execute, and a small cache of those that sign in."""

from dataclasses import replace
from typing import NamedTuple

from graphql import DocumentNode, GraphQLSchema

from server.execution.clients import ClientKey
from server.execution.cost.request_prices import document_price
from server.execution.documents.checks import CheckedOperation, DocumentChecker, Pay
from server.execution.documents.fair_cache import FairCache
from server.execution.documents.operation_selection import operations_of, select_operation
from server.execution.signed_out.allowed_fields import AllowedFields
from server.execution.signed_out.judgement import judge
from server.limits import Limits
from server.protocol.error_codes import Code
from server.protocol.request_errors import GraphQLRequestError
from server.protocol.signed_out_errors import incorrect_request, sign_in_first

_CACHED_LENGTH = 40_000
"""The length of all cached documents in characters: those of a few clients that sign in."""


class OpenOperation(NamedTuple):
    """An operation that is open without a session, with what is left of its document."""

    document: DocumentNode
    operation: CheckedOperation


class JudgedOperation(NamedTuple):
    """An operation that is open without a session, as it is validated for strangers and as it may be executed."""

    reduced: OpenOperation
    """Without the selections of sessions."""
    hides_sessions: bool
    """Whether selections of sessions have been left out."""
    whole: OpenOperation | None
    """With them; None if they are not correct, which only those may learn who sign in."""


class SignedOutDocuments:
    """Judges the documents of clients without a session, and checks those that are open to them."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, allowed: AllowedFields) -> None:
        self._checker = DocumentChecker(schema, _document_limits(limits), only_one_error=True)
        self._max_length = limits.signed_out_document_bytes
        self._allowed = allowed
        self._judged: FairCache[tuple[str, str | None], JudgedOperation] = FairCache(_CACHED_LENGTH)

    def judge(self, text: str, name: str | None, client: ClientKey, pay: Pay) -> JudgedOperation:
        """Return the operation of a document that is to be executed; the client pays for it unless it is cached.

        Raises GraphQLRequestError: UNAUTHENTICATED if the document is too long or any of the operation's root fields
        needs a session, otherwise the fixed sentence if it is not correct.
        """
        if len(text) > self._max_length or len(text.encode(errors="replace")) > self._max_length:
            raise sign_in_first()
        judged = self._judged.get((text, name), client)
        if judged is None:
            pay(document_price(len(text)))
            judged = self._judge(text, name, pay)
            self._judged.put((text, name), judged, len(text), client)
        return judged

    def _judge(self, text: str, name: str | None, pay: Pay) -> JudgedOperation:
        try:
            document = self._checker.parse(text)
        except GraphQLRequestError:
            raise incorrect_request(Code.GRAPHQL_PARSE_FAILED) from None
        operations = operations_of(document)
        if not operations:
            raise incorrect_request()
        operation = select_operation(operations, name)
        reduced = judge(document, operation, self._allowed, hide_sessions=True)
        checked = self._check(reduced.document, pay)
        if checked is None:
            raise incorrect_request()
        if not reduced.hides_sessions:
            return JudgedOperation(checked, hides_sessions=False, whole=checked)
        whole = judge(document, operation, self._allowed, hide_sessions=False)
        return JudgedOperation(checked, hides_sessions=True, whole=self._check(whole.document, pay))

    def _check(self, document: DocumentNode, pay: Pay) -> OpenOperation | None:
        """Return the only operation of a document, or None if it is not correct."""
        try:
            measured = self._checker.measure(document)
            pay(measured.validation_price)
            (operation,) = self._checker.validate(measured).operations.values()
        except GraphQLRequestError as error:
            if error.retry_after is not None:
                raise
            return None
        return OpenOperation(document, operation)


def _document_limits(limits: Limits) -> Limits:
    """Return the limits on documents that sign in, of which the longest take a fraction of these."""
    return replace(
        limits,
        max_tokens=min(limits.max_tokens, 600),
        max_selections=min(limits.max_selections, 200),
        max_repeated=min(limits.max_repeated, 20),
    )
