"""Sending the head of a response together with the first part of its body."""

import asyncio

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class HeadHoldingTransport:
    """The part of a transport that uvicorn's response uses. It holds back the response's head.

    Sent alone, the head would be a packet of its own, for which both sides make a system call more. ASGI servers must not
    send it before the application has sent a part of the body anyway.
    """

    def __init__(self, transport: asyncio.Transport, response: RequestResponseCycle) -> None:
        self._transport = transport
        self._response = response
        self._head: bytes | None = None

    def write(self, data: bytes) -> None:
        """Write the head and the first part of the body together, and anything else at once."""
        if self._head:
            data, self._head = self._head + data, b""
        elif self._head is None and self._response.response_started:  # otherwise it is the status 100
            self._head = data
            return
        self._transport.write(data)

    def close(self) -> None:
        """Write what is held back, and close the connection."""
        if self._head:
            self.write(b"")
        self._transport.close()

    def is_closing(self) -> bool:
        """Return whether the connection is closed or about to be."""
        return self._transport.is_closing()
