"""The packages in the lock files: Python's requirements, and npm's of the playground and of the tools of the tests."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.support.paths import NPM, ROOT

RUN_REQUIREMENTS, ALL_REQUIREMENTS = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PLAYGROUND = ROOT / "server" / "playground"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)


class NpmPackage(NamedTuple):
    """A package of npm's, with its licence as its author states it, and the hash of its archive."""

    name: str
    version: str
    licence: str
    integrity: str
    """``sha512-`` and the hash in base64."""


def python_packages(lock: Path) -> list[tuple[str, str]]:
    """Return the names and versions of the packages in a requirements file."""
    return _REQUIREMENT.findall(lock.read_text("utf-8"))


def npm_packages(directories: Sequence[Path]) -> list[NpmPackage]:
    """Return the packages that the lock files in these directories have, each once."""
    packages = {
        NpmPackage(
            entry.get("name") or path.rpartition("node_modules/")[2],
            entry["version"],
            entry.get("license", "UNKNOWN"),
            entry["integrity"],
        )
        for directory in directories
        for path, entry in json.loads((directory / "package-lock.json").read_text("utf-8"))["packages"].items()
        if path
    }
    return sorted(packages)


def tool_directories() -> list[Path]:
    """Return the directories with npm packages that only tests use."""
    return sorted(lock.parent for lock in NPM.glob("*/package-lock.json"))
