"""Answering ``ping`` messages, no faster than a client may send them."""

from typing import Any, Final

from server.connections.allowance import Allowance
from server.protocol.messages import MalformedRequest, Message

MAX_LENGTH: Final = 4_096
"""The characters of a ``ping`` message, whose payload is sent back."""
BURST, RATE = 100.0, 10.0
"""How many ``ping`` messages a client may send at once, and in a second."""


class Pings:
    """The pings of one client, for which nothing is kept until the first."""

    __slots__ = ("_allowance",)

    def __init__(self) -> None:
        self._allowance: Allowance | None = None

    def take(self) -> float:
        """Return the seconds to wait until one more ping may be answered, or 0 to answer it now."""
        if self._allowance is None:
            self._allowance = Allowance(BURST, RATE)
        return self._allowance.take()


def pong(message: Message, length: int) -> dict[str, Any]:
    """Return the answer to a ping whose message had this length. Raises MalformedRequest."""
    if length > MAX_LENGTH:
        raise MalformedRequest(f"ping: a message may have at most {MAX_LENGTH} characters")
    return {"type": "pong"} if message.payload is None else {"type": "pong", "payload": message.payload}
