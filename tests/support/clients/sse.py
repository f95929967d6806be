"""A client of server-sent events, as the HTML standard has them read."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

EVENTS = "text/event-stream"
COMPLETE = ("complete", None)
BEAT = (None, None)


class Stream:
    """A stream that is open; what it says is heard within ten seconds."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._chunks = response.aiter_bytes()
        self._read = b""

    async def hear(self) -> tuple[str | None, Any]:
        """The next event with its data; BEAT for a comment."""
        async with asyncio.timeout(10):
            while b"\n\n" not in self._read:
                self._read += await anext(self._chunks)
        block, _, self._read = self._read.partition(b"\n\n")
        fields = dict(line.partition(": ")[::2] for line in block.decode().removesuffix(":").split("\n"))
        return fields.get("event"), json.loads(fields["data"]) if fields.get("data") else None

    async def event(self) -> tuple[str | None, Any]:
        """The next event that is no comment."""
        while (heard := await self.hear()) == BEAT:
            pass
        return heard

    async def rest(self) -> list[tuple[str | None, Any]]:
        """Every event until the stream ends."""
        heard = []
        try:
            while True:
                heard.append(await self.event())
        except StopAsyncIteration:
            assert self._read == b""
            return heard


@asynccontextmanager
async def stream(
    url: str, query: str, *, token: str | None = None, accept: str = EVENTS, **more: Any
) -> AsyncIterator[Stream]:
    """Ask with POST, and read what comes."""
    headers = {"accept": accept, "content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query, **more})
    async with (
        httpx.AsyncClient(timeout=10, trust_env=False) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        yield Stream(response)


def heard(**answer: Any) -> tuple[str, Any]:
    return ("next", answer)
