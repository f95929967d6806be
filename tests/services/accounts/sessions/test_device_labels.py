"""What devices are called."""

import pytest

from services.accounts.sessions.device_labels import device_label

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (f"{WINDOWS} {WEBKIT} Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} {WEBKIT} Safari/537.36 Edg/131.0.0.0", "Edge on Windows"),
        (f"{WINDOWS[:-1]}; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Safari/537.36", "Chrome on ChromeOS"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Mobile Safari/537.36", "Chrome on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Firefox/1", "Firefox"),
        ("python-httpx/0.28.1", "python-httpx/0.28.1"),
        ("Trackers/3 (own; app)", "Trackers/3"),
        ("", "Unknown device"),
        ("   ", "Unknown device"),
        ("\N{CYRILLIC SMALL LETTER A}\x1b[1m<b>", "1mb"),
        ("x" * 1_000, "x" * 100),
    ],
)
def test_browser_and_system_are_named(user_agent: str, label: str) -> None:
    assert device_label(user_agent) == label
