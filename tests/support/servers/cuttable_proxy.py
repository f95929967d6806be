"""A TCP proxy whose connections can be cut, to simulate network failures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class CuttableProxy:
    """A proxy that forwards bytes in both directions. While it is cut, new connections wait until it is restored."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._is_open = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_open.set()

    def cut(self) -> None:
        """Abort every connection, without an orderly close."""
        self._is_open.clear()
        for writer in self._writers:
            writer.transport.abort()

    def restore(self) -> None:
        """Serve connections again."""
        self._is_open.set()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._is_open.wait()
        server_reader, server_writer = await asyncio.open_connection(*self._server)
        self._writers |= {writer, server_writer}
        await asyncio.gather(_copy(reader, server_writer), _copy(server_reader, writer))
        self._writers -= {writer, server_writer}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def cuttable_proxy(address: str) -> AsyncIterator[tuple[CuttableProxy, str]]:
    """Run a proxy to the server at this address during the block; yield the proxy and its address."""
    host, _, port = address.removeprefix("http://").partition(":")
    proxy = CuttableProxy(host, int(port))
    server = await asyncio.start_server(proxy.forward, "127.0.0.1", 0)
    async with server:
        yield proxy, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        proxy.cut()
