"""Which limits a document exceeds, each by name and with both figures."""

from collections.abc import Iterator

from graphql import DocumentNode, GraphQLError

from server.execution.cost.measure import Measuring
from server.execution.cost.measures import Measures
from server.execution.cost.overlap import repeated_fields
from server.limits import Limits
from server.protocol.request_errors import limit_exceeded


def exceeded(document: DocumentNode, measuring: Measuring, limits: Limits) -> list[GraphQLError]:
    """One error for each limit, with the largest figure of all operations. The document has no cycles."""
    worst: dict[str, tuple[int, int, str]] = {}
    for limit, asked, allowed, what in _figures(document, measuring, limits):
        if asked > max(allowed, worst.get(limit, (0,))[0]):
            worst[limit] = (asked, allowed, what)
    return [limit_exceeded(limit, what, asked, allowed) for limit, (asked, allowed, what) in worst.items()]


_Figure = tuple[str, int, int, str]


def _figures(document: DocumentNode, measuring: Measuring, limits: Limits) -> Iterator[_Figure]:
    selections = measuring.selections
    yield "selections", selections, limits.max_selections, "The document's selections"
    if selections <= limits.max_selections:
        repeated = repeated_fields(document)
        yield "repeatedFields", repeated, limits.max_repeated, "The document's fields that merge with another"
    for _, measures in measuring.operations:
        yield from _figures_of(measures, limits)


def _figures_of(measures: Measures, limits: Limits) -> Iterator[_Figure]:
    yield "depth", measures.depth, limits.max_depth, "The operation's levels of fields"
    yield "aliases", measures.aliases, limits.max_aliases, "The operation's aliases"
    yield "directives", measures.directives, limits.max_directives, "The operation's directives"
    yield "rootFields", measures.fields, limits.max_root_fields, "The operation's fields on the first level"
    yield "listEntries", measures.longest_list, limits.max_list_entries, "The entries of a list"
