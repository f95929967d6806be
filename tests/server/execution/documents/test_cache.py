"""The cache of checked documents."""

import asyncio
import time

import pytest
from graphql.execution import VariableValues

from server.execution.answers import ENCODING
from server.execution.compiled.registry import Registry
from server.execution.documents.cache import DocumentCache
from server.protocol.request_errors import GraphQLRequestError
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


def long_document(number: int) -> str:
    """Return a document whose check takes tens of milliseconds."""
    return f"{{ first{number}: hello thing {{" + " ".join(f"a{index}: name" for index in range(190)) + "} }"


def new_cache() -> DocumentCache:
    return DocumentCache(SCHEMA.graphql_schema)


async def test_documents_are_checked_beside_the_event_loop() -> None:
    documents, longest, started = new_cache(), 0.0, time.process_time()
    task = asyncio.create_task(documents.load(long_document(0), "ada", lambda _: None))
    while not task.done():
        before = time.thread_time()
        await asyncio.sleep(0)
        longest = max(longest, time.thread_time() - before)
    assert longest < (time.process_time() - started) / 2
    assert documents.check(long_document(0)) is await task
    assert await documents.load(long_document(0), "bob", lambda _: 1 / 0) is await task  # nobody pays for it again


async def test_a_client_waits_for_one_document_of_each_other_client() -> None:
    documents, done = new_cache(), list[str]()

    async def load(client: str, number: int) -> None:
        await documents.load(long_document(number), client, lambda _: None)
        done.append(client)

    flood = [asyncio.create_task(load("ada", number)) for number in range(10)]
    await asyncio.sleep(0)
    await load("bob", 100)
    assert done.index("bob") <= 2
    await asyncio.gather(*flood)


async def test_a_document_that_several_wait_for_is_checked_once() -> None:
    documents = new_cache()
    checked = await asyncio.gather(*(documents.load(long_document(0), "ada", lambda _: None) for _ in range(5)))
    assert all(one is checked[0] for one in checked)


async def test_a_cancelled_check_keeps_its_place() -> None:
    documents, paid = new_cache(), list[int]()
    for number in range(3):
        task = asyncio.create_task(documents.load(long_document(number), "ada", paid.append))
        await asyncio.sleep(0)
        task.cancel()
    invalid = asyncio.create_task(documents.load("{ nope }", "ada", paid.append))
    with pytest.raises(GraphQLRequestError):
        await invalid
    assert all(long_document(number) in documents for number in range(3))
    assert len(paid) == 8


async def test_what_cannot_be_paid_is_not_checked() -> None:
    documents = new_cache()

    def refuse(_: int) -> None:
        raise GraphQLRequestError([])

    for text in ("{ hello }", "{ nope }"):
        with pytest.raises(GraphQLRequestError):
            await documents.load(text, "ada", refuse)
    assert "{ hello }" not in documents


def test_fields_that_merge_are_paid_by_their_pairs() -> None:
    prices = list[int]()
    new_cache().check("{thing{" + "name " * 101 + "}}", "ada", prices.append)
    assert prices == [500 + 20 * (101 * 5 + 9), 5 * 100 * 101 // 2]
