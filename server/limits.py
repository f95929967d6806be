"""The limits on what a client may request. Each is documented here, and can be set by an environment variable."""

from dataclasses import dataclass, field
from typing import Any


def _limit(default: float, unit: str, meaning: str) -> Any:
    """Return a dataclass field with metadata from which the settings reference is rendered."""
    return field(default=default, metadata={"unit": unit, "meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits on requests, operations, members and WebSockets, which are positive integers.

    The environment variable for a field is its name in upper case with the prefix ``TRACKERS_``. Limits on a document
    apply after every fragment spread is expanded. Limits on a member apply to all of the member's connections to one
    process; if a client is not signed in, they apply to its network instead, which is an IPv4 address or an IPv6 /64.

    Tests may set what is in seconds to a fraction of a second.
    """

    max_body_bytes: int = _limit(1_048_576, "bytes", "The size of a request's body.")
    max_document_length: int = _limit(100_000, "characters", "The length of a document.")
    max_tokens: int = _limit(10_000, "tokens", "The tokens of a document, comments included.")
    max_selections: int = _limit(2_000, "selections", "The selections of a document, with fragment spreads expanded.")
    max_repeated: int = _limit(
        300, "fields", "The fields of a document that merge with another field; validation compares them in pairs."
    )
    max_depth: int = _limit(20, "levels", "The depth of an operation.")
    max_aliases: int = _limit(200, "aliases", "The aliases of an operation.")
    max_directives: int = _limit(200, "directives", "The directives of an operation.")
    max_root_fields: int = _limit(30, "fields", "The root fields of an operation.")
    max_list_entries: int = _limit(
        1_000, "entries", "The entries of one list in arguments or variables: of a filter, of `ids`, of `values`."
    )
    max_input_values: int = _limit(
        10_000, "values", "The values in the variables; lists, objects and what they hold are counted."
    )
    max_cost: int = _limit(1_000_000, "cost units", "The cost of one operation.")
    max_answer_bytes: int = _limit(16_777_216, "bytes", "The size of the `data` of an answer.")
    cost_bucket: int = _limit(
        20_000_000, "cost units", "What a member may spend at once; not less than `TRACKERS_MAX_COST`."
    )
    cost_refill: int = _limit(200_000, "cost units per second", "How fast the bucket of a member is refilled.")
    signed_out_bytes: int = _limit(
        16_384, "bytes", "The size of a request's body, query string or message without a session."
    )
    signed_out_document_bytes: int = _limit(4_096, "bytes", "The size of a document without a session.")
    signed_out_bucket: int = _limit(
        1_000_000, "cost units", "What the clients of a network that are not signed in may spend at once, together."
    )
    signed_out_refill: int = _limit(
        20_000,
        "cost units per second",
        "How fast the bucket of a network's clients that are not signed in is refilled.",
    )
    max_operations: int = _limit(1_000, "operations", "The concurrent operations of a member, subscriptions included.")
    operation_seconds: float = _limit(
        30, "seconds", "The time that a query, a mutation or an event of a subscription may take."
    )
    statement_seconds: float = _limit(
        10, "seconds", "The time that PostgreSQL gives a statement of a request, waiting for locks included."
    )
    socket_operations: int = _limit(100, "operations", "The concurrent operations of one WebSocket connection.")
    sockets_per_member: int = _limit(1_000, "connections", "The open WebSocket connections of a member.")
    sockets_per_address: int = _limit(2_000, "connections", "The open WebSocket connections of a client's address.")
    signed_out_sockets_per_address: int = _limit(
        200, "connections", "The open WebSocket connections without a session of a client's address."
    )
    signed_out_sockets: int = _limit(2_000, "connections", "The open WebSocket connections without a session, in all.")
    signed_out_socket_seconds: int = _limit(
        60, "seconds", "The time for which a WebSocket connection without a session stays open."
    )
    connections_per_address: int = _limit(
        4_000, "connections", "The open connections of a client's address that have not shown a valid session."
    )
    connections: int = _limit(
        20_000, "connections", "The open connections that have not shown a valid session, in all."
    )
    unfinished_bytes_per_address: int = _limit(
        16_777_216,
        "bytes",
        "What the server keeps of long requests and messages of an address that have not arrived whole.",
    )
    unfinished_bytes: int = _limit(
        67_108_864, "bytes", "What the server keeps of long requests and messages that have not arrived whole, in all."
    )
    body_seconds: int = _limit(30, "seconds", "The time in which a body, or a message over WebSocket, must arrive.")
    signed_out_body_seconds: int = _limit(10, "seconds", "The same without a valid session.")
