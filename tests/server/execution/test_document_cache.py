"""The cache of checked documents."""

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
    assert sum(map(len, documents._documents)) == documents._length <= 1000
