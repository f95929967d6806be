"""Tests of the warnings about misspelt variables, and about a state directory that was left behind."""

from pathlib import Path

import pytest

from server.cli.setting_warnings import setting_warnings
from server.settings import Settings


def warnings(current: Path, **environ: str) -> list[str]:
    settings = Settings.from_environment({"TRACKERS_STATE_DIR": str(current / "state")})
    return list(setting_warnings(environ, settings, current))


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("TRACKERS_DATABSE_URL", "did you mean TRACKERS_DATABASE_URL?"),
        ("TRACKERS_DB_URL", "did you mean TRACKERS_DATABASE_URL?"),
        ("TRACKERS_SMTP", "did you mean TRACKERS_SMTP_URL?"),
        ("TRACKERS_SECRET_KEY", "did you mean TRACKERS_SECRET?"),
        ("TRACKER_PUBLIC_URL", "did you mean TRACKERS_PUBLIC_URL?"),
        ("trackers_public_url", "did you mean TRACKERS_PUBLIC_URL?"),
        ("TRACKERS_ALLOWED_ORIGIN", "did you mean TRACKERS_ALLOWED_ORIGINS?"),
        ("TRACKERS_MAX_COSTS", "did you mean TRACKERS_MAX_COST?"),
        ("TRACKERS_XYZZY", "docs/settings.md lists the settings"),
    ],
)
def test_a_misspelt_variable_is_named_with_the_one_perhaps_meant(tmp_path: Path, name: str, advice: str) -> None:
    assert warnings(tmp_path, **{name: "hunter2"}) == [f"{name} is not a setting and is ignored: {advice}"]


def test_right_variables_and_those_of_others_are_not_named(tmp_path: Path) -> None:
    others = {
        "PATH": "/bin",
        "SMTP_URL": "smtp://mail",
        "TRACKERSVILLE": "1",
        # Kubernetes sets these for a service named "trackers".
        "TRACKERS_SERVICE_HOST": "10.0.0.1",
        "TRACKERS_SERVICE_PORT_HTTP": "80",
        "TRACKERS_PORT": "tcp://10.0.0.1:80",
        "TRACKERS_PORT_80_TCP_ADDR": "10.0.0.1",
    }
    right = {"TRACKERS_SMTP_URL": "", "TRACKERS_MAX_DEPTH": "9", "TRACKERS_SIGN_ON_CLIENT_SECRET": "hunter2"}
    assert warnings(tmp_path, **right, **others) == []


def test_a_state_directory_of_an_earlier_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "var" / "postgres").mkdir(parents=True)
    (tmp_path / "var" / "postgres" / "PG_VERSION").write_text("18\n")

    assert warnings(tmp_path) == [
        f"{tmp_path}/var holds data of an earlier version, which are not used: the state directory is "
        f"{tmp_path}/state. To use them, set TRACKERS_STATE_DIR={tmp_path}/var, or move them there"
    ]
    assert warnings(tmp_path, TRACKERS_STATE_DIR=str(tmp_path / "state")) == []
