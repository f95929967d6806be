"""Which hosts a request may be for, by its header ``Host`` and by its target, if that has the absolute form.

A request without ``Host``, or with two, is refused in any case: proxies and servers may understand it differently
(RFC 9112, section 3.2).
"""

import re
from collections.abc import Collection, Sequence

MISSING = "The request must have one Host header"
INVALID = "The Host header is not a host"
NOT_ALLOWED = "This host is not served here: its operator must list it in TRACKERS_ALLOWED_HOSTS"

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z_][0-9A-Za-z._-]*)(?::[0-9]{0,5})?")
_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")


class HostPolicy:
    """The hosts that are served, in lower case and without ports: any if there are none.

    One that begins with a point stands for all hosts that end with it.
    """

    def __init__(self, hosts: Collection[str] = ()) -> None:
        self._hosts = frozenset(host.encode() for host in hosts if not host.startswith("."))
        self._suffixes = tuple(host.encode() for host in hosts if host.startswith("."))

    def refusal(self, url: bytes, hosts: Sequence[bytes]) -> str | None:
        """Return why a request with this target and these ``Host`` headers is refused, or None if it is not."""
        if len(hosts) != 1 or not hosts[0]:
            return MISSING
        names = [hosts[0]]
        if not url.startswith(b"/") and (absolute := _ABSOLUTE.match(url)):
            names.append(absolute[1])
        for name in names:
            match = _HOST.fullmatch(name)
            if match is None:
                return INVALID
            if not self._serves(match[1]):
                return NOT_ALLOWED
        return None

    def _serves(self, host: bytes) -> bool:
        if not (self._hosts or self._suffixes):
            return True
        name = host.lower().removesuffix(b".")
        return name in self._hosts or name.endswith(self._suffixes)
