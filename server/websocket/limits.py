"""The limits of WebSocket connections."""

from dataclasses import dataclass

from server.limits import Limits

_DEFAULTS = Limits()


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """The limits of WebSockets: times in seconds, lengths in characters, and counts for one process."""

    init_time: float = 10.0
    """Until the client's ``connection_init``."""
    send_time: float = 30.0
    """For each message."""
    close_time: float = 4.0
    """For the close frame."""
    finish_time: float = 10.0
    """For operations under way when the server shuts down."""
    unread_length: int = 4_194_304
    """Of the messages that wait to be sent to one client."""
    operations: int = _DEFAULTS.socket_operations
    """On one connection."""
    connections_of_member: int = _DEFAULTS.sockets_per_member
    connections_of_address: int = _DEFAULTS.sockets_per_address

    @classmethod
    def from_limits(cls, limits: Limits) -> "SocketLimits":
        """Return the defaults with what the settings limit."""
        return cls(
            operations=limits.socket_operations,
            connections_of_member=limits.sockets_per_member,
            connections_of_address=limits.sockets_per_address,
        )
