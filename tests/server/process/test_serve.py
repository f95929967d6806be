"""The socket that the server listens on, and what its connections inherit of it."""

import socket

import pytest

from server.process.serve import UNREAD_SECONDS, bind


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_connections_are_given_up_when_nothing_is_read(host: str) -> None:
    with bind(host, 0) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()[:2]):
            connection, _ = listening.accept()
            with connection:
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNREAD_SECONDS * 1000
