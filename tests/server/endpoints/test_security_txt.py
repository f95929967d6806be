"""``/.well-known/security.txt``: what RFC 9116 requires, and nothing without a contact."""

import datetime as dt

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.endpoints.security_txt import security_txt_routes
from server.setting_values import contact_uri


def test_the_file_says_whom_to_tell_and_until_when() -> None:
    routes = security_txt_routes("mailto:security@example.org", "https://trackers.example/base")
    response = TestClient(Starlette(routes=routes)).get("/.well-known/security.txt")

    assert (response.status_code, response.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    contact, expires, languages, canonical = response.text.splitlines()
    assert (contact, languages, canonical) == (
        "Contact: mailto:security@example.org",
        "Preferred-Languages: en",
        "Canonical: https://trackers.example/base/.well-known/security.txt",
    )
    left = dt.datetime.fromisoformat(expires.removeprefix("Expires: ")) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=178) < left < dt.timedelta(days=365)


def test_without_a_contact_there_is_no_file() -> None:
    assert security_txt_routes(None, "https://trackers.example") == []


@pytest.mark.parametrize("text", ["mailto:security@example.org", "https://example.org/report"])
def test_a_contact_is_a_uri(text: str) -> None:
    assert contact_uri(text) == text


@pytest.mark.parametrize(
    "text",
    ["security@example.org", "http://example.org", "mailto:", "mailto:a", "javascript:x", "https://e\nContact: x"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        contact_uri(text)
