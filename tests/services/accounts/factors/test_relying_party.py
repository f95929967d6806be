"""The relying party of WebAuthn: the domain of passkeys, and the origins that may use them."""

import pytest

from services.accounts.factors.relying_party import RelyingParty, relying_party
from services.installation import Installation


def _party(public_url: str, domain: str | None = None, *origins: str) -> RelyingParty | None:
    return relying_party(
        Installation(
            secret=b"s" * 32, edit_url="", public_url=public_url, passkey_domain=domain, app_origins=tuple(origins)
        )
    )


@pytest.mark.parametrize(
    ("public_url", "domain", "origin"),
    [
        ("https://trackers.example.org", "trackers.example.org", "https://trackers.example.org"),
        ("https://Trackers.example.org:443/base", "trackers.example.org", "https://trackers.example.org"),
        ("https://trackers.example.org:8443", "trackers.example.org", "https://trackers.example.org:8443"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_the_public_address_is_the_default(public_url: str, domain: str, origin: str) -> None:
    assert _party(public_url) == RelyingParty(domain, "Trackers", (origin,))


@pytest.mark.parametrize("public_url", ["http://192.0.2.1", "https://[2001:db8::1]:8000"])
def test_a_network_address_has_no_passkeys(public_url: str) -> None:
    assert _party(public_url) is None


def test_apps_below_the_domain_may_use_its_passkeys_and_no_others() -> None:
    party = _party(
        "https://api.example.org",
        "example.org",
        "https://app.example.org",
        "https://example.org",
        "https://evilexample.org",
        "https://example.org.evil.example",
        "capacitor://localhost",
    )
    assert party is not None
    assert party.origins == ("https://api.example.org", "https://app.example.org", "https://example.org")
