"""The document limits that are checked before validation."""

from collections.abc import Iterator
from typing import NamedTuple

from graphql import DocumentNode, GraphQLError

from server.execution.cost.document_measures import DocumentMeasures
from server.execution.cost.overlapping_fields import count_repeated_fields
from server.execution.cost.selection_measures import Measures
from server.limits import Limits
from server.protocol.request_errors import limit_exceeded


class _Figure(NamedTuple):
    limit: str
    subject: str
    actual: int
    allowed: int


def exceeded_limits(document: DocumentNode, measures: DocumentMeasures, limits: Limits) -> list[GraphQLError]:
    """Return an error for each exceeded limit, with the largest figure among the operations.

    The document must not contain fragment cycles.
    """
    largest: dict[str, _Figure] = {}
    for figure in _figures(document, measures, limits):
        previous = largest.get(figure.limit)
        if figure.actual > (previous.actual if previous else figure.allowed):
            largest[figure.limit] = figure
    return [limit_exceeded(*figure) for figure in largest.values()]


def _figures(document: DocumentNode, measures: DocumentMeasures, limits: Limits) -> Iterator[_Figure]:
    selections = measures.selections
    yield _Figure("selections", "The document's selections", selections, limits.max_selections)
    if selections <= limits.max_selections:
        subject = "The document's fields that merge with another"
        yield _Figure("repeatedFields", subject, count_repeated_fields(document), limits.max_repeated)
    for _, operation_measures in measures.operations:
        yield from _operation_figures(operation_measures, limits)


def _operation_figures(measures: Measures, limits: Limits) -> Iterator[_Figure]:
    yield _Figure("depth", "The operation's levels of fields", measures.depth, limits.max_depth)
    yield _Figure("aliases", "The operation's aliases", measures.aliases, limits.max_aliases)
    yield _Figure("directives", "The operation's directives", measures.directives, limits.max_directives)
    subject = "The operation's fields on the first level"
    yield _Figure("rootFields", subject, measures.fields, limits.max_root_fields)
    yield _Figure("listEntries", "The entries of a list", measures.longest_list, limits.max_list_entries)
