"""Tests of the addresses that ``trackers serve`` answers at and hands out, and of demo mode."""

from pathlib import Path

import httpx
import pytest

from tests.support.scenarios.staff import CREATE, PASSWORD, make_staff
from tests.support.servers.trackers import environment, run_command, run_server

pytestmark = pytest.mark.server

PREFLIGHT = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}


async def test_addresses_follow_the_port(database: str, folder: Path) -> None:
    members = await make_staff()
    async with run_server(folder, environment(database)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        await server.ask(CREATE, token, input=members.tracker_input())
        answer = await server.ask("{ trackers { nodes { url } } }", token)
        (tracker,) = answer["data"]["trackers"]["nodes"]
        assert tracker["url"].startswith(f"{server.address}/trackers/")
        async with httpx.AsyncClient(trust_env=False, base_url=server.address) as client:
            root = await client.get("/", headers={"accept": "text/html"})
            preflight = await client.options("/graphql", headers=PREFLIGHT)
    assert (root.status_code, root.headers["location"]) == (307, "graphql")
    assert preflight.status_code == 403


async def test_a_configured_public_address_is_kept(database: str, folder: Path) -> None:
    members = await make_staff()
    env = environment(database, TRACKERS_PUBLIC_URL="https://trackers.example")
    async with run_server(folder, env, "--demo") as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        await server.ask(CREATE, token, input=members.tracker_input())
        answer = await server.ask("{ trackers { nodes { url } } }", token)
        (tracker,) = answer["data"]["trackers"]["nodes"]
        assert tracker["url"].startswith("https://trackers.example/trackers/")
        async with httpx.AsyncClient(trust_env=False, base_url=server.address) as client:
            preflight = await client.options("/graphql", headers=PREFLIGHT)
    # in demo mode, pages of this machine may call the API
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, "http://localhost:5173")


async def test_a_port_that_is_taken_is_named(database: str, folder: Path) -> None:
    async with run_server(folder, environment(database)) as server:
        port = server.address.rpartition(":")[2]
        code, out, err = await run_command(folder, environment(database), "serve", "--port", port)
    assert (code, out, err) == (
        2,
        "",
        f"Cannot listen on 127.0.0.1, port {port}: another program listens there already. Choose others with --host and "
        "--port.\n",
    )
