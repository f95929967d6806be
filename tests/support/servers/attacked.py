"""A server under attack: its members' tokens, its CPU time and its memory."""

import time
from dataclasses import dataclass, field

from tests.benchmark.processes import cpu_seconds, memory_bytes
from tests.support.scenarios.staff import PASSWORD, Staff
from tests.support.servers.trackers import Server

TOKEN_SECONDS = 300.0
"""How long a token is used; it would be valid for twice as long."""


@dataclass
class Attacked:
    """A running server with a staff, whose members Ada and Bob are signed in when asked for."""

    server: Server
    staff: Staff
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """Return the port on 127.0.0.1, and on every other address of the loopback network."""
        return int(self.server.address.rpartition(":")[2])

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server and its workers have used."""
        return cpu_seconds([self.server.process.pid])

    def memory_bytes(self) -> int:
        """Return the resident memory of the server and its workers."""
        return memory_bytes([self.server.process.pid])

    async def token(self, name: str = "ada") -> str:
        """Return an access token of Ada or Bob that is valid for some minutes."""
        signed_in_at, token = self._tokens.get(name, (0.0, ""))
        if not token or time.monotonic() - signed_in_at > TOKEN_SECONDS:
            token = await self.server.sign_in(f"{name}@example.org", PASSWORD)
            self._tokens[name] = time.monotonic(), token
        return token
