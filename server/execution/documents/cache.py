"""A cache of documents that have been parsed, measured, checked against the limits and validated."""

import asyncio
from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from weakref import WeakValueDictionary

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from server.execution.compiled.inputs import OperationVariables
from server.execution.compiled.operation import CompiledOperation
from server.execution.compiled.reasons import NotCompiledError
from server.execution.compiled.registry import Registry
from server.execution.cost.request_prices import document_price
from server.execution.documents.checks import (
    CheckedDocument,
    CheckedOperation,
    DocumentChecker,
    MeasuredDocument,
    Pay,
)
from server.execution.documents.fair_cache import FairCache
from server.limits import Limits
from services.kernel.computing import compute

_SOURCE_PER_CHARACTER = 40
"""How many characters of the source of compiled operations take as much memory as one of a document."""


class DocumentCache:
    """Checks documents against a schema and caches valid ones, so that no client pushes out those of all others.

    ``max_length`` limits the total length of the cached documents in characters, because the memory taken by a parsed
    document can be 300 times the size of its text. Documents longer than a tenth of ``max_length`` are not cached.

    Operations are compiled when they are first executed, if there is a ``registry`` for that, and evicted with their
    document. They count as the length of text that would take as much memory.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits | None = None,
        registry: Registry | None = None,
        *,
        max_length: int = 200_000,
    ) -> None:
        self._schema = schema
        self._registry = registry
        self._checker = DocumentChecker(schema, limits or Limits())
        self._max_length = max_length
        self._documents: FairCache[str, CheckedDocument] = FairCache(max_length)
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()
        """A lock for each client that has a document checked."""

    def __contains__(self, text: str) -> bool:
        """Return whether a document is cached, which makes checking it free."""
        return text in self._documents

    @property
    def length(self) -> int:
        """Return the length of the cached documents, their compiled operations included."""
        return self._documents.length

    def check(self, text: str, client: Hashable = None, pay: Pay = lambda _: None) -> CheckedDocument:
        """Return the checked document of a client, who pays for it unless it is cached.

        Raises GraphQLRequestError with all of its errors.
        """
        checked = self._documents.get(text, client)
        if checked is None:
            pay(document_price(len(text)))
            measured = self._measure(text)
            pay(measured.validation_price)
            checked = self._store(text, self._validate(text, measured), client)
        return checked

    async def load(self, text: str, client: Hashable, pay: Pay) -> CheckedDocument:
        """Do the same as ``check``, but beside the event loop unless the document is cached.

        A client has one document checked at a time, so that others only wait for one of each other client. The check
        goes on if its request is cancelled, since it could not be stopped.
        """
        checked = self._documents.get(text, client)
        if checked is not None:
            return checked
        pay(document_price(len(text)))
        task = asyncio.ensure_future(self._load(text, client, pay))
        try:
            return await asyncio.shield(task)
        finally:
            task.add_done_callback(_retrieve)

    async def _load(self, text: str, client: Hashable, pay: Pay) -> CheckedDocument:
        lock = self._turns.get(client)
        if lock is None:
            lock = self._turns[client] = asyncio.Lock()
        async with lock:
            checked = self._documents.get(text, client)  # another request may have checked it meanwhile
            if checked is None:
                measured = await compute(self._measure, text)
                pay(measured.validation_price)
                checked = self._store(text, await compute(self._validate, text, measured), client)
            return checked

    def _measure(self, text: str) -> MeasuredDocument:
        return self._checker.measure(self._checker.parse(text))

    def _validate(self, text: str, measured: MeasuredDocument) -> CheckedDocument:
        checked = self._checker.validate(measured)
        operations = {
            name: self._completed(text, checked.document, operation) for name, operation in checked.operations.items()
        }
        return replace(checked, operations=operations)

    def _store(self, text: str, checked: CheckedDocument, client: Hashable) -> CheckedDocument:
        if self._is_cacheable(text):
            self._documents.put(text, checked, len(text), client)
        return checked

    def _completed(self, text: str, document: DocumentNode, operation: CheckedOperation) -> CheckedOperation:
        """Return an operation with what the compiled executor needs."""
        return replace(
            operation,
            compiled=self._compiled(text, document, operation.definition),
            variables=self._variables(operation.definition),
        )

    def _compiled(
        self, text: str, document: DocumentNode, definition: OperationDefinitionNode
    ) -> CompiledOperation | None:
        if self._registry is None or not self._is_cacheable(text):
            return None
        return CompiledOperation(self._registry, document, definition, partial(self._count_compiled, text))

    def _variables(self, definition: OperationDefinitionNode) -> OperationVariables | None:
        if self._registry is None:
            return None
        try:
            return OperationVariables(self._schema, definition, self._registry.inputs)
        except NotCompiledError:
            return None

    def _is_cacheable(self, text: str) -> bool:
        return len(text) <= self._max_length // 10

    def _count_compiled(self, text: str, compiled_length: int) -> None:
        self._documents.add_length(text, compiled_length // _SOURCE_PER_CHARACTER)


def _retrieve(task: asyncio.Task[CheckedDocument]) -> None:
    """Take note of the error of a check whose request was cancelled, which nobody else does."""
    if not task.cancelled():
        task.exception()
