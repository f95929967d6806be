"""Access tokens that expire while a test runs."""

import time
from dataclasses import dataclass

import jwt

from tests.support.servers.trackers import SECRET


@dataclass(frozen=True)
class ShortToken:
    """An access token, and the time at which it expires, in seconds since the epoch."""

    token: str
    expires: int

    def seconds_left(self) -> float:
        """Return for how many seconds the token is still valid."""
        return max(0.0, self.expires - time.time())


def short_token(token: str, *, seconds: int) -> ShortToken:
    """Return a token of the same session that is valid for this many seconds, or has expired if they are negative."""
    claims = jwt.decode(token, SECRET, ["HS256"])
    expires = int(time.time()) + seconds
    return ShortToken(jwt.encode({**claims, "exp": expires}, SECRET, algorithm="HS256"), expires)
