"""A line between client and server that can be cut, as a network does it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Line:
    """Carries bytes both ways while it is whole; who comes while it is cut is kept waiting."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._whole = asyncio.Event()
        self._ends: set[asyncio.StreamWriter] = set()
        self.calls = 0
        """How many connections have been carried."""
        self._whole.set()

    def cut(self) -> None:
        """Drop every connection without a word."""
        self._whole.clear()
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        self._whole.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        self.calls += 1
        up, down = await asyncio.open_connection(*self._server)
        self._ends |= {writer, down}
        await asyncio.gather(_pass_on(reader, down), _pass_on(up, writer))
        self._ends -= {writer, down}


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def line_to(address: str) -> AsyncIterator[tuple[Line, str]]:
    """A line to the server at this address, and the address at which the line begins."""
    host, _, port = address.removeprefix("http://").partition(":")
    line = Line(host, int(port))
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    async with server:
        yield line, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        line.cut()
