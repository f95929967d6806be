"""What a connection needs of the server's WebSocket protocol, beyond ASGI: sending and waking without a task."""

from collections.abc import Callable, Sequence
from typing import Protocol

EXTENSION = "trackers.websocket"
"""The ASGI extension in a connection's scope whose value is the ``SocketTransport``."""


class SocketTransport(Protocol):
    """The server's side of an accepted WebSocket."""

    on_writable: Callable[[], None] | None
    """Called when the client has read enough for ``is_writable`` to be true again."""

    @property
    def is_writable(self) -> bool:
        """Return whether the client has read nearly all that was written."""

    def write_text(self, parts: Sequence[bytes]) -> bool:
        """Write a text message that consists of these parts, in UTF-8; return False if the connection is closing."""

    def interrupt_receive(self) -> None:
        """Make the application receive ``websocket.disconnect``, although the client is still connected."""

    def allow_session(self) -> None:
        """Allow the client to send what members may send, which is more."""
