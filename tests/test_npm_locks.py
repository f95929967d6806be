"""The npm packages that tests use: pinned to exact versions, locked by hashes, without addresses of a registry."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import NPM

FOLDERS = sorted(lock.parent for lock in NPM.glob("*/package-lock.json"))


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_the_folders_of_packages_are_found() -> None:
    assert "audits" in [folder.name for folder in FOLDERS]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_lock_has_hashes_and_no_address(folder: Path) -> None:
    packages = {path: entry for path, entry in read(folder / "package-lock.json")["packages"].items() if path}
    assert [path for path, entry in packages.items() if "resolved" in entry] == []
    assert [path for path, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_versions_are_exact(folder: Path) -> None:
    package = read(folder / "package.json")
    versions = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
