"""An organisation whose members sign in through a provider, and a client that does it."""

from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from models import Organisation
from services.installation import Installation
from services.sign_on.operator_changes import ProviderEntry, set_sign_on
from tests.support import factories as make
from tests.support.servers.provider import Provider, Registered, follow, fragment
from tests.support.servers.trackers import SECRET, Server

BEGIN = """
mutation ($input: BeginSignOnInput!) {
  beginSignOn(input: $input) { url secret errors { path code message } }
}
"""
SESSION = """
session {
  accessToken refreshToken refreshTokenExpiresAt deviceToken
  viewer { id member { id name email kind roles } organisation { name } }
}
errors { path code message }
"""
COMPLETE = f"mutation ($input: CompleteSignOnInput!) {{ completeSignOn(input: $input) {{ {SESSION} }} }}"
REFRESH = f"mutation ($refreshToken: String!) {{ refreshSession(refreshToken: $refreshToken) {{ {SESSION} }} }}"
NAME = "{ viewer { member { name } } }"

Json = dict[str, Any]
LOCAL_NETWORKS = (ip_network("127.0.0.0/8"),)


@dataclass
class Tenant:
    """An organisation on a server, its provider, and the client that the server is there."""

    server: Server
    organisation: Organisation
    provider: Provider
    client: Registered
    domain: str
    settings: Json = field(default_factory=dict)

    @property
    def installation(self) -> Installation:
        """Return the installation that the server is, for what the operator does."""
        return Installation(
            SECRET.encode(), edit_url="", public_url=self.server.address, sign_on_networks=LOCAL_NETWORKS
        )

    async def configure(self, **settings: Any) -> None:
        """Set the organisation's provider, as the operator."""
        self.settings |= settings
        entry: Json = {
            "issuer": self.provider.issuer,
            "client_id": self.client.client_id,
            "client_secret": self.client.client_secret,
            "domains": [self.domain],
        }
        await set_sign_on(self.installation, self.organisation, ProviderEntry(**entry | self.settings))

    async def begin(self, email: str | None = None, **entry: Any) -> Json:
        """Run ``beginSignOn`` and return its payload."""
        entry = {"email": email or f"somebody@{self.domain}", **entry}
        payload: Json = (await self.server.ask(BEGIN, input=entry))["data"]["beginSignOn"]
        return payload

    async def reach_callback(self, **entry: Any) -> tuple[str, str]:
        """Sign in at the provider, and return the address to which it sends the browser, and the secret kept."""
        begun = await self.begin(**entry)
        assert begun["errors"] == []
        return await follow(begun["url"], until=f"{self.server.address}/sign-on/callback"), begun["secret"]

    async def sign_on(self, **entry: Any) -> Json:
        """Sign on as whoever the provider signs in, and return the payload."""
        callback, secret = await self.reach_callback(**entry)
        return await self.complete(await self.token(callback), secret)

    async def token(self, callback: str) -> str:
        """Go to the callback, and return the token in the address that it leads to."""
        return fragment(await follow(callback, until=self.server.address)).get("token", "")

    async def complete(self, token: str, secret: str, **entry: Any) -> Json:
        """Run ``completeSignOn`` and return its payload."""
        answer = await self.server.ask(COMPLETE, input={"token": token, "secret": secret, **entry})
        assert "errors" not in answer, answer
        payload: Json = answer["data"]["completeSignOn"]
        return payload

    async def refresh(self, session: Json) -> Json:
        """Run ``refreshSession`` and return its payload."""
        payload: Json = (await self.server.ask(REFRESH, refreshToken=session["refreshToken"]))["data"]["refreshSession"]
        return payload

    async def is_signed_in(self, session: Json) -> bool:
        """Return whether the access token of a session is accepted."""
        answer = await self.server.ask(NAME, session["accessToken"])
        return bool(answer["data"] != {"viewer": None})


async def make_tenant(server: Server, provider: Provider, domain: str, **settings: Any) -> Tenant:
    """Make an organisation whose members of a mail domain use a provider."""
    organisation = await make.organisation()
    tenant = Tenant(server, organisation, provider, await provider.register(server.address), domain)
    await tenant.configure(**settings)
    return tenant
