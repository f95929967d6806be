"""The limits of a document that are checked before validation, each with its name for clients."""

from collections.abc import Iterator
from typing import NamedTuple

from graphql import DocumentNode, GraphQLError

from server.execution.cost.document_measures import DocumentMeasures
from server.execution.cost.overlapping_fields import repeated_fields
from server.execution.cost.selection_measures import Measures
from server.limits import Limits
from server.protocol.request_errors import limit_exceeded


class _Figure(NamedTuple):
    limit: str
    measured: str
    asked: int
    allowed: int


def exceeded_limits(document: DocumentNode, measures: DocumentMeasures, limits: Limits) -> list[GraphQLError]:
    """Return one error for each exceeded limit, with the largest figure of all operations.

    The document must have no fragment cycles.
    """
    largest: dict[str, _Figure] = {}
    for figure in _figures(document, measures, limits):
        previous = largest.get(figure.limit)
        if figure.asked > (previous.asked if previous else figure.allowed):
            largest[figure.limit] = figure
    return [limit_exceeded(*figure) for figure in largest.values()]


def _figures(document: DocumentNode, measures: DocumentMeasures, limits: Limits) -> Iterator[_Figure]:
    selections = measures.selections
    yield _Figure("selections", "The document's selections", selections, limits.max_selections)
    if selections <= limits.max_selections:
        repeated = repeated_fields(document)
        measured = "The document's fields that merge with another"
        yield _Figure("repeatedFields", measured, repeated, limits.max_repeated)
    for _, own in measures.operations:
        yield from _operation_figures(own, limits)


def _operation_figures(measures: Measures, limits: Limits) -> Iterator[_Figure]:
    yield _Figure("depth", "The operation's levels of fields", measures.depth, limits.max_depth)
    yield _Figure("aliases", "The operation's aliases", measures.aliases, limits.max_aliases)
    yield _Figure("directives", "The operation's directives", measures.directives, limits.max_directives)
    fields = "The operation's fields on the first level"
    yield _Figure("rootFields", fields, measures.fields, limits.max_root_fields)
    yield _Figure("listEntries", "The entries of a list", measures.longest_list, limits.max_list_entries)
