"""The limits on WebSocket connections."""

from dataclasses import dataclass

from server.limits import Limits

_DEFAULTS = Limits()


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """The limits on WebSocket connections. Timeouts are in seconds, and numbers of connections apply to one process."""

    init_timeout: float = 10.0
    """The time allowed for the client to send ``connection_init``."""
    send_timeout: float = 30.0
    """The time allowed for sending a message."""
    close_timeout: float = 4.0
    """The time allowed for sending the close frame."""
    finish_timeout: float = 10.0
    """The time allowed for operations to finish when the server shuts down."""
    max_unread_bytes: int = 4_194_304
    """The maximum total size of the messages that wait to be sent to one client."""
    operations: int = _DEFAULTS.socket_operations
    """The maximum number of concurrent operations on one connection."""
    connections_per_member: int = _DEFAULTS.sockets_per_member
    connections_per_address: int = _DEFAULTS.sockets_per_address
    strangers_per_address: int = _DEFAULTS.signed_out_sockets_per_address
    """The maximum number of connections of an address that have no session."""
    strangers: int = _DEFAULTS.signed_out_sockets
    """The maximum number of connections that have no session, in all."""
    stranger_seconds: float = _DEFAULTS.signed_out_socket_seconds
    """How long a connection without a session stays open."""

    @classmethod
    def from_limits(cls, limits: Limits) -> "SocketLimits":
        """Return the WebSocket limits from the configured limits, with defaults for the others."""
        return cls(
            operations=limits.socket_operations,
            connections_per_member=limits.sockets_per_member,
            connections_per_address=limits.sockets_per_address,
            strangers_per_address=limits.signed_out_sockets_per_address,
            strangers=limits.signed_out_sockets,
            stranger_seconds=limits.signed_out_socket_seconds,
        )
