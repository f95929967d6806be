"""The document limits that are checked before validation."""

from collections.abc import Iterator
from typing import NamedTuple

from graphql import GraphQLError

from server.execution.cost.document_measures import DocumentMeasures
from server.execution.cost.selection_measures import Measures
from server.limits import Limits
from server.protocol.request_errors import limit_exceeded


class _Figure(NamedTuple):
    limit: str
    subject: str
    actual: int
    allowed: int


def exceeded_limits(measures: DocumentMeasures, repeated: int, limits: Limits) -> list[GraphQLError]:
    """Return an error for each exceeded limit, with the largest figure among the operations.

    ``repeated`` is the number of fields that merge with another.
    """
    largest: dict[str, _Figure] = {}
    for figure in _figures(measures, repeated, limits):
        previous = largest.get(figure.limit)
        if figure.actual > (previous.actual if previous else figure.allowed):
            largest[figure.limit] = figure
    return [limit_exceeded(*figure) for figure in largest.values()]


def _figures(measures: DocumentMeasures, repeated: int, limits: Limits) -> Iterator[_Figure]:
    yield _Figure("selections", "The document's selections", measures.selections, limits.max_selections)
    yield _Figure("repeatedFields", "The document's fields that merge with another", repeated, limits.max_repeated)
    for _, operation_measures in measures.operations:
        yield from _operation_figures(operation_measures, limits)


def _operation_figures(measures: Measures, limits: Limits) -> Iterator[_Figure]:
    yield _Figure("depth", "The operation's levels of fields", measures.depth, limits.max_depth)
    yield _Figure("aliases", "The operation's aliases", measures.aliases, limits.max_aliases)
    yield _Figure("directives", "The operation's directives", measures.directives, limits.max_directives)
    subject = "The operation's fields on the first level"
    yield _Figure("rootFields", subject, measures.fields, limits.max_root_fields)
    yield _Figure("listEntries", "The entries of a list", measures.longest_list, limits.max_list_entries)
