"""Attacks by the header ``Host``: doubled, absent, malformed, or naming a host that is not served."""

from pathlib import Path

import pytest

from server.protocol.hosts import INVALID, MISSING, NOT_ALLOWED
from tests.support.clients.raw import HANDSHAKE, connect
from tests.support.scenarios.staff import running_with_staff
from tests.support.servers.attacked import Attacked

HANDSHAKE_HOST = b"Host: 127.0.0.1\r\n"

# target | headers | why it is refused
REFUSED = [
    (b"/health/live HTTP/1.1", b"", MISSING),
    (b"/health/live HTTP/1.0", b"", MISSING),
    (b"/health/live HTTP/1.1", b"Host:\r\n", MISSING),
    (b"/health/live HTTP/1.1", b"Host: a\r\nHost: a\r\n", MISSING),
    (b"/health/live HTTP/1.1", b"Host: a\r\nX: y\r\nhOST: b\r\n", MISSING),
    (b"http://a/health/live HTTP/1.1", b"", MISSING),
    (b"/health/live HTTP/1.1", b"Host: a, b\r\n", INVALID),
    (b"/health/live HTTP/1.1", b"Host: a/b\r\n", INVALID),
    (b"/health/live HTTP/1.1", b"Host: user@a\r\n", INVALID),
    (b"http://user@a/health/live HTTP/1.1", b"Host: a\r\n", INVALID),
]


@pytest.mark.parametrize(("target", "headers", "reason"), REFUSED)
async def test_host_is_named_once(attacked: Attacked, network: str, target: bytes, headers: bytes, reason: str) -> None:
    async with connect(attacked.port, network) as connection:
        await connection.send(b"GET " + target + b"\r\n" + headers + b"\r\n")
        status, body = await connection.response()
        assert (status, reason.encode() in body) == (400, True)
        await connection.wait_dropped()


@pytest.mark.parametrize("hosts", [b"", HANDSHAKE_HOST * 2])
async def test_host_of_a_handshake_is_named_once(attacked: Attacked, network: str, hosts: bytes) -> None:
    async with connect(attacked.port, network) as connection:
        await connection.send(HANDSHAKE.replace(HANDSHAKE_HOST, hosts) + b"\r\n")
        status, body = await connection.response()
        assert (status, MISSING.encode() in body) == (400, True)


async def test_hosts_that_are_served(postgres: str, template: str, folder: Path) -> None:
    settings = {
        "TRACKERS_ALLOWED_HOSTS": "API.example.org, .example.net, [::1]",
        "TRACKERS_PUBLIC_URL": "https://trackers.example:8443/app",
    }
    async with running_with_staff(postgres, template, folder, **settings) as (server, staff):
        port = Attacked(server, staff).port
        for host in (
            b"api.example.org",
            b"API.EXAMPLE.ORG.:80",
            b"a.b.example.net",
            b"[::1]:8000",
            b"trackers.example",
        ):
            async with connect(port) as connection:
                await connection.send(b"GET /health/live HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
                assert await connection.response() == (200, b"live\n")
            async with connect(port) as connection:
                await connection.send(HANDSHAKE.replace(b"127.0.0.1", host) + b"\r\n")
                assert (await connection.response())[0] == 101
        for host in (b"example.net", b"evilexample.net", b"127.0.0.1", b"api.example.org.evil", b"xapi.example.org"):
            for request in (
                b"GET /health/live HTTP/1.1\r\nHost: " + host + b"\r\n\r\n",
                b"GET http://" + host + b"/health/live HTTP/1.1\r\nHost: api.example.org\r\n\r\n",
                HANDSHAKE.replace(b"127.0.0.1", host) + b"\r\n",
            ):
                async with connect(port) as connection:
                    await connection.send(request)
                    status, body = await connection.response()
                    assert (status, NOT_ALLOWED.encode() in body) == (400, True)
