"""Errors for requests that cannot reach the application, written to the connection by the protocols themselves."""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from server.protocol.error_codes import Code
from server.protocol.errors import request_error_result
from server.protocol.messages import encode


def refuse_connection(transport: asyncio.Transport, status: int, code: Code, message: str) -> None:
    """Respond with a GraphQL error to a request that cannot reach the application, and close the connection."""
    write_error(transport, status, code, message)
    transport.close()


def write_error(transport: asyncio.Transport, status: int, code: Code, message: str) -> None:
    """Write a GraphQL error as the last response of a connection."""
    body = encode(request_error_result(message, code.value))
    head = (
        b"content-type: application/json; charset=utf-8\r\ncache-control: no-store\r\n"
        b"x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    transport.write(STATUS_LINE[HTTPStatus(status)] + head + body)
