"""A small schema with prices, and the measurement of documents against it."""

from graphql import build_schema, parse

from schema.declaration.costs import LIST_SIZES
from server.execution.cost.document_measures import measure
from server.execution.cost.pricing import Pricing
from server.execution.cost.selection_measures import Measures

SCHEMA = build_schema("""
type Query {
  hello: String!
  thing: Thing!
  things(first: Int, after: String, last: Int): ThingConnection!
  some: [Thing!]!
  nodes(ids: [ID!]!): [Thing]!
}
type Mutation { write: Thing! }
type Thing { name: String, words: [String!]!, thing: Thing!, some: [Thing!]!, things(first: Int, last: Int): ThingConnection! }
type ThingConnection { totalCount: Int!, nodes: [Thing!]!, edges: [ThingEdge!]! }
type ThingEdge { cursor: String!, node: Thing! }
""")
PRICING = Pricing(
    SCHEMA, prices={"Mutation": 50, "Thing.words": 3}, list_sizes={**LIST_SIZES, "Thing": 4, "Query.some": 7}
)


def measure_operation(text: str) -> Measures:
    """Measure a document with a single operation."""
    ((_, measures),) = measure(parse(text), PRICING).operations
    return measures
