"""The cache of checked documents."""

from graphql.execution import VariableValues

from server.execution.answers import ENCODING
from server.execution.compiled.registry import Registry
from server.execution.document_cache import DocumentCache
from tests.support.servers.sample_schema import SCHEMA


def test_the_cache_keeps_the_most_recently_used_documents() -> None:
    documents = DocumentCache(SCHEMA.graphql_schema, max_length=1000)
    cached_document = documents.check("{ hello }")
    assert documents.check("{ hello }") is cached_document
    for number in range(100):
        documents.check(f"{{ hello{number}: hello }}")
        documents.check("{ hello }")
    assert documents.check("{ hello }") is cached_document
    assert documents.check("{ hello0: hello }") is not documents.check("{hello0:hello}")
    long_document = "{ hello }".ljust(101)
    assert documents.check(long_document) is not documents.check(long_document)
    assert documents.length <= 1000


def test_what_is_compiled_counts_as_text() -> None:
    documents = DocumentCache(SCHEMA.graphql_schema, registry=Registry(SCHEMA.graphql_schema, ENCODING), max_length=700)
    texts = [f"query ($c: Boolean!) {{ hello{number}: hello @skip(if: $c) __typename }}" for number in range(10)]
    operations = [documents.check(text).operations[None].compiled for text in texts]
    assert all(text in documents for text in texts)
    for operation in reversed(operations):
        assert operation is not None
        for value in (True, False):
            operation.plan(VariableValues({}, {"c": value}))
    lengths = [len(text) for text in texts if text in documents]
    assert 0 < len(lengths) < 10
    assert sum(lengths) < documents.length <= 700
