"""What an operation keeps the database busy beyond its price is owed afterwards."""

import asyncio

from resolvers.schema_root import make_schema
from schema.context import Context
from server.execution.cost.request_prices import DATABASE_SECOND_PRICE, FREE_DATABASE_SECONDS
from server.execution.executor import GraphQLExecutor
from server.limits import Limits
from server.protocol.messages import Request
from services.notifications.inbox_reader import InboxReader
from tests.server.execution.test_timeout import open_transaction
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, viewer

LEARNERS = Request("{ learners { totalCount } }")
SECONDS = FREE_DATABASE_SECONDS + 0.2


async def test_a_statement_that_takes_long_is_paid_for_by_its_time(database: str) -> None:
    context = Context(INSTALLATION, InboxReader(), "127.0.0.1", await viewer(await make.member()))
    executor = GraphQLExecutor(make_schema(), Limits(cost_refill=1))

    async def execute() -> int:
        """Return what is left when the operation has been prepared."""
        operation = executor.prepare(LEARNERS, context)
        assert (await executor.execute(operation, context, "r"))["data"] == {"learners": {"totalCount": 0}}
        return operation.charge.left

    await execute()
    left = await execute()
    async with open_transaction(database, "LOCK TABLE learner IN ACCESS EXCLUSIVE MODE"):
        slow = asyncio.create_task(execute())
        await asyncio.sleep(SECONDS)
        assert not slow.done()
    price = left - await slow  # a short operation has paid its price only
    assert price < 1_000
    assert left - await execute() > 2 * price + 0.2 * DATABASE_SECOND_PRICE
