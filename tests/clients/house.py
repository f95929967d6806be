"""An organisation that client libraries are tried with: Ada opens trackers, Bob is given them."""

from dataclasses import dataclass
from typing import Any

from tests.server.running import Server
from tests.server.staff import CREATE, PASSWORD, Staff


@dataclass
class House:
    """The organisation, the server that it is on, and tokens of both members."""

    server: Server
    staff: Staff
    ada: str
    bob: str

    @property
    def url(self) -> str:
        return f"{self.server.address}/graphql"

    async def assign(self, description: str) -> dict[str, Any]:
        """Have Ada open a tracker that Bob is told of."""
        answer = await self.server.ask(CREATE, self.ada, input=self.staff.entry(description=description))
        assert answer["data"]["createTracker"]["errors"] == []
        tracker: dict[str, Any] = answer["data"]["createTracker"]["tracker"]
        return tracker


async def move_in(server: Server, staff: Staff) -> House:
    """Sign both members in."""
    ada, bob = [await server.sign_in(member.email, PASSWORD) for member in (staff.ada, staff.bob)]
    return House(server, staff, ada, bob)
