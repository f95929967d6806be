"""Tests that the npm packages used by tests have exact versions and integrity hashes, and name no registry."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import NPM

PACKAGE_DIRECTORIES = sorted(lock.parent for lock in NPM.glob("*/package-lock.json"))


def read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_lock_files_are_discovered() -> None:
    assert "audits" in [directory.name for directory in PACKAGE_DIRECTORIES]


@pytest.mark.parametrize("directory", PACKAGE_DIRECTORIES, ids=lambda directory: directory.name)
def test_lock_files_have_integrity_hashes_and_no_urls(directory: Path) -> None:
    packages = {path: entry for path, entry in read_json(directory / "package-lock.json")["packages"].items() if path}
    assert [path for path, entry in packages.items() if "resolved" in entry] == []
    assert [path for path, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []


@pytest.mark.parametrize("directory", PACKAGE_DIRECTORIES, ids=lambda directory: directory.name)
def test_versions_are_exact(directory: Path) -> None:
    package = read_json(directory / "package.json")
    versions = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
