"""An organisation that client libraries are tried with: Ada opens trackers, Bob is given them."""

from dataclasses import dataclass
from typing import Any

from models import Member
from tests.support.clients.sign_in import SIGN_IN
from tests.support.scenarios.staff import CREATE, PASSWORD, Staff
from tests.support.servers.trackers import Server

SIGN_OUT = "mutation ($refreshToken: String!) { signOut(refreshToken: $refreshToken) }"


@dataclass(frozen=True)
class Tokens:
    """Of one session."""

    access: str
    refresh: str


@dataclass
class House:
    """The organisation, the server that it is on, and an access token of each member."""

    server: Server
    staff: Staff
    ada: str = ""
    bob: str = ""

    @property
    def url(self) -> str:
        return f"{self.server.address}/graphql"

    async def sign_in(self, member: Member) -> Tokens:
        """Begin a session of the member's."""
        answer = await self.server.ask(SIGN_IN, input={"email": member.email, "password": PASSWORD})
        session = answer["data"]["signIn"]["session"]
        return Tokens(session["accessToken"], session["refreshToken"])

    async def sign_out(self, tokens: Tokens) -> None:
        """End a session."""
        answer = await self.server.ask(SIGN_OUT, tokens.access, refreshToken=tokens.refresh)
        assert answer == {"data": {"signOut": True}}

    async def assign(self, description: str) -> dict[str, Any]:
        """Have Ada open a tracker that Bob is told of."""
        answer = await self.server.ask(CREATE, self.ada, input=self.staff.entry(description=description))
        assert answer["data"]["createTracker"]["errors"] == []
        tracker: dict[str, Any] = answer["data"]["createTracker"]["tracker"]
        return tracker


async def move_in(server: Server, staff: Staff) -> House:
    """Sign both members in."""
    house = House(server, staff)
    house.ada = (await house.sign_in(staff.ada)).access
    house.bob = (await house.sign_in(staff.bob)).access
    return house
