"""The costs of the application's schema: 100 complete trackers are affordable, and every list has a size."""

import pytest

from resolvers.schema_root import make_schema
from schema.declaration.costs import (
    LIST_SIZES,
    LISTED_VALUE_PRICE,
    PRICES,
    SEARCH_WORD_PRICES,
    SORT_KEY_PRICES,
)
from server.execution.cost.pricing import Pricing
from server.execution.executor import GraphQLExecutor
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.servers.sample_schema import ADA

EVERYTHING = """
query ($first: Int) {
  trackers(first: $first) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { ...Tracker } }
  }
}
fragment Person on Member { id name email kind roles active }
fragment Step on Transition { from to requiredFields commentRequired viewerCanTake }
fragment Form on FieldDefinition {
  key label help kind required requiredFor visibleWhen { field isOneOf }
  ... on TextField { multiline minLength maxLength format pattern }
  ... on IntegerField { minimum maximum }
  ... on DecimalField { minimum maximum places }
  ... on DateField { earliest { ...Bound } latest { ...Bound } }
  ... on BooleanField { default mustBeTrue }
  ... on ChoiceField { choices { value label validFrom validTo } multiple }
  ... on ReferenceField { target confirmedOnly }
  ... on FileField { accept maxBytes maxFiles }
}
fragment Bound on DateBound { date today field offsetDays }
fragment Value on FieldValue {
  key label display
  ... on TextValue { text }
  ... on IntegerValue { integer }
  ... on DecimalValue { decimal }
  ... on DateValue { date }
  ... on BooleanValue { boolean }
  ... on ChoiceValue { choices { value label } }
  ... on ReferenceValue { node { id ... on Member { ...Person } ... on Employer { name } ... on Programme { name } } }
  ... on FileValue { files { id name mediaType bytes url } }
}
fragment Tracker on Tracker {
  id number typeVersion status description dueDate createdAt updatedAt version url viewerCanEdit appliesOn
  type { id key name description category version archived viewerCanCreate learnerStatuses fields { ...Form } transitions { ...Step } }
  fields { ...Form }
  learner {
    id name title givenNames familyName uln reference programme { id name } subProgramme programmeStatus
    employer { id name confirmed } jobTitle weeklyHours workplacePostcode address { lines postcode } tutor { ...Person } groups
    learningAims { id reference aimType startDate plannedEndDate actualEndDate completionStatus outcome }
  }
  assignee { ...Person }
  createdBy { ...Person }
  values { ...Value }
  transitions { ...Step }
  proposedChanges { field label before after current conflict }
  comments(first: 10) { totalCount nodes { id author { ...Person } text createdAt } }
  history(first: 10) { totalCount nodes { id kind actor { ...Person } at version comment changes { path label before after } } }
}
"""


def test_a_page_of_a_hundred_complete_trackers_is_within_the_limit() -> None:
    executor = GraphQLExecutor(make_schema())
    cost_of_100, cost_of_1 = (
        executor.prepare(Request(EVERYTHING, {"first": first}), ADA).charge.requested for first in (100, 1)
    )
    assert cost_of_100 <= Limits().max_cost // 2
    assert cost_of_100 - cost_of_1 == 99 * (cost_of_1 - 10 - 10 - 5)


FILTER = "query ($ids: [ID!]) { trackers(filter: {learnerId: $ids}) { totalCount } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
VALUES = 'query ($ids: [FieldValueInput!]!) { validateTracker(input: {type: "JOB", values: $ids}) { code } }'


@pytest.mark.parametrize(("query", "entry"), [(FILTER, "x"), (NODES, "x"), (VALUES, {"key": "x"})])
def test_list_entries_of_filters_ids_and_values(query: str, entry: object) -> None:
    executor = GraphQLExecutor(make_schema())
    executor.prepare(Request(query, {"ids": [entry] * 1_000}), ADA)
    with pytest.raises(GraphQLRequestError) as raised:
        executor.prepare(Request(query, {"ids": [entry] * 1_001}), ADA)
    extensions = {"code": "LIMIT_EXCEEDED", "limit": "listEntries", "asked": 1_001, "allowed": 1_000}
    message = "The entries of a list: 1,001, where at most 1,000 are allowed"
    assert raised.value.formatted == {"errors": [{"message": message, "extensions": extensions}]}


ENTRY = {"key": "x", "value": {"text": "y"}}  # counts as four values, including the three inside it
QUERY_TEMPLATE = "query ($input: CreateTrackerInput!) {{ {} }}"
FIELD_TEMPLATE = "a{}: validateTracker(input: $input) {{ code }}"


def test_long_lists_are_charged_in_every_field_that_uses_them() -> None:
    executor = GraphQLExecutor(make_schema())

    def cost(field_count: int, entries: int) -> int:
        query = QUERY_TEMPLATE.format(" ".join(FIELD_TEMPLATE.format(number) for number in range(field_count)))
        variables = {"input": {"type": "JOB", "learnerId": "x", "values": [ENTRY] * entries}}
        return executor.prepare(Request(query, variables), ADA).charge.requested

    assert cost(3, 0) == 3 * cost(1, 0)
    assert cost(1, 1_000) - cost(1, 0) == 4 * 1_000 * LISTED_VALUE_PRICE
    assert cost(3, 100) - cost(3, 0) == 3 * 4 * 100 * LISTED_VALUE_PRICE
    with pytest.raises(GraphQLRequestError) as raised:
        cost(30, 1_000)
    requested_cost = cost(30, 0) + 30 * 4 * 1_000 * LISTED_VALUE_PRICE
    extensions = {"code": "LIMIT_EXCEEDED", "limit": "cost", "asked": requested_cost, "allowed": 1_000_000}
    message = f"The operation's cost: {requested_cost:,}, where at most 1,000,000 are allowed"
    assert raised.value.formatted == {"errors": [{"message": message, "extensions": extensions}]}


SEARCHES = (
    ("query ($w: String) { trackers(filter: {search: $w}) { totalCount } }", 10_000),
    ("query ($f: TrackerFilter) { trackers(filter: $f) { totalCount } }", 10_000),
    ('{ trackers(filter: {search: "%s"}) { totalCount } }', 10_000),
    ("query ($w: String) { learners(search: $w) { totalCount } }", 200),
    ('{ members(search: "%s") { totalCount } }', 200),
)


@pytest.mark.parametrize(("query", "price"), SEARCHES)
def test_each_word_of_a_search_is_paid_for(query: str, price: int) -> None:
    executor = GraphQLExecutor(make_schema())

    def cost(words: str) -> int:
        document = query.replace("%s", words)
        return executor.prepare(Request(document, {"w": words, "f": {"search": words}}), ADA).charge.requested

    assert [cost(words) - cost("") for words in ("a", " a  b ", "a b c d e f g h i j", "a " * 99)] == [
        price, 2 * price, 10 * price, 10 * price,
    ]  # fmt: skip


@pytest.mark.parametrize("by_variable", [True, False])
def test_each_further_field_of_an_order_is_paid_for(by_variable: bool) -> None:
    executor = GraphQLExecutor(make_schema())

    def cost(*fields: str) -> int:
        order = "$o" if by_variable else f"[{' '.join(f'{{field: {field}}}' for field in fields)}]"
        variable = "query ($o: [TrackerOrder!]) " if by_variable else ""
        document = f"{variable}{{ trackers(orderBy: {order}) {{ totalCount }} }}"
        listed = len(fields) * 2 * LISTED_VALUE_PRICE if by_variable else 0
        variables = {"o": [{"field": field} for field in fields]}
        return executor.prepare(Request(document, variables), ADA).charge.requested - listed

    prices = [cost(*fields) - cost("TYPE") for fields in ((), ("STATUS", "TYPE"), ("STATUS", "TYPE", "LEARNER"))]
    assert prices == [0, 20_000, 40_000]


def test_every_list_of_the_schema_has_a_size() -> None:
    schema = make_schema().graphql_schema
    assert Pricing(schema).price("Tracker", "learner").size == 1
    assert Pricing(schema).price("Learner", "learningAims").size == LIST_SIZES["LearningAim"]
    incomplete_sizes = {name: size for name, size in LIST_SIZES.items() if name != "FieldValue"}
    with pytest.raises(KeyError, match="'FieldValue'"):
        Pricing(schema, list_sizes=incomplete_sizes)


def test_every_price_and_size_refers_to_the_schema() -> None:
    schema = make_schema().graphql_schema
    for coordinate in (*PRICES, *LIST_SIZES, *SEARCH_WORD_PRICES, *SORT_KEY_PRICES):
        parent, _, name = coordinate.partition(".")
        kind = schema.type_map[parent]
        assert not name or name in kind.fields  # type: ignore[attr-defined]
