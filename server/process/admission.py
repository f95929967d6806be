"""What the protocols of all connections share: the limits that hold before there is a request, and the hosts served."""

from collections.abc import Collection
from typing import Any, Final

import uvicorn

from server.connections.peers import Peers
from server.connections.shared_limit import Holder, SharedLimit
from server.connections.turns import Turns
from server.limits import Limits
from server.process.read_turns import ReadTurns
from server.protocol.hosts import HostPolicy
from server.setting_values import Network

FREE_BYTES: Final = 16_384
"""What a connection may keep of an unfinished request or message before it counts against a limit that others share."""


class Admission:
    """The shared limits of a process. Trusted proxies may open any number of connections."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        trusted_proxies: Collection[Network] = (),
        hosts: HostPolicy | None = None,
        turns: Turns | None = None,
    ) -> None:
        self.limits = limits = limits or Limits()
        self.hosts = hosts or HostPolicy()
        self.turns = turns or Turns()
        self.reads = ReadTurns()
        self.peers = Peers(trusted_proxies)
        self.connections = SharedLimit(per_network=limits.connections_per_address, in_all=limits.connections)
        self._unfinished = SharedLimit(per_network=limits.unfinished_bytes_per_address, in_all=limits.unfinished_bytes)

    def keep(self, holder: Holder, network: str | None, byte_count: int) -> None:
        """Count the bytes that a connection keeps; it is dropped if it is the oldest of too many."""
        if byte_count > FREE_BYTES:
            self._unfinished.hold(holder, network or "", byte_count)
        else:
            self._unfinished.release(holder)


class ServerConfig(uvicorn.Config):
    """uvicorn's configuration, through which the protocols find what they share."""

    def __init__(self, app: Any, *, admission: Admission | None = None, **options: Any) -> None:
        super().__init__(app, **options)
        self.admission = admission or Admission()
