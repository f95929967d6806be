"""A client for server-sent events, which parses event streams as the HTML standard specifies."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

EVENT_STREAM = "text/event-stream"
COMPLETE = ("complete", None)
HEARTBEAT = (None, None)


class Stream:
    """An open event stream; each event must arrive within ten seconds."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._chunks = response.aiter_bytes()
        self._buffer = b""

    async def receive(self) -> tuple[str | None, Any]:
        """Return the name and data of the next event, or ``HEARTBEAT`` for a comment."""
        async with asyncio.timeout(10):
            while b"\n\n" not in self._buffer:
                self._buffer += await anext(self._chunks)
        block, _, self._buffer = self._buffer.partition(b"\n\n")
        fields = dict(line.partition(": ")[::2] for line in block.decode().removesuffix(":").split("\n"))
        return fields.get("event"), json.loads(fields["data"]) if fields.get("data") else None

    async def next_event(self) -> tuple[str | None, Any]:
        """Return the name and data of the next event, skipping heartbeats."""
        while (event := await self.receive()) == HEARTBEAT:
            pass
        return event

    async def remaining(self) -> list[tuple[str | None, Any]]:
        """Return all remaining events, waiting until the stream ends."""
        events = []
        try:
            while True:
                events.append(await self.next_event())
        except StopAsyncIteration:
            assert self._buffer == b""
            return events


@asynccontextmanager
async def stream(
    url: str, query: str, *, token: str | None = None, accept: str = EVENT_STREAM, **more: Any
) -> AsyncIterator[Stream]:
    """Send a request by POST, and yield the event stream of its response."""
    headers = {"accept": accept, "content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query, **more})
    async with (
        httpx.AsyncClient(timeout=10, trust_env=False) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        yield Stream(response)


def result_event(**result: Any) -> tuple[str, Any]:
    return ("next", result)
