"""Hearing what a member is told, without sockets: the schema's subscriptions and a running reader."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

from models import Member
from schema.context import Context
from server.protocol.messages import Request
from server.setting_values import database_credentials
from services.notifications.inbox_reader import InboxReader, reading
from services.viewer import Viewer
from tests.support.clients.graphql import INSTALLATION, executor, viewer

RECEIVED = """
subscription ($after: String) {
  notificationReceived(after: $after) { cursor kind text tracker { number } actor { name } }
}
"""
ASSIGNED = RECEIVED.replace("notificationReceived", "trackerAssigned")

PATIENCE = 20
"""Seconds after which a test gives up on what should have come long before."""


@asynccontextmanager
async def reader_of(database_url: str) -> AsyncIterator[InboxReader]:
    """A reader at work on a database."""
    reader = InboxReader()
    async with reading(reader, database_credentials(database_url)):
        yield reader


class Listener:
    """One subscription; each answer must come in time."""

    def __init__(self, answers: AsyncGenerator[dict[str, Any], None]) -> None:
        self._answers = answers

    async def answer(self) -> dict[str, Any]:
        """The next answer as it is."""
        async with asyncio.timeout(PATIENCE):
            return await anext(self._answers)

    async def hear(self) -> dict[str, Any]:
        """The next notification."""
        answer = await self.answer()
        assert "errors" not in answer, answer["errors"]
        (found,) = answer["data"].values()
        heard: dict[str, Any] = found
        return heard

    async def cursors(self, count: int) -> list[int]:
        """The cursors of the next notifications."""
        return [int((await self.hear())["cursor"]) for _ in range(count)]


@asynccontextmanager
async def listener(
    reader: InboxReader, who: Member | Viewer | None, after: str | None = None, document: str = RECEIVED
) -> AsyncIterator[Listener]:
    """A subscription of somebody who is signed in, or of nobody."""
    signed_in = await viewer(who) if isinstance(who, Member) else who
    context = Context(INSTALLATION, reader, "127.0.0.1", signed_in)
    operation = executor().prepare(Request(document, {"after": after}, None), context)
    async with aclosing(executor().subscribe(operation, context, "a request")) as answers:
        yield Listener(answers)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)
