"""How the addresses in the settings are written: databases, mail servers, web pages, origins and proxies.

Every reader takes the text of a variable and raises ValueError where it is not of its form. The settings say what
the form is; no error from here quotes the text, which may hold a password.
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
    """Where mail is handed in."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls


def database_credentials(url: str) -> dict[str, Any]:
    """The keyword arguments of `asyncpg.connect`, which are also the credentials of Tortoise's asyncpg backend.

    An absent password or sslmode is left to asyncpg: PGPASSWORD and ~/.pgpass, PGSSLMODE and PGSSLROOTCERT.
    Raises ValueError for what is no database's URL or names no user, host or database.
    """
    parts = _split(url, {"postgres", "postgresql"})
    query = _query(parts, {"host", "sslmode"})
    host = query.get("host") or parts.hostname or ""
    database = unquote(parts.path.removeprefix("/"))
    if not (host and database and parts.username) or (query.get("host") and parts.hostname):
        raise ValueError
    found: dict[str, Any] = {"host": host, "port": parts.port or 5432, "database": database}
    found["user"] = unquote(parts.username)
    if parts.password is not None:
        found["password"] = unquote(parts.password)
    if host.startswith("/"):
        found["ssl"] = False  # on a socket there is none, whatever PGSSLMODE says
    elif "sslmode" in query:
        if query["sslmode"] not in _SSL_MODES:
            raise ValueError
        found["ssl"] = query["sslmode"]
    return found


def database_url(text: str) -> str:
    """The same URL, once `database_credentials` has understood it."""
    database_credentials(text)
    return text


def smtp_server(text: str) -> SmtpServer:
    """A mail server from `smtp://`, `smtp+starttls://` (port 587 unless told) or `smtps://` (465)."""
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
    """`s3://bucket` or `s3://bucket/prefix`: where, and no more; who asks is told by other variables."""
    parts = _split(text, {"s3"})
    if not _BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment or text.endswith("/"):
        raise ValueError
    if any(one in ("", ".", "..") for one in parts.path.split("/")[1:]):
        raise ValueError
    return text


def web_address(text: str) -> str:
    """The address of a page, http or https, without a user or a slash at its end."""
    parts = _split(text, {"http", "https"})
    if not parts.hostname or parts.username is not None or text.endswith("/") or re.search(r"\s", text):
        raise ValueError
    return text


def public_address(text: str) -> str:
    """The address that all others begin with: nothing may follow its path."""
    if "?" in text or "#" in text or "{" in text:
        raise ValueError
    return web_address(text)


def link_pattern(text: str, *, public_url: str, placeholder: str) -> str:
    """An address with `{placeholder}` in it, for each link anew; `{public_url}` is filled in here."""
    pattern = text.replace("{public_url}", public_url)
    if set(_PLACEHOLDER.findall(pattern)) != {f"{{{placeholder}}}"}:
        raise ValueError
    web_address(pattern)
    return pattern


def origins(text: str) -> tuple[str, ...]:
    """Origins as browsers send them: lower case, no default port. An app's own scheme is one too."""
    return tuple(_origin(item.strip()) for item in text.split(","))


def networks(text: str) -> tuple[Network, ...]:
    """IP addresses, each a network of one, and networks."""
    return tuple(ip_network(item.strip()) for item in text.split(","))


def mail_address(text: str) -> str:
    """`local@domain` or `Name <local@domain>`, in ASCII but for the name."""
    name, address = parseaddr(text)
    if not text.isprintable() or "@" not in address or not address.isascii():
        raise ValueError
    if text not in (address, f"{name} <{address}>", f'"{name}" <{address}>'):
        raise ValueError
    if not Address(addr_spec=address).domain:
        raise ValueError
    return text


def without_secrets(text: str) -> str:
    """An address, right or wrong, with what is or may be a password in it replaced by `***`, on one line."""
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
