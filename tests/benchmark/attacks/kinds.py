"""The attacks that are measured: what a stranger, or a member, sends on each of many connections."""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.support.clients.raw import HANDSHAKE, PING, TEXT, frame, message, post

VARIANTS = 200
"""How many different requests are prepared where none should be like another."""
MEGABYTE = 1_048_576

Bytes = tuple[bytes, Sequence[bytes]]
"""What is sent first, and what is sent in turn whenever something comes back."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An attack; ``make`` is given the access token of a member, which strangers do not use."""

    name: str
    title: str
    make: Callable[[str], Bytes]
    of_member: bool = False


def _compressed(_: str) -> Bytes:
    variables: dict[str, list[list[None]]] = {"a": [[]] * 340_000}
    subscribe = {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": variables}}
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    payload = compressor.compress(json.dumps(subscribe, separators=(",", ":")).encode())
    payload += compressor.flush(zlib.Z_SYNC_FLUSH)
    offer = b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    sent = frame(payload.removesuffix(b"\x00\x00\xff\xff"), compressed=True)
    return HANDSHAKE + offer, [message(type="connection_init") + sent]


def _pings_before_init(_: str) -> Bytes:
    ping = json.dumps({"type": "ping", "payload": {"a": [[]] * 5_000}}, separators=(",", ":")).encode()
    return HANDSHAKE + b"\r\n", [frame(ping) * 20]


def _unending_bodies(_: str) -> Bytes:
    head = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n"
    return head + b" " * 1_000_000, []


def _unending_heads(_: str) -> Bytes:
    return b"GET /graphql HTTP/1.1\r\nHost: a\r\n" + (b"a: " + b"x" * 1_000 + b"\r\n") * 120, []


def _unfinished_fragments(_: str) -> Bytes:
    return HANDSHAKE + b"\r\n", [frame(b"x" * 1_000_000, TEXT, final=False)]


def _sockets_that_stay(_: str) -> Bytes:
    return HANDSHAKE + b"\r\n", [message(type="connection_init")]


def _fresh_documents(_: str) -> Bytes:
    documents = [
        "{ " + " ".join(f"a{number}_{field}: viewer {{ id }}" for field in range(18)) + " }"
        for number in range(VARIANTS)
    ]
    requests = [post(json.dumps({"query": document}).encode()) for document in documents]
    return requests[0], requests


def _refused_variables(_: str) -> Bytes:
    body = {"query": "mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }"}
    long, short = ({**body, "variables": {"input": {"email": [[]] * size}}} for size in (340_000, 4_000))
    requests = [post(json.dumps(one, separators=(",", ":")).encode()) for one in (short, long)]
    return requests[0], requests


def _cache_pushing(token: str) -> Bytes:
    documents = [f"{{ viewer {{ id }} }} # {number} {'x' * 3_900}" for number in range(VARIANTS * 10)]
    requests = [post(json.dumps({"query": document}).encode()) for document in documents]
    return requests[0], requests


def _readiness(_: str) -> Bytes:
    request = b"GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n"
    return request, [request]


def _pipelined(_: str) -> Bytes:
    request = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
    return request * 2_000, [request * 10]


def _new_connections(_: str) -> Bytes:
    return b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", []


def _as_member(token: str, *messages: bytes) -> Bytes:
    init = message(type="connection_init", payload={"authorization": f"Bearer {token}"})
    return HANDSHAKE + b"\r\n", [init, *messages]


def _member_pings(token: str) -> Bytes:
    return _as_member(token, *[message(type="ping") * 200 + frame(b"", PING)] * 50)


def _member_operations(token: str) -> Bytes:
    operations = [
        message(type="subscribe", id=str(number), payload={"query": "{ viewer { id } }"}) for number in range(VARIANTS)
    ]
    return _as_member(token, *[b"".join(operations[at : at + 50]) for at in range(0, VARIANTS, 50)])


def _member_requests(token: str) -> Bytes:
    request = post(b'{"query": "{ viewer { id unreadNotifications } }"}', b"Authorization: Bearer " + token.encode())
    return request, [request]


def _member_documents(token: str) -> Bytes:
    _, requests = _fresh_documents(token)
    authorization = b"Authorization: Bearer " + token.encode() + b"\r\nContent-Length"
    of_member = [request.replace(b"Content-Length", authorization, 1) for request in requests]
    return of_member[0], of_member


KINDS = (
    Kind("compressed", "compressed messages of 340,000 lists", _compressed),
    Kind("pings", "`ping` with 5,000 lists before `connection_init`", _pings_before_init),
    Kind("bodies", "bodies of 1 MB that never end", _unending_bodies),
    Kind("heads", "heads of 120 kB that never end", _unending_heads),
    Kind("fragments", "fragments of 1 MB that never end", _unfinished_fragments),
    Kind("sockets", "sockets that stay", _sockets_that_stay),
    Kind("documents", "documents that are never the same", _fresh_documents),
    Kind("variables", "variables that are refused", _refused_variables),
    Kind("cache", "documents that push others out of the cache", _cache_pushing),
    Kind("readiness", "`/health/ready` in a loop", _readiness),
    Kind("pipelined", "thousands of requests behind one another", _pipelined),
    Kind("connections", "a connection for each request", _new_connections),
    Kind("member-pings", "a member's pings", _member_pings, of_member=True),
    Kind("member-operations", "a member's small operations on sockets", _member_operations, of_member=True),
    Kind("member-requests", "a member's small requests", _member_requests, of_member=True),
    Kind("member-documents", "a member's documents that are never the same", _member_documents, of_member=True),
)
