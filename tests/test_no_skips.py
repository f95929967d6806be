"""A skipped test, a skipped fixture and a skipped file, with and without TRACKERS_NO_SKIPS=1."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

TESTS = """
import pytest

@pytest.fixture
def browser():
    pytest.skip("no browser")

@pytest.mark.skipif(True, reason="no moon")
def test_marked(): ...

def test_fixture(browser): ...

@pytest.mark.xfail(reason="known", strict=True)
def test_expected(): assert 0

def test_done(): ...
"""
FILE = "import pytest\n\npytest.skip('no sea', allow_module_level=True)\n"
PYTEST = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "200"}


def outcome(folder: Path, **variables: str) -> tuple[int, list[str], str]:
    """The exit code of a run of these tests, its lines of what was skipped or failed, and its last line."""
    (folder / "test_some.py").write_text(TESTS, "utf-8")
    (folder / "test_file.py").write_text(FILE, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.no_skips", "-p", "no:cacheprovider", "-rsfE", "--tb=short",
         "--continue-on-collection-errors", "--rootdir", str(folder), str(folder)],
        cwd=folder, env={**os.environ, **PYTEST, **variables},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    return done.returncode, [line for line in lines if re.match(r"(SKIPPED|FAILED|ERROR) ", line)], lines[-1]


def test_elsewhere_skips_are_told_by_name(tmp_path: Path) -> None:
    code, told, last = outcome(tmp_path, TRACKERS_NO_SKIPS="0")
    assert (code, told) == (
        0,
        [
            "SKIPPED [1] test_file.py:3: no sea",
            "SKIPPED [1] test_some.py:8: no moon",
            "SKIPPED [1] test_some.py:11: no browser",
        ],
    )
    assert "1 passed, 3 skipped, 1 xfailed" in last


def test_no_skip_is_let_through(tmp_path: Path) -> None:
    code, told, last = outcome(tmp_path, TRACKERS_NO_SKIPS="1")
    assert (code, told) == (
        1,
        [
            "ERROR test_file.py - TRACKERS_NO_SKIPS=1 allows no skip. Skipped: no sea",
            "ERROR test_some.py::test_marked - TRACKERS_NO_SKIPS=1 allows no skip. Skipped: no moon",
            "ERROR test_some.py::test_fixture - TRACKERS_NO_SKIPS=1 allows no skip. Skipped: no browser",
        ],
    )
    assert "1 passed, 1 xfailed, 3 errors" in last
