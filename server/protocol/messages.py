"""Parsing and encoding of JSON, GraphQL request parameters, and ``graphql-transport-ws`` messages.

Malformed input raises ``MalformedRequest``.
"""

import json
import math
from dataclasses import dataclass, field
from typing import Any, NoReturn

import orjson

_CLIENT_MESSAGES = {"connection_init", "ping", "pong", "subscribe", "complete"}


class MalformedRequest(Exception):  # noqa: N818 - the client's error, not the server's
    """Raised when a client's message is malformed. The text explains why, and never quotes the message."""


class UnreadableRequest(MalformedRequest):
    """Raised when a client's message cannot even be parsed as JSON or as the parameters of a URL."""


@dataclass(frozen=True, slots=True)
class Request:
    """A well-formed GraphQL request, whose document has not been parsed yet.

    ``query`` is None if the request has only the hash of a document, in ``extensions.persistedQuery``. ``on_error`` is
    the parameter ``onError`` as it was sent.
    """

    query: str | None
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    on_error: object = None


@dataclass(frozen=True, slots=True)
class Message:
    """A well-formed ``graphql-transport-ws`` message from a client; ``request`` is set only for ``subscribe``."""

    type: str
    id: str = ""
    payload: dict[str, Any] | None = None
    request: Request | None = None


def _reject_number(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def _parse_finite_float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _reject_number(text)


def decode(data: bytes | str) -> Any:
    """Decode JSON. Raises UnreadableRequest.

    Unlike orjson, this accepts escaped lone surrogates, so that validation can reject the field that contains them and
    report its path, instead of the whole request failing.
    """
    try:
        return orjson.loads(data)
    except ValueError:
        if ("\\u" if isinstance(data, str) else b"\\u") not in data:  # type: ignore[operator]
            raise UnreadableRequest("The request is not valid JSON") from None
    try:
        return json.loads(data, parse_constant=_reject_number, parse_float=_parse_finite_float)
    except (ValueError, RecursionError):
        raise UnreadableRequest("The request is not valid JSON") from None


def encode(value: Any) -> bytes:
    """Encode a value as JSON, escaping lone surrogates, which orjson rejects.

    The value may contain ``orjson.Fragment``, dates and times, also beside lone surrogates.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":"), default=_encode_and_decode).encode()


def _encode_and_decode(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value))


def parse_request(body: Any) -> Request:
    """Parse the parameters of a GraphQL request, ignoring unknown ones, as GraphQL over HTTP specifies."""
    if isinstance(body, list):
        raise MalformedRequest("Batches are not supported: send one request at a time")
    if not isinstance(body, dict):
        raise MalformedRequest("The request must be an object")
    operation_name = body.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise MalformedRequest("operationName must be a string")
    for name in ("variables", "extensions"):
        if body.get(name) is not None and not isinstance(body[name], dict):
            raise MalformedRequest(f"{name} must be an object")
    return Request(_parse_query(body), body.get("variables") or {}, operation_name, body.get("onError"))


def _parse_query(body: dict[str, Any]) -> str | None:
    query = body.get("query")
    if isinstance(query, str):
        return query
    if query is None and (body.get("extensions") or {}).get("persistedQuery") is not None:
        return None
    raise MalformedRequest("query must be a string" if "query" in body else "query is missing")


def parse_message(data: str) -> Message:
    """Parse a client's message according to https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md."""
    message = decode(data)
    if not isinstance(message, dict):
        raise MalformedRequest("A message must be an object")
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in _CLIENT_MESSAGES:
        raise MalformedRequest("type must be one that a client sends: " + ", ".join(sorted(_CLIENT_MESSAGES)))
    payload = message.get("payload")
    if kind in ("subscribe", "complete"):
        identifier = message.get("id")
        if not isinstance(identifier, str) or not identifier:
            raise MalformedRequest(f"{kind}: id must be a non-empty string")
        if kind == "complete":
            return Message(kind, identifier)
        if not isinstance(payload, dict):
            raise MalformedRequest("subscribe: payload must be an object")
        return Message(kind, identifier, payload, parse_request(payload))
    if payload is not None and not isinstance(payload, dict):
        raise MalformedRequest(f"{kind}: payload must be an object")
    return Message(kind, payload=payload)
