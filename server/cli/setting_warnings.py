"""Warnings about an environment that is valid, but probably not what the operator meant."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from server.environment.variables import LIMIT_VARIABLES, SIGN_ON_CLIENT_SECRET, STATE_DIR, VARIABLES
from server.settings import Settings
from server.state_directory import forgotten_state

_PREFIX = "TRACKERS_"
_LOOKS_LIKE_OURS = re.compile(r"TRACKERS?_", re.IGNORECASE)
_SET_BY_KUBERNETES = re.compile(r"TRACKERS?_(SERVICE_(HOST|PORT)|PORT_[0-9]+_).*", re.ASCII)
"""What Kubernetes sets in every container where a service is named ``trackers``, beside ``TRACKERS_PORT=tcp://…``."""


def setting_warnings(environ: Mapping[str, str], settings: Settings, current: Path) -> Iterator[str]:
    """Yield a line for each variable that is misspelt, and for a state directory left behind.

    ``current`` is the directory in which the command is run. Values are not quoted, as they may be secrets.
    """
    known = {SIGN_ON_CLIENT_SECRET, *(variable.name for variable in (*VARIABLES, *LIMIT_VARIABLES))}
    for name, value in sorted(environ.items()):
        if name not in known and _LOOKS_LIKE_OURS.match(name) and not _is_set_by_kubernetes(name, value):
            yield f"{name} is not a setting and is ignored: {_advice(name, known)}"
    if not environ.get(STATE_DIR.name) and (earlier := forgotten_state(current, settings.state_dir)):
        yield (
            f"{earlier} holds data of an earlier version, which are not used: the state directory is "
            f"{settings.state_dir}. To use them, set TRACKERS_STATE_DIR={earlier}, or move them there"
        )


def _is_set_by_kubernetes(name: str, value: str) -> bool:
    return bool(_SET_BY_KUBERNETES.fullmatch(name)) or value.startswith(("tcp://", "udp://"))


def _advice(name: str, known: Iterable[str]) -> str:
    # Without the prefix, which would make any two names similar.
    words = _LOOKS_LIKE_OURS.sub("", name.upper(), count=1)
    others = [other.removeprefix(_PREFIX) for other in known]
    abbreviated = re.compile(".*".join(map(re.escape, words)))
    similar = list(filter(abbreviated.match, others)) or get_close_matches(words, others, n=1)
    return f"did you mean {_PREFIX}{similar[0]}?" if similar else "docs/settings.md lists the settings"
