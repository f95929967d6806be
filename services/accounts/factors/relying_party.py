"""The relying party of WebAuthn: the domain that passkeys belong to, and the origins of pages that may use them."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from services.installation import Installation
from services.kernel.networks import is_loopback

LOCALHOST = "localhost"
_NAME = "Trackers"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A domain, and the origins on it or below it whose pages may ask for its passkeys."""

    domain: str
    name: str
    origins: tuple[str, ...]


def relying_party(installation: Installation) -> RelyingParty | None:
    """Return the installation's relying party; None if its address is that of a network, which has no passkeys.

    Addresses of this machine stand for ``localhost``, the one name without HTTPS at which browsers offer passkeys.
    """
    host = _host(installation.public_url)
    domain = installation.passkey_domain or host
    if _is_address(domain):
        return None
    origins = dict.fromkeys([_origin(installation.public_url, host), *installation.app_origins])
    return RelyingParty(domain, _NAME, tuple(origin for origin in origins if _is_within(origin, domain)))


def _host(url: str) -> str:
    """Return the host of a URL, which is ``localhost`` for an address of this machine."""
    host = urlsplit(url).hostname or ""
    return LOCALHOST if is_loopback(host) else host


def _origin(url: str, host: str) -> str:
    """Return the origin of a URL with this host, as browsers send it."""
    parts = urlsplit(url)
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_within(origin: str, domain: str) -> bool:
    host = urlsplit(origin).hostname or ""
    return host == domain or host.endswith(f".{domain}")
