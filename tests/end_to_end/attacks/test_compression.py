"""Attacks with messages that are small on the wire and large in memory."""

import asyncio

from tests.support.clients.raw import HANDSHAKE, connect, frame, message, open_raw_socket
from tests.support.servers.attacked import Attacked

OFFERS = (
    b"permessage-deflate; client_max_window_bits",
    b"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    b"x-webkit-deflate-frame",
)


async def test_no_compression_is_negotiated_with_sockets(attacked: Attacked, network: str) -> None:
    for offer in OFFERS:
        async with connect(attacked.port, network) as connection:
            await connection.send(HANDSHAKE + b"Sec-WebSocket-Extensions: " + offer + b"\r\n\r\n")
            async with asyncio.timeout(20):
                head = await connection.reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 101 ")
            assert b"sec-websocket-extensions" not in head.lower()
            await connection.send(message(type="connection_init"))
            assert await connection.message() == {"type": "connection_ack"}


async def test_a_compressed_message_closes_the_socket(attacked: Attacked, network: str) -> None:
    """A client that compresses although nothing was negotiated breaks the protocol (RFC 6455, section 5.2)."""
    async with open_raw_socket(attacked.port, network) as socket:
        await socket.send(frame(b"\xaaV*\xc9,HU\xb2R*\xc8\xcc\x03\x00", compressed=True))
        assert await socket.close_code() == 1002
