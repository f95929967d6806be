"""Tests of the pytest plugin that turns skips into errors if ``TRACKERS_NO_SKIPS=1`` is set."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

TEST_MODULE = """
import pytest

@pytest.fixture
def browser():
    pytest.skip("no browser")

@pytest.mark.skipif(True, reason="no network")
def test_marked(): ...

def test_fixture(browser): ...

@pytest.mark.xfail(reason="known", strict=True)
def test_expected(): assert 0

def test_passing(): ...
"""
SKIPPED_MODULE = "import pytest\n\npytest.skip('no server', allow_module_level=True)\n"
PYTEST_VARIABLES = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "200"}


def run_pytest(directory: Path, **variables: str) -> tuple[int, list[str], str]:
    """Run pytest on the sample modules; return the exit code, the lines of the short summary, and the last line."""
    (directory / "test_some.py").write_text(TEST_MODULE, "utf-8")
    (directory / "test_module.py").write_text(SKIPPED_MODULE, "utf-8")
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.no_skips", "-p", "no:cacheprovider", "-rsfE", "--tb=short",
         "--continue-on-collection-errors", "--rootdir", str(directory), str(directory)],
        cwd=directory, env={**os.environ, **PYTEST_VARIABLES, **variables},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    lines = process.stdout.splitlines()
    return process.returncode, [line for line in lines if re.match(r"(SKIPPED|FAILED|ERROR) ", line)], lines[-1]


def test_skips_pass_without_the_variable(tmp_path: Path) -> None:
    exit_code, summary, last_line = run_pytest(tmp_path, TRACKERS_NO_SKIPS="0")
    assert (exit_code, summary) == (
        0,
        [
            "SKIPPED [1] test_module.py:3: no server",
            "SKIPPED [1] test_some.py:8: no network",
            "SKIPPED [1] test_some.py:11: no browser",
        ],
    )
    assert "1 passed, 3 skipped, 1 xfailed" in last_line


def test_skips_fail_with_the_variable(tmp_path: Path) -> None:
    exit_code, summary, last_line = run_pytest(tmp_path, TRACKERS_NO_SKIPS="1")
    assert (exit_code, summary) == (
        1,
        [
            "ERROR test_module.py - Tests must not be skipped if TRACKERS_NO_SKIPS=1. Skipped: no server",
            "ERROR test_some.py::test_marked - Tests must not be skipped if TRACKERS_NO_SKIPS=1. Skipped: no network",
            "ERROR test_some.py::test_fixture - Tests must not be skipped if TRACKERS_NO_SKIPS=1. Skipped: no browser",
        ],
    )
    assert "1 passed, 1 xfailed, 3 errors" in last_line
