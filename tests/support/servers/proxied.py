"""A server behind a local HTTPS proxy, shared by tests that only look at its responses."""

from dataclasses import dataclass

import httpx

from tests.support.scenarios.staff import PASSWORD
from tests.support.servers.trackers import SIGN_IN, Server


@dataclass(frozen=True)
class ProxiedServer:
    """A server that trusts a local HTTPS proxy and allows one other origin."""

    server: Server
    client: httpx.Client
    """A client that is not signed in."""

    def sign_in(self) -> dict[str, str]:
        """Sign Ada in, and return her ``Authorization`` header."""
        body = {"query": SIGN_IN, "variables": {"email": "ada@example.org", "password": PASSWORD}}
        result = self.client.post("/graphql", json=body).json()
        return {"authorization": f"Bearer {result['data']['signIn']['session']['accessToken']}"}
