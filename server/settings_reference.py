"""The settings reference as Markdown: ``python -m server.settings_reference > docs/settings.md``."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields

from server.environment.variable import Variable
from server.environment.variables import LIMIT_VARIABLES, SIGN_ON_CLIENT_SECRET, VARIABLES
from server.limits import Limits

_INTRODUCTION = """\
<!-- Rendered from server/environment/variables.py and server/limits.py. Do not edit it; run
     .venv/bin/python -m server.settings_reference > docs/settings.md -->

# Settings

An installation is configured by environment variables. An empty variable counts as unset. If a value is invalid, the
server does not start, and prints one line that names the variable, its value and the accepted values. A variable whose
name begins with `TRACKERS_` and is none of these is named in a warning. `var` is the state directory.

## Variables
"""

_OTHERS = f"""
With `TRACKERS_FILES_URL`, keys, region and endpoint of the store come from `AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_REGION` and `AWS_ENDPOINT_URL`, or from the machine's own role. The authorities that
certificates are verified with can be named by `PGSSLROOTCERT` for PostgreSQL and `SSL_CERT_FILE` for mail: see
[Encrypted lines](operate/index.md#encrypted-lines). `trackers set-sign-on` alone reads `{SIGN_ON_CLIENT_SECRET}`, the
client secret of a provider for [single sign-on](operate/sign-on.md).
"""

_LIMITS = f"""
## Limits

These variables limit what one client may request. Each is {LIMIT_VARIABLES[0].expected}. An operation that exceeds a
limit is refused with an error that names the limit. Each process counts cost, connections and concurrent operations
separately. A client's address is its network: an IPv4 address, or a /64 of IPv6. Where no limit is named for clients
without a session, those on a member apply to their address.
"""


def settings_reference() -> str:
    """Return the content of ``docs/settings.md``: a table of the variables, and one of the limits."""
    variables = _table(
        ("variable", "default", "what it is", "form"),
        ((f"`{row.name}`", _default(row), row.meaning, row.expected) for row in VARIABLES),
    )
    units = {limit.name: limit.metadata["unit"] for limit in fields(Limits)}
    limits = _table(
        ("variable", "default", "unit", "what is limited"),
        ((f"`{row.name}`", row.default, units[row.setting], row.meaning) for row in LIMIT_VARIABLES),
    )
    return "\n".join([_INTRODUCTION, *variables, _OTHERS.rstrip(), _LIMITS, *limits, ""])


def _default(variable: Variable) -> str:
    return f"`{variable.default}`" if variable.default else variable.absent_meaning


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    headings = tuple(headings)
    yield _line(headings)
    yield "|" + "---|" * len(headings)
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(settings_reference())
