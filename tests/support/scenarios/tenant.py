"""An organisation on a running server, for tests of client libraries."""

from dataclasses import dataclass
from typing import Any

from models import Member
from tests.support.clients.signing_in.sign_in import SIGN_IN
from tests.support.scenarios.staff import CREATE, PASSWORD, Staff
from tests.support.servers.trackers import Server

SIGN_OUT = "mutation ($refreshToken: String!) { signOut(refreshToken: $refreshToken) }"


@dataclass(frozen=True)
class Tokens:
    """The access token and the refresh token of a session."""

    access: str
    refresh: str


@dataclass
class Tenant:
    """An organisation with its server, and the access tokens of Ada and Bob."""

    server: Server
    staff: Staff
    ada: str = ""
    bob: str = ""

    @property
    def url(self) -> str:
        return f"{self.server.address}/graphql"

    async def sign_in(self, member: Member) -> Tokens:
        """Sign a member in, and return the tokens of the session."""
        answer = await self.server.ask(SIGN_IN, input={"email": member.email, "password": PASSWORD})
        session = answer["data"]["signIn"]["session"]
        return Tokens(session["accessToken"], session["refreshToken"])

    async def sign_out(self, tokens: Tokens) -> None:
        """End the session of these tokens."""
        answer = await self.server.ask(SIGN_OUT, tokens.access, refreshToken=tokens.refresh)
        assert answer == {"data": {"signOut": True}}

    async def assign(self, description: str) -> dict[str, Any]:
        """Create a tracker as Ada that is assigned to Bob, and return it."""
        answer = await self.server.ask(CREATE, self.ada, input=self.staff.tracker_input(description=description))
        assert answer["data"]["createTracker"]["errors"] == []
        tracker: dict[str, Any] = answer["data"]["createTracker"]["tracker"]
        return tracker


async def sign_in_tenant(server: Server, staff: Staff) -> Tenant:
    """Sign Ada and Bob in, and return a tenant with their access tokens."""
    tenant = Tenant(server, staff)
    tenant.ada = (await tenant.sign_in(staff.ada)).access
    tenant.bob = (await tenant.sign_in(staff.bob)).access
    return tenant
