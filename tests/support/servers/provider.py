"""A certified OpenID Connect provider, and how a browser goes through a sign-on with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.clients.child_process import NODE
from tests.support.paths import NPM

PROVIDER_DIR = NPM / "provider"

needs_provider = pytest.mark.skipif(
    not (PROVIDER_DIR / "node_modules" / ".package-lock.json").exists(),
    reason="the provider is not installed: make provider",
)


@dataclass(frozen=True, slots=True)
class Registered:
    """A client that is registered with a provider."""

    client_id: str
    client_secret: str


class Provider:
    """A running provider, whose accounts and next sign-in the test decides."""

    def __init__(self, process: asyncio.subprocess.Process, issuer: str) -> None:
        self._process = process
        self.issuer = issuer

    async def register(self, address: str) -> Registered:
        """Register the server at this address, and return its id and secret."""
        client = await self._post(
            "/reg",
            redirect_uris=[f"{address}/sign-on/callback"],
            grant_types=["authorization_code", "refresh_token"],
            backchannel_logout_uri=f"{address}/sign-on/logout",
            backchannel_logout_session_required=True,
        )
        return Registered(client["client_id"], client["client_secret"])

    async def set_account(self, account_id: str, **claims: Any) -> None:
        """Make or change an account; it signs in next."""
        await self._post("/test/account", id=account_id, claims={"email_verified": True, **claims})
        await self._post("/test/login", id=account_id)

    async def remove_account(self, account_id: str) -> None:
        await self._post("/test/account", id=account_id, claims=None)

    async def let_cancel(self) -> None:
        """Let whoever comes next cancel their sign-in."""
        await self._post("/test/login", id=None)

    async def log_out(self, client: Registered, account_id: str, session: str) -> None:
        """Tell the client, by its back channel, that a person has signed out."""
        await self._post("/test/logout", client=client.client_id, id=account_id, sid=session)

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()

    async def _post(self, path: str, **content: Any) -> Any:
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            response = await client.post(f"{self.issuer}{path}", json=content)
        assert response.status_code < 300, response.text
        return response.json()


@asynccontextmanager
async def run_provider(*, claims_in_userinfo: bool = False) -> AsyncIterator[Provider]:
    """Run a provider on a free port during the block."""
    process = await asyncio.create_subprocess_exec(
        NODE, "provider.mjs",
        cwd=PROVIDER_DIR, env={"CLAIMS_IN_USERINFO": str(int(claims_in_userinfo)), "NODE_NO_WARNINGS": "1"},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    provider = Provider(process, "")
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            provider.issuer = (await process.stdout.readline()).decode().strip()
        assert provider.issuer
        yield provider
    finally:
        await provider.stop()


async def follow(url: str, *, until: str) -> str:
    """Go to an address as a browser with empty cookies does, and return the first redirect to one that begins so."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for _ in range(10):
            response = await client.get(url)
            assert response.is_redirect, response.text
            url = str(response.next_request.url) if response.next_request else ""
            if url.startswith(until):
                return url
    raise AssertionError("the provider does not send the browser back")


def fragment(url: str) -> dict[str, str]:
    """Return the parameters in the fragment of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).fragment).items()}


def query(url: str) -> dict[str, str]:
    """Return the parameters in the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
