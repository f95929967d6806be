"""Parsers for settings that are addresses: databases, mail servers, buckets, web pages, origins and proxies.

Each takes the text of an environment variable, and raises ValueError if it does not have the format that
``server.environment`` describes. The errors do not quote the text, which may contain a password.
"""

import os
import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from services.kernel.networks import is_loopback
from services.mail.smtp import Tls

Network = IPv4Network | IPv6Network

_TLS_MODES: dict[str, Tls] = {"smtp": "opportunistic", "smtp+starttls": "starttls", "smtps": "implicit"}
_VERIFY = "verify-full"
_SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", _VERIFY}
_ORIGIN_PATTERN = re.compile(r"([a-z][a-z0-9+.-]*)://((?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?)")
_DOMAIN_PATTERN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HOST_PATTERN = re.compile(r"\[[0-9a-f:.]+\]|\.?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?")
_BUCKET_PATTERN = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PLACEHOLDER_PATTERN = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """The connection parameters of the mail server."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls
    verify: bool = True
    """Whether the certificate is checked where TLS is required."""


def database_credentials(url: str) -> dict[str, Any]:
    """Return keyword arguments for ``asyncpg.connect``, which also serve as credentials for Tortoise's asyncpg backend.

    If the URL has no password, asyncpg uses PGPASSWORD or ~/.pgpass. If it has no sslmode, a line that leaves this machine
    is encrypted and the certificate verified, whatever PGSSLMODE says. Raises ValueError if it is not a PostgreSQL URL, or
    has no user, host or database name.
    """
    parts = _split(url, {"postgres", "postgresql"})
    query = _query(parts, {"host", "sslmode"})
    host = query.get("host") or parts.hostname or ""
    database = unquote(parts.path.removeprefix("/"))
    if not (host and database and parts.username) or (query.get("host") and parts.hostname):
        raise ValueError
    if "@" in parts.path:  # a password with an @ and a / that are not encoded: what seems the host is part of it
        raise ValueError
    credentials: dict[str, Any] = {"host": host, "port": parts.port or 5432, "database": database}
    credentials["user"] = unquote(parts.username)
    if parts.password is not None:
        credentials["password"] = unquote(parts.password)
    if host.startswith("/"):
        credentials["ssl"] = False  # a Unix socket has no TLS, whatever PGSSLMODE says
    elif "sslmode" in query:
        if query["sslmode"] not in _SSL_MODES:
            raise ValueError
        credentials["ssl"] = _verified() if query["sslmode"] == _VERIFY else query["sslmode"]
    elif not is_loopback(host):
        credentials["ssl"] = _verified()
    return credentials


def verifies_server(url: str) -> bool:
    """Return whether the connection of a database URL leaves this machine only with a verified certificate."""
    credentials = database_credentials(url)
    host = credentials["host"]
    return host.startswith("/") or is_loopback(host) or credentials["ssl"] in (True, _VERIFY)


def _verified() -> str | bool:
    """Return the value of ``ssl`` that makes asyncpg verify certificate and host name.

    The authorities are those of PGSSLROOTCERT or ~/.postgresql/root.crt, where libpq looks for them, or else the system's.
    """
    has_file = os.environ.get("PGSSLROOTCERT") or Path("~/.postgresql/root.crt").expanduser().exists()
    return _VERIFY if has_file else True


def database_url(text: str) -> str:
    """Return the text if it is a valid database URL."""
    database_credentials(text)
    return text


def smtp_server(text: str) -> SmtpServer:
    """Parse a URL with ``smtp://`` or ``smtp+starttls://`` (default port 587) or ``smtps://`` (default port 465).

    ``smtp://`` requires STARTTLS and a trusted certificate too, unless the server is this machine's own. ``?tls=`` takes an
    ``unverified`` certificate or, with ``smtp://`` alone, turns TLS ``off``.
    """
    parts = _split(text, set(_TLS_MODES))
    word = _query(parts, {"tls"}).get("tls")
    if not parts.hostname or parts.path not in ("", "/") or word not in (None, "unverified", "off"):
        raise ValueError
    tls = _TLS_MODES[parts.scheme]
    if word == "off":
        if tls != "opportunistic":
            raise ValueError
        tls = "none"
    elif word is None and tls == "opportunistic" and not is_loopback(parts.hostname):
        tls = "starttls"
    if bool(parts.username) != bool(parts.password):
        raise ValueError
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
        verify=word is None,
    )


def bucket(text: str) -> str:
    """Return the text if it is an ``s3://bucket`` or ``s3://bucket/prefix`` URL without credentials."""
    parts = _split(text, {"s3"})
    if not _BUCKET_PATTERN.fullmatch(parts.netloc) or parts.query or parts.fragment or text.endswith("/"):
        raise ValueError
    if any(segment in ("", ".", "..") for segment in parts.path.split("/")[1:]):
        raise ValueError
    return text


def web_address(text: str) -> str:
    """Return the text if it is an http or https URL without a user name or a trailing slash."""
    parts = _split(text, {"http", "https"})
    if not parts.hostname or parts.username is not None or text.endswith("/") or re.search(r"\s", text):
        raise ValueError
    return text


def public_address(text: str) -> str:
    """Return the text if it is a web address without a query or fragment, so that paths can be appended to it."""
    if "?" in text or "#" in text or "{" in text:
        raise ValueError
    return web_address(text)


def link_pattern(text: str, *, public_url: str, placeholder: str) -> str:
    """Return a web address with ``{public_url}`` filled in; its only other placeholder must be ``placeholder``."""
    pattern = text.replace("{public_url}", public_url)
    if set(_PLACEHOLDER_PATTERN.findall(pattern)) != {f"{{{placeholder}}}"}:
        raise ValueError
    web_address(pattern)
    return pattern


def origins(text: str) -> tuple[str, ...]:
    """Return origins as browsers send them, in lower case and without a default port. Custom schemes are allowed."""
    return tuple(_origin(item.strip()) for item in text.split(","))


def domain(text: str) -> str:
    """Return a domain name in lower case, which is no address."""
    name = text.lower()
    if len(name) > 253 or not _DOMAIN_PATTERN.fullmatch(name):
        raise ValueError
    return name


def hosts(text: str) -> tuple[str, ...]:
    """Return hosts as ``Host`` has them, in lower case and without ports; one may begin with a point."""
    found = tuple(item.strip().lower().removesuffix(".") for item in text.split(","))
    if not all(_HOST_PATTERN.fullmatch(host) for host in found):
        raise ValueError
    return found


def networks(text: str) -> tuple[Network, ...]:
    """Return networks, where a single IP address is a network of one address."""
    return tuple(ip_network(item.strip()) for item in text.split(","))


def absolute_folder(text: str) -> Path:
    """Return the path of a folder, which need not exist. The root of the file system is none."""
    path = Path(text)
    if not path.is_absolute() or path == Path("/") or not text.isprintable():
        raise ValueError
    return path


def contact_uri(text: str) -> str:
    """Return the text if it is an https URL, or ``mailto:`` with an address, as RFC 9116 has contacts."""
    if text.startswith("mailto:"):
        return f"mailto:{mail_address(text.removeprefix('mailto:'))}"
    if not text.startswith("https://") or not text.isascii():
        raise ValueError
    return web_address(text)


def mail_address(text: str) -> str:
    """Return the text if it is ``local@domain`` or ``Name <local@domain>`` with an ASCII address."""
    name, address = parseaddr(text)
    if not text.isprintable() or "@" not in address or not address.isascii():
        raise ValueError
    if text not in (address, f"{name} <{address}>", f'"{name}" <{address}>'):
        raise ValueError
    if not Address(addr_spec=address).domain:
        raise ValueError
    return text


def without_secrets(text: str) -> str:
    """Return the repr of a valid or invalid address, with anything that may be a password replaced by ``***``."""
    head, at, tail = text.rpartition("@")
    if at:
        scheme, separator, user = head.rpartition("://") if head.count("://") == 1 else ("", "", head)
        redacted = f"{scheme}{separator}{user.partition(':')[0]}{':***' if ':' in user else ''}@{tail}"
    else:
        redacted = re.sub(r":(?!//)(?![0-9]{1,5}(?:[/?#]|$)).*", ":***", text, flags=re.DOTALL)
    return repr(re.sub(r"(?i)(pass[a-z]*=)[^&#]*", r"\1***", redacted))


def _split(text: str, schemes: set[str]) -> SplitResult:
    parts = urlsplit(text)
    if parts.scheme not in schemes or "://" not in text or not text.isprintable() or parts.port == 0:
        raise ValueError
    return parts


def _query(parts: SplitResult, known: set[str]) -> dict[str, str]:
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    if len({name for name, _ in pairs} & known) != len(pairs) or parts.fragment:
        raise ValueError
    return dict(pairs)


def _origin(text: str) -> str:
    match = _ORIGIN_PATTERN.fullmatch(text.lower())
    if match is None:
        raise ValueError
    scheme, host = match.groups()
    return f"{scheme}://{host.removesuffix({'http': ':80', 'https': ':443'}.get(scheme, '-'))}"
