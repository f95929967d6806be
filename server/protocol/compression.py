"""gzip compression of whole response bodies, and the figures for all compression.

A BREACH attack guesses a secret from the lengths of many responses that contain both the secret and text chosen by the
attacker. It needs a browser that authenticates the attacker's requests automatically, and a secret that stays the same.
Here requests are only authenticated by a header that scripts set, and each response contains newly generated tokens, so
responses to sign-ins are compressed too.
"""

import asyncio
import zlib
from typing import Final

MINIMUM_SIZE: Final = 1_000
"""The minimum number of bytes; a shorter response fits into one packet anyway."""
LEVEL: Final = 4
"""The compression level, from 1 to 9; ``docs/decisions/016-logs-metrics-and-outages.md`` compares their costs."""
_THREAD_SIZE: Final = 131_072
"""From this number of bytes on, compressing would hold up other requests, so it is done in a thread."""
_GZIP: Final = 16 + zlib.MAX_WBITS


async def compress(body: bytes) -> bytes:
    """Return the body in gzip's format."""
    if len(body) < _THREAD_SIZE:
        return zlib.compress(body, LEVEL, _GZIP)
    return await asyncio.to_thread(zlib.compress, body, LEVEL, _GZIP)
