"""What is known of the client that somebody signs in with: its address and its device."""

from dataclasses import dataclass

from services.accounts.sessions.device_labels import device_label
from services.kernel.networks import client_network


@dataclass(frozen=True, slots=True)
class Client:
    """The IP address of a client, and the value of its header ``User-Agent``."""

    address: str
    user_agent: str = ""

    @property
    def network(self) -> str:
        """Return the IPv4 address, or the /64 network of the IPv6 address."""
        return client_network(self.address)

    @property
    def device_label(self) -> str:
        """Return browser and system in words."""
        return device_label(self.user_agent)
