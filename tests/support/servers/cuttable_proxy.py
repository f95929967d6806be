"""A TCP proxy whose connections can be cut or go dead, to simulate network failures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class CuttableProxy:
    """A proxy that forwards bytes in both directions.

    While it is cut, new connections wait until it is restored. While it is silent, as a radio out of reach, nothing is
    forwarded, closed or reset; connections that were open then, or opened meanwhile, stay dead for ever.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._is_open = asyncio.Event()
        self._is_silent = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._dead: set[asyncio.StreamWriter] = set()
        self._reconnected = asyncio.Event()
        self._is_open.set()

    def cut(self) -> None:
        """Abort every connection, without an orderly close."""
        self._is_open.clear()
        for writer in self._writers:
            writer.transport.abort()

    def silence(self) -> None:
        """Swallow every byte from now on, on connections open and new."""
        self._is_silent = True
        self._dead |= self._writers
        self._reconnected.clear()

    async def wait_for_connection(self, seconds: float = 30) -> None:
        """Wait until a client has tried to connect since the proxy went silent."""
        async with asyncio.timeout(seconds):
            await self._reconnected.wait()

    def restore(self) -> None:
        """Serve new connections again."""
        self._is_silent = False
        self._is_open.set()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reconnected.set()
        await self._is_open.wait()
        server_reader, server_writer = await asyncio.open_connection(*self._server)
        both = {writer, server_writer}
        self._writers |= both
        if self._is_silent:
            self._dead |= both
        await asyncio.gather(self._copy(reader, server_writer), self._copy(server_reader, writer))
        for ended in both:
            ended.close()
        self._writers -= both
        self._dead -= both

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if writer not in self._dead:
                    writer.write(data)
                    await writer.drain()
            if writer in self._dead:
                return
        writer.close()


@asynccontextmanager
async def cuttable_proxy(address: str) -> AsyncIterator[tuple[CuttableProxy, str]]:
    """Run a proxy to the server at this address during the block; yield the proxy and its address."""
    host, _, port = address.removeprefix("http://").partition(":")
    proxy = CuttableProxy(host, int(port))
    server = await asyncio.start_server(proxy.forward, "127.0.0.1", 0)
    async with server:
        try:
            yield proxy, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            proxy.cut()
