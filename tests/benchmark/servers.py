"""The servers that are measured, each a process of its own on a free port with its own copy of the database."""

import asyncio
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import jwt
import orjson

from server.limits import Limits
from tests.benchmark.data.database import member_id
from tests.benchmark.data.workloads import Json, Workload
from tests.support.paths import ROOT
from tests.support.servers.trackers import COMMAND, SECRET, environment, stop_process

EXPIRES = 4_000_000_000
"""When the tokens expire, in seconds since the epoch: after every run."""
PUBLIC_URL = "https://trackers.example"
UNLIMITED = dict.fromkeys(("TRACKERS_COST_BUCKET", "TRACKERS_COST_REFILL"), "1000000000")
"""Costs are counted and charged as ever, but one member may send more than a person would."""
NO_MAIL = {"TRACKERS_SMTP_URL": "smtp://127.0.0.1:9"}
"""A mail server that is out of reach, so that no server sends mail while another one is measured."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the servers to compare. ``module`` is started instead of this server's command."""

    name: str
    title: str
    module: str | None = None
    takes_documents: bool = True
    environment: Mapping[str, str] | None = None
    socket_module: str | None = None
    """What answers on sockets, if it is another program."""

    lacks: Collection[str] = ()
    """The names of workloads that it has no answer for."""
    same_bytes: bool = True
    """Whether its answers are the same bytes; otherwise the same JSON."""

    def with_default_budgets(self) -> "Kind":
        """Return the kind that is started with the budgets that members have unless an operator sets others."""
        limits = Limits()
        budgets = {"TRACKERS_COST_BUCKET": str(limits.cost_bucket), "TRACKERS_COST_REFILL": str(limits.cost_refill)}
        return replace(self, environment=budgets)

    def on_sockets(self) -> "Kind":
        """Return the kind that is started to measure sockets."""
        return replace(self, module=self.socket_module or self.module)


PRODUCT = Kind("product", "this server")
FLOOR = Kind(
    "floor", "the floor", "tests.benchmark.floor", takes_documents=False, socket_module="tests.benchmark.floor.sockets"
)
INTERPRETED = Kind("interpreted", "without the compiled executor", environment={"TRACKERS_COMPILED": "0"})
NAIVE = Kind(
    "naive", "naive strawberry + Tortoise", "tests.benchmark.naive", lacks=("validateTracker",), same_bytes=False
)
KINDS = (PRODUCT, FLOOR, INTERPRETED, NAIVE)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. Where it has several ports, connections are spread over them evenly."""

    kind: Kind
    database_url: str
    pids: Sequence[int]
    ports: Sequence[int]

    def request(self, workload: Workload, variables: Json, member: int) -> bytes:
        """Return an HTTP request as one member sends it."""
        path = "/graphql" if self.kind.takes_documents else f"/{workload.name}"
        content = {"query": workload.document, "variables": variables} if self.kind.takes_documents else variables
        body = orjson.dumps(content)
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token(member_id(member))}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def token(session_id: object) -> str:
    """Return an access token for a session."""
    return jwt.encode({"sid": str(session_id), "exp": EXPIRES}, SECRET, algorithm="HS256")


@asynccontextmanager
async def run_server(kind: Kind, database_url: str, folder: Path, *, workers: int) -> AsyncIterator[Server]:
    """Run a server during the block. The floor and the naive server have one process, and one port, for each worker."""
    settings = {**NO_MAIL, **UNLIMITED, **(kind.environment or {})}
    variables = environment(database_url, TRACKERS_PUBLIC_URL=PUBLIC_URL, **settings)
    variables["TRACKERS_STATE_DIR"] = str(folder / f"state-{kind.name}-{workers}")
    async with AsyncExitStack() as stack:
        if kind.module is None:
            commands = [[*COMMAND, "serve", "--port", "0", "--workers", str(workers)]]
        else:
            commands = [[sys.executable, "-m", kind.module]] * workers
        started = [
            await stack.enter_async_context(_run(command, variables, folder / f"{kind.name}-{workers}-{n}.log"))
            for n, command in enumerate(commands)
        ]
        yield Server(kind, database_url, [pid for pid, _ in started], [port for _, port in started])


@asynccontextmanager
async def _run(command: Sequence[str], variables: Mapping[str, str], log: Path) -> AsyncIterator[tuple[int, int]]:
    """Run a command during the block, and yield its process id and the port in the first line that has an address."""
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=variables, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=errors
        )  # fmt: skip
    try:
        yield process.pid, await _port(process, log)
    finally:
        await stop_process(process)


async def _port(process: asyncio.subprocess.Process, log: Path) -> int:
    assert process.stdout is not None
    async with asyncio.timeout(120):
        async for line in process.stdout:
            if b" http://127.0.0.1:" in line:
                return int(line.split()[1].removesuffix(b"/graphql").rpartition(b":")[2])
    raise RuntimeError(f"a server of the benchmark exited: {log.read_text()}")


async def send_once(server: Server, workload: Workload, variables: Json, *, member: int = 1) -> bytes:
    """Send one request and return the body of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[0])
    try:
        writer.write(server.request(workload, variables, member))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        return await reader.readexactly(length)
    finally:
        writer.close()
