"""Child processes that run the command ``trackers``, and clients that connect to its server over the network."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

SECRET = "a secret for servers under test, 32 bytes or more"
COMMAND = [str(Path(sys.executable).with_name("trackers"))]

SIGN_IN = """
mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { session { accessToken } errors { code } }
}
"""


def environment(database_url: str | None = None, **more: str) -> dict[str, str]:
    """Return the environment of this process without its settings, plus the settings of a test."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("TRACKERS_", "PG"))}
    if database_url is not None:
        variables |= {"TRACKERS_DATABASE_URL": database_url, "TRACKERS_SECRET": SECRET}
    return variables | more


def _with_state(env: Mapping[str, str], directory: Path) -> dict[str, str]:
    """Return the environment with the state directory ``var`` in the test's directory, unless it names another."""
    return {"TRACKERS_STATE_DIR": str(directory / "var"), **env}


class Server:
    """A running server process."""

    def __init__(
        self, process: asyncio.subprocess.Process, address: str, log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.process = process
        self.address = address
        self.log = log
        self._env = env or {}

    @property
    def database_url(self) -> str:
        """Return the URL of the database that the server was configured with."""
        return self._env["TRACKERS_DATABASE_URL"]

    def signal(self, number: Signals) -> None:
        self.process.send_signal(number)

    def workers(self) -> list[int]:
        """Return the process ids of the workers, which are forked and so have the command line of the server."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return [int(child) for child in children if Path(f"/proc/{child}/cmdline").read_bytes() == command]

    async def kill(self) -> None:
        """Kill the process with SIGKILL, without killing its children."""
        self.signal(SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        """Terminate the process with SIGTERM unless it has exited, and return its exit code."""
        if self.process.returncode is None:
            self.signal(SIGTERM)
        async with asyncio.timeout(40):
            return await self.process.wait()

    async def ask(self, document: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
        """Execute a document by POST and return the response."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"query": document, "variables": variables}
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            response: dict[str, Any] = (await client.post(f"{self.address}/graphql", json=body, headers=headers)).json()
        return response

    async def sign_in(self, email: str, password: str) -> str:
        """Sign in and return the access token."""
        response = await self.ask(SIGN_IN, email=email, password=password)
        token: str = response["data"]["signIn"]["session"]["accessToken"]
        return token

    @asynccontextmanager
    async def subscribe(self, token: str, field: str, after: str | None = None) -> AsyncIterator["Subscription"]:
        """Subscribe to ``trackerAssigned`` or ``notificationReceived`` over WebSocket during the block."""
        url = f"{self.address.replace('http', 'ws', 1)}/graphql"
        protocol = Subprotocol("graphql-transport-ws")
        async with connect(url, subprotocols=[protocol], close_timeout=2, proxy=None) as connection:
            await connection.send(
                json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            )
            assert json.loads(await connection.recv())["type"] == "connection_ack"
            document = (
                f"subscription ($after: String) {{ {field}(after: $after) {{ cursor kind tracker {{ number }} }} }}"
            )
            payload = {"query": document, "variables": {"after": after}}
            await connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            yield Subscription(connection, field)


class Subscription:
    """A running subscription on its own WebSocket."""

    def __init__(self, connection: ClientConnection, field: str) -> None:
        self.connection = connection
        self._field = field

    async def next(self, seconds: float = 20) -> dict[str, Any]:
        """Return the next event, which must arrive within this many seconds."""
        async with asyncio.timeout(seconds):
            message = json.loads(await self.connection.recv())
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        event: dict[str, Any] = message["payload"]["data"][self._field]
        return event


@asynccontextmanager
async def run_server(directory: Path, env: Mapping[str, str], *arguments: str) -> AsyncIterator[Server]:
    """Run ``trackers serve`` in a directory, on a free port, during the block."""
    log = directory / f"server-{len(list(directory.glob('server-*.log')))}.log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, "serve", "--port", "0", *arguments,
            cwd=directory, env=_with_state(env, directory), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    try:
        yield Server(process, await _wait_for_address(process, log), log, env)
    finally:
        await stop_process(process)


async def stop_process(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end, unless it has ended; kill it after 40 seconds."""
    if process.returncode is None:
        process.send_signal(SIGTERM)
        try:
            async with asyncio.timeout(40):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _wait_for_address(process: asyncio.subprocess.Process, log: Path) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(120):
        async for line in process.stdout:
            if line.startswith(b"Playground"):
                return line.decode().split()[1].removesuffix("/graphql")
    raise AssertionError(f"the server exited: {log.read_text()}")


async def run_command(directory: Path, env: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
    """Run a command of ``trackers`` in a directory; return its exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments,
        cwd=directory, env=_with_state(env, directory), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(120):
        stdout, stderr = await process.communicate()
    assert process.returncode is not None
    return process.returncode, stdout.decode(), stderr.decode()
