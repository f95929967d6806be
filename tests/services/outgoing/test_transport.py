"""Tests of the transport of outgoing requests, with real sockets and certificates."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.outgoing.addresses import OutgoingError
from services.outgoing.transport import MAX_RESPONSE_BYTES, client_options

LOCAL = (ip_network("127.0.0.0/8"),)
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Recorder:
    """A server that keeps the heads of the requests that it receives."""

    def __init__(self, answer: Answer) -> None:
        self.requests: list[str] = []
        self.port = 0
        self._answer = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await self._answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def recorder(answer: Answer, context: ssl.SSLContext | None = None) -> AsyncIterator[Recorder]:
    running = Recorder(answer)
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0, ssl=context)
    running.port = server.sockets[0].getsockname()[1]
    async with server:
        yield running


def responding(head: str, body: bytes = b"") -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    return answer


async def get(url: str, networks: Any = LOCAL) -> httpx2.Response:
    async with asyncio.timeout(20), httpx2.AsyncClient(**client_options(networks)) as client:
        return await client.get(url)


async def test_a_host_inside_is_not_connected_to() -> None:
    async with recorder(responding("200 OK")) as server:
        for scheme in ("http", "https"):
            for host in ("localhost", "127.0.0.1", "127.1", "2130706433", "[::ffff:127.0.0.1]"):
                with pytest.raises(OutgoingError):
                    await get(f"{scheme}://{host}:{server.port}/", networks=())
        for url in ("ftp://localhost/", "file:///etc/passwd", "gopher://localhost/", "http:///"):
            with pytest.raises((OutgoingError, httpx2.UnsupportedProtocol)):
                await get(url)
    assert server.requests == []


async def test_an_allowed_network_is_reached_with_the_name_as_its_host() -> None:
    async with recorder(responding("200 OK", b"{}")) as server:
        assert (await get(f"http://localhost:{server.port}/a?b=c")).content == b"{}"
    (request,) = server.requests
    assert request.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert f"\r\nhost: localhost:{server.port}\r\n" in request.lower()
    assert "\r\naccept-encoding: identity\r\n" in request.lower()


async def test_a_name_is_resolved_once_and_its_address_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner of a name may answer with another address the second time (DNS rebinding)."""
    loop, asked = asyncio.get_running_loop(), []

    async def getaddrinfo(host: str, port: int, **_options: Any) -> Any:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port))]

    async with recorder(responding("200 OK")) as server:
        with monkeypatch.context() as patched:
            patched.setattr(loop, "getaddrinfo", _only(loop, "rebinding.example", getaddrinfo))
            assert (await get(f"http://rebinding.example:{server.port}/")).status_code == 200
    assert asked == ["rebinding.example"]
    assert f"\r\nhost: rebinding.example:{server.port}\r\n" in server.requests[0].lower()


async def test_a_name_with_an_address_inside_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    async def getaddrinfo(_host: str, port: int, **_options: Any) -> Any:
        return [(2, 1, 6, "", (address, port)) for address in ("1.1.1.1", "169.254.169.254")]

    with monkeypatch.context() as patched:
        patched.setattr(loop, "getaddrinfo", _only(loop, "both.example", getaddrinfo))
        with pytest.raises(OutgoingError, match="its host is not a public one"):
            await get("https://both.example/")


def _only(loop: asyncio.AbstractEventLoop, name: str, fake: Any) -> Any:
    real = loop.getaddrinfo

    async def getaddrinfo(host: Any, port: Any, **options: Any) -> Any:
        return await (fake if host == name else real)(host, port, **options)

    return getaddrinfo


async def test_redirects_are_not_followed_and_proxies_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        recorder(responding("200 OK")) as other,
        recorder(responding(f"302 Found\r\nLocation: http://127.0.0.1:{other.port}/")) as server,
    ):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{other.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{other.port}")
        assert (await get(f"http://127.0.0.1:{server.port}/")).status_code == 302
    assert (len(server.requests), other.requests) == (1, [])


async def test_an_answer_is_bounded_in_bytes() -> None:
    whole = b"x" * MAX_RESPONSE_BYTES
    async with recorder(responding("200 OK", whole)) as server:
        assert (await get(f"http://127.0.0.1:{server.port}/")).content == whole
    async with recorder(responding("200 OK", whole + b"x")) as server:
        with pytest.raises(OutgoingError, match="its answer is too large"):
            await get(f"http://127.0.0.1:{server.port}/")
    async with recorder(responding("200 OK\r\nContent-Encoding: gzip", b"\x1f\x8b")) as server:
        with pytest.raises(OutgoingError, match="its answer is compressed"):
            await get(f"http://127.0.0.1:{server.port}/")


async def test_an_answer_without_end_is_left_at_the_bound() -> None:
    sent = 0

    async def answer(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()
            sent += 4096

    async with recorder(answer) as server:
        with pytest.raises(OutgoingError, match="its answer is too large"):
            await get(f"http://127.0.0.1:{server.port}/")
    assert sent < 64 * MAX_RESPONSE_BYTES


async def test_a_certificate_must_be_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(  # noqa: ASYNC221 - it takes a moment
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with recorder(responding("200 OK", b"{}"), context) as server:
        with pytest.raises(OutgoingError, match="its certificate is not valid"):
            await get(f"https://localhost:{server.port}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert (await get(f"https://localhost:{server.port}/")).content == b"{}"
        with pytest.raises(OutgoingError, match="its certificate is not valid"):
            await get(f"https://127.0.0.1:{server.port}/")
    assert len(server.requests) == 1


async def test_a_connection_that_breaks_off_is_an_error_of_ours() -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")

    async with recorder(answer) as server:
        with pytest.raises(OutgoingError, match="the connection broke off"):
            await get(f"http://127.0.0.1:{server.port}/")
    with pytest.raises(OutgoingError, match="it cannot be connected to"):
        await get(f"http://127.0.0.1:{server.port}/")
