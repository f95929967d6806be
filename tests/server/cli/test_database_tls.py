"""A line to the database that leaves this machine is encrypted and verified, unless the URL says otherwise.

The PostgreSQL is real; what speaks TLS for it is a proxy, as its binaries are built without. This machine is reached as
0.0.0.0, which is not one of its own addresses to the settings.
"""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from server.setting_values import database_credentials
from tests.support.servers.smtp import make_certificate
from tests.support.servers.trackers import environment, run_command

pytestmark = pytest.mark.server

SSL_REQUEST = (80_877_103).to_bytes(4, "big")
LIST = ("list-members", "--organisation", "Nobody")
REACHED = (2, "", "There is no organisation 'Nobody'.\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    return make_certificate(openssl, folder), folder / "certificate.pem"


@asynccontextmanager
async def tls_proxy(url: str, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Yield the port of a proxy for the database of a URL that speaks TLS or, without a context, refuses to."""
    socket_path = f"{database_credentials(url)['host']}/.s.PGSQL.5432"

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        with suppress(OSError, asyncio.IncompleteReadError):
            first = await reader.readexactly(8)
            if first[4:] == SSL_REQUEST:
                writer.write(b"S" if context else b"N")
                if context:
                    await writer.start_tls(context)
            upstream_reader, upstream = await asyncio.open_unix_connection(socket_path)
            writers.append(upstream)
            if first[4:] != SSL_REQUEST:
                upstream.write(first)
            await asyncio.gather(pipe(reader, upstream), pipe(upstream_reader, writer))
        for one in writers:
            one.transport.abort()

    server = await asyncio.start_server(serve, "0.0.0.0", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def remote(url: str, port: int, sslmode: str = "") -> str:
    """Return the URL of the same database behind the proxy."""
    credentials = database_credentials(url)
    return f"postgres://{credentials['user']}@0.0.0.0:{port}/{credentials['database']}{sslmode}"


async def test_a_certificate_must_be_trusted(
    database_url: str, folder: Path, certificate: tuple[ssl.SSLContext, Path]
) -> None:
    context, file = certificate
    async with tls_proxy(database_url, context) as port:
        for mode in ("", "?sslmode=verify-full"):
            env = environment(remote(database_url, port, mode), HOME=str(folder))
            assert await run_command(folder, env, *LIST) == (
                2,
                "",
                f"TRACKERS_DATABASE_URL: the certificate of 0.0.0.0, port {port} is not trusted. Set PGSSLROOTCERT to the "
                "file of its authority. ?sslmode=require in the URL would encrypt without checking it.\n",
            )
            for name in ("PGSSLROOTCERT", "SSL_CERT_FILE"):
                assert await run_command(folder, env | {name: str(file)}, *LIST) == REACHED, name
        unverified = environment(remote(database_url, port, "?sslmode=require"), HOME=str(folder))
        assert await run_command(folder, unverified, *LIST) == REACHED
        _, out, _ = await run_command(folder, unverified, "doctor")
        assert (
            "note  TLS: sslmode in TRACKERS_DATABASE_URL, TRACKERS_MIGRATE_URL, TRACKERS_LISTEN_URL does not check who "
            "answers: leave it out\n"
        ) in out


async def test_nothing_is_sent_to_a_server_without_tls(database_url: str, folder: Path) -> None:
    async with tls_proxy(database_url, None) as port:
        env = environment(remote(database_url, port), PGSSLMODE="disable")
        assert await run_command(folder, env, *LIST) == (
            2,
            "",
            f"TRACKERS_DATABASE_URL: 0.0.0.0, port {port} offers no TLS. Turn it on there; ?sslmode=disable in the URL "
            "would do without.\n",
        )
        assert await run_command(folder, environment(remote(database_url, port, "?sslmode=disable")), *LIST) == REACHED
        local = remote(database_url, port).replace("0.0.0.0", "127.0.0.1")
        assert await run_command(folder, environment(local), *LIST) == REACHED
