"""Parsers of the addresses in the settings: databases, mail servers, buckets, web pages, origins and proxies.

Each takes the text of an environment variable and raises ValueError if it does not have the form; ``server.environment``
says what the form is. No error of this module quotes the text, which may hold a password.
"""

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from services.mail.smtp import Tls

Network = IPv4Network | IPv6Network

_TLS: dict[str, Tls] = {"smtp": "opportunistic", "smtp+starttls": "starttls", "smtps": "implicit"}
_SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://((?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?)")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """The mail server that mail is sent through."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls


def database_credentials(url: str) -> dict[str, Any]:
    """Return the keyword arguments of ``asyncpg.connect``, which are also the credentials of Tortoise's asyncpg backend.

    Without a password or sslmode asyncpg uses PGPASSWORD and ~/.pgpass, PGSSLMODE and PGSSLROOTCERT. Raises ValueError
    if it is not the URL of a database, or has no user, host or database name.
    """
    parts = _split(url, {"postgres", "postgresql"})
    query = _query(parts, {"host", "sslmode"})
    host = query.get("host") or parts.hostname or ""
    database = unquote(parts.path.removeprefix("/"))
    if not (host and database and parts.username) or (query.get("host") and parts.hostname):
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
        credentials["ssl"] = query["sslmode"]
    return credentials


def database_url(text: str) -> str:
    """Return the text if it is the URL of a database."""
    database_credentials(text)
    return text


def smtp_server(text: str) -> SmtpServer:
    """Parse ``smtp://`` or ``smtp+starttls://`` (default port 587) or ``smtps://`` (465)."""
    parts = _split(text, set(_TLS))
    if not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError
    if bool(parts.username) != bool(parts.password):
        raise ValueError
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=_TLS[parts.scheme],
    )


def bucket(text: str) -> str:
    """Return ``s3://bucket`` or ``s3://bucket/prefix``, without credentials, which other variables hold."""
    parts = _split(text, {"s3"})
    if not _BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment or text.endswith("/"):
        raise ValueError
    if any(segment in ("", ".", "..") for segment in parts.path.split("/")[1:]):
        raise ValueError
    return text


def web_address(text: str) -> str:
    """Return an http or https address without a user or a slash at its end."""
    parts = _split(text, {"http", "https"})
    if not parts.hostname or parts.username is not None or text.endswith("/") or re.search(r"\s", text):
        raise ValueError
    return text


def public_address(text: str) -> str:
    """Return the address that the server's own addresses begin with: one without query or fragment."""
    if "?" in text or "#" in text or "{" in text:
        raise ValueError
    return web_address(text)


def link_pattern(text: str, *, public_url: str, placeholder: str) -> str:
    """Return an address that contains ``{placeholder}``, with ``{public_url}`` filled in."""
    pattern = text.replace("{public_url}", public_url)
    if set(_PLACEHOLDER.findall(pattern)) != {f"{{{placeholder}}}"}:
        raise ValueError
    web_address(pattern)
    return pattern


def origins(text: str) -> tuple[str, ...]:
    """Return origins as browsers send them: in lower case, without a default port. The scheme may be an app's own."""
    return tuple(_origin(item.strip()) for item in text.split(","))


def networks(text: str) -> tuple[Network, ...]:
    """Return networks; an IP address is a network of one address."""
    return tuple(ip_network(item.strip()) for item in text.split(","))


def mail_address(text: str) -> str:
    """Return ``local@domain`` or ``Name <local@domain>``; the address must be ASCII."""
    name, address = parseaddr(text)
    if not text.isprintable() or "@" not in address or not address.isascii():
        raise ValueError
    if text not in (address, f"{name} <{address}>", f'"{name}" <{address}>'):
        raise ValueError
    if not Address(addr_spec=address).domain:
        raise ValueError
    return text


def without_secrets(text: str) -> str:
    """Return the repr of an address, valid or not, in which what may be a password is replaced by ``***``."""
    head, at, tail = text.rpartition("@")
    if at:
        scheme, separator, user = head.rpartition("://") if head.count("://") == 1 else ("", "", head)
        shown = f"{scheme}{separator}{user.partition(':')[0]}{':***' if ':' in user else ''}@{tail}"
    else:
        shown = re.sub(r":(?!//)(?![0-9]{1,5}(?:[/?#]|$)).*", ":***", text, flags=re.DOTALL)
    return repr(re.sub(r"(?i)(pass[a-z]*=)[^&#]*", r"\1***", shown))


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
    match = _ORIGIN.fullmatch(text.lower())
    if match is None:
        raise ValueError
    scheme, host = match.groups()
    return f"{scheme}://{host.removesuffix({'http': ':80', 'https': ':443'}.get(scheme, '-'))}"
