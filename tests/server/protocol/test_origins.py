"""Tests of which origins' pages may call the API, and of what is logged about others."""

import logging

import pytest

from server.protocol.origins import REFUSAL, OriginPolicy


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:3000", "http://127.0.0.1:5173", "http://[::1]:1", "https://localhost", "HTTP://LOCALHOST:8081"],
)
def test_pages_of_this_machine_are_allowed_in_demo_mode(origin: str) -> None:
    assert OriginPolicy(local=True).allows(origin)
    assert not OriginPolicy().allows(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://localhost.evil.example",
        "http://evil.example:8000",
        "http://127.0.0.1.evil.example",
        "http://localhost:3000/",
    ],
)
def test_no_other_page_is_allowed_in_demo_mode(origin: str) -> None:
    assert not OriginPolicy(local=True).allows(origin)


def test_refusals_name_the_setting_and_are_logged_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    policy = OriginPolicy(("https://app.example",))
    with caplog.at_level(logging.WARNING):
        responses = [policy.refusal() for _ in range(3)]

    assert "TRACKERS_ALLOWED_ORIGINS" in REFUSAL
    assert [response.status_code for response in responses] == [403, 403, 403]
    assert caplog.messages == ["a page of an origin that TRACKERS_ALLOWED_ORIGINS does not list was refused"]
