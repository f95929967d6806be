"""The lane of each request: that of its member, if its token is known, and else that of its network."""

import asyncio
from collections import OrderedDict
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from server.connections.turns import TurnLostError, Turns
from server.execution.clients import ClientKey, client_key
from server.protocol.error_codes import Code
from server.protocol.http_errors import json_response
from server.protocol.request_errors import too_many_requests
from server.protocol.scopes import connection_of, first_value

MAX_TOKENS: Final = 10_000
MAX_WAIT: Final = 10.0
"""Seconds for which a request waits for its turn."""


class Lanes:
    """The lanes of a process, with the members whose tokens were valid the last time that they were seen.

    They only decide where a request waits: the session is read from the database for each request.
    """

    def __init__(self, turns: Turns | None = None) -> None:
        self.turns = turns or Turns()
        self._members: OrderedDict[bytes, str] = OrderedDict()

    def remember(self, authorization: str, member_id: str | None) -> None:
        """Remember whose a header ``Authorization`` is, or that it is nobody's."""
        header = authorization.encode("latin-1", "replace")
        if member_id is None:
            self._members.pop(header, None)
            return
        self._members[header] = member_id
        if len(self._members) > MAX_TOKENS:
            self._members.popitem(last=False)

    async def admit(self, scope: Scope) -> bool:
        """Wait for the turn of a request; return False if it should not be answered, because it waited too long."""
        lane = self._lane(scope)
        if self.turns.try_take(lane):
            return True
        try:
            async with asyncio.timeout(MAX_WAIT):
                await self.turns.wait(lane)
        except (TimeoutError, TurnLostError):
            return False
        return True

    def refusal(self) -> Response:
        """Return the response to a request that waited too long."""
        error = too_many_requests("Too many requests: wait, or send fewer", Code.RATE_LIMITED, MAX_WAIT)
        return json_response(error.formatted, 429, error.headers)

    def _lane(self, scope: Scope) -> ClientKey:
        member_id = self._member(first_value(scope, b"authorization"))
        if member_id is None:
            client = scope.get("client")
            return client_key(None, client[0] if client else "")
        if (connection := connection_of(scope)) is not None:
            connection.prove_session()
        return client_key(member_id, "")

    def _member(self, authorization: bytes | None) -> str | None:
        member_id = None if authorization is None else self._members.get(authorization)
        if member_id is not None:
            self._members.move_to_end(authorization)  # type: ignore[arg-type]
        return member_id
