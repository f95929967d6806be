"""Connections from any address of the loopback network that send any bytes, well-formed or not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
)
TEXT, CONTINUATION, CLOSE, PING, PONG = 1, 0, 8, 9, 10
"""Opcodes of frames (RFC 6455, section 5.2)."""
TIMEOUT = 20.0
"""Seconds within which what is waited for must arrive."""


class RawConnection:
    """A TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        """Send bytes, as fast as the server reads."""
        self.writer.write(data)
        await self.writer.drain()

    async def response(self) -> tuple[int, bytes]:
        """Return the status and the body of the next response, which must have a Content-Length if it has a body."""
        async with asyncio.timeout(TIMEOUT):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
            return int(head.split(b" ", 2)[1]), await self.reader.readexactly(int(length or 0))

    async def frame(self) -> tuple[int, bytes]:
        """Return the opcode and the payload of the next WebSocket frame."""
        async with asyncio.timeout(TIMEOUT):
            opcode, length = await self.reader.readexactly(2)
            if length == 126:
                length = int.from_bytes(await self.reader.readexactly(2), "big")
            elif length == 127:
                length = int.from_bytes(await self.reader.readexactly(8), "big")
            return opcode & 0x0F, await self.reader.readexactly(length)

    async def message(self) -> Any:
        """Return the next message, parsed as JSON."""
        opcode, payload = await self.frame()
        assert opcode == TEXT, (opcode, payload)
        return json.loads(payload)

    async def close_code(self) -> int:
        """Return the code with which the server closes the WebSocket, or 1006 if it drops the connection."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                opcode, payload = await self.frame()
                if opcode == CLOSE:
                    return int.from_bytes(payload[:2], "big")
        return 1006

    async def wait_dropped(self, seconds: float = TIMEOUT) -> bytes:
        """Wait until the server closes the connection, and return what it has sent before."""
        received = b""
        async with asyncio.timeout(seconds):
            with suppress(ConnectionError):
                while data := await self.reader.read(65_536):
                    received += data
        return received


@asynccontextmanager
async def connect(port: int, network: str = "127.0.0.1") -> AsyncIterator[RawConnection]:
    """Connect to a server of this machine from an address of the loopback network, during the block."""
    async with asyncio.timeout(TIMEOUT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(network, 0))
    try:
        yield RawConnection(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def open_raw_socket(port: int, network: str = "127.0.0.1", *headers: bytes) -> AsyncIterator[RawConnection]:
    """Open a WebSocket during the block, without ``connection_init``; ``headers`` are added to its handshake."""
    async with connect(port, network) as connection:
        await connection.send(HANDSHAKE + b"".join(header + b"\r\n" for header in headers) + b"\r\n")
        async with asyncio.timeout(TIMEOUT):
            head = await connection.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        yield connection


def frame(payload: bytes, opcode: int = TEXT, *, final: bool = True, compressed: bool = False) -> bytes:
    """Return a frame as a client sends it, masked with zeros, so that its payload stays as it is."""
    head = bytes((opcode | 0x80 * final | 0x40 * compressed,))
    if len(payload) < 126:
        head += bytes((0x80 | len(payload),))
    elif len(payload) < 65_536:
        head += b"\xfe" + len(payload).to_bytes(2, "big")
    else:
        head += b"\xff" + len(payload).to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def message(**fields: Any) -> bytes:
    """Return a message of ``graphql-transport-ws`` as a frame."""
    return frame(json.dumps(fields, separators=(",", ":")).encode())


def post(body: bytes, *headers: bytes, path: bytes = b"/graphql") -> bytes:
    """Return a POST request with a body of JSON."""
    head = [b"POST " + path + b" HTTP/1.1", b"Host: 127.0.0.1", b"Content-Type: application/json", *headers]
    return b"\r\n".join([*head, b"Content-Length: %d" % len(body), b"", body])
