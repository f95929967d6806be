"""A client of server-sent events, which parses them as the HTML standard says."""

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
        self._read = b""

    async def receive(self) -> tuple[str | None, Any]:
        """Return the next event with its data; HEARTBEAT for a comment."""
        async with asyncio.timeout(10):
            while b"\n\n" not in self._read:
                self._read += await anext(self._chunks)
        block, _, self._read = self._read.partition(b"\n\n")
        fields = dict(line.partition(": ")[::2] for line in block.decode().removesuffix(":").split("\n"))
        return fields.get("event"), json.loads(fields["data"]) if fields.get("data") else None

    async def next_event(self) -> tuple[str | None, Any]:
        """Return the next event that is not a comment."""
        while (result_event := await self.receive()) == HEARTBEAT:
            pass
        return result_event

    async def remaining(self) -> list[tuple[str | None, Any]]:
        """Return all events until the stream ends."""
        result_event = []
        try:
            while True:
                result_event.append(await self.next_event())
        except StopAsyncIteration:
            assert self._read == b""
            return result_event


@asynccontextmanager
async def stream(
    url: str, query: str, *, token: str | None = None, accept: str = EVENT_STREAM, **more: Any
) -> AsyncIterator[Stream]:
    """Send a request by POST, and yield the stream of its response."""
    headers = {"accept": accept, "content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query, **more})
    async with (
        httpx.AsyncClient(timeout=10, trust_env=False) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        yield Stream(response)


def result_event(**answer: Any) -> tuple[str, Any]:
    return ("next", answer)
