"""The licences of all locked packages as Markdown: ``python -m tests.support.supply_chain.licences > FILE``.

Those of Python's packages are what the installed ones say of themselves, by ``pip-licenses``; those of npm's are in the lock.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.supply_chain.locks import (
    ALL_REQUIREMENTS,
    PLAYGROUND,
    RUN_REQUIREMENTS,
    npm_packages,
    python_packages,
    tool_directories,
)


class Licence(NamedTuple):
    """A package and its licence; ``ships`` unless only development and tests use it."""

    package: str
    version: str
    licence: str
    ships: bool


def licences() -> list[Licence]:
    """Return the licence of each locked package. Python's are those that are installed on this platform."""
    return [*_python_licences(), *_npm_licences()]


def _python_licences() -> Iterator[Licence]:
    names = [name for name, _ in python_packages(ALL_REQUIREMENTS)]
    run = {name for name, _ in python_packages(RUN_REQUIREMENTS)}
    command = [str(Path(sys.executable).with_name("pip-licenses")), "--from=mixed", "--format=json", "--with-system"]
    command += [f"--python={sys.executable}", "--packages", *names]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    for entry in json.loads(output):
        name = entry["Name"].lower().replace("_", "-").replace(".", "-")
        yield Licence(entry["Name"], entry["Version"], " ".join(entry["License"].split()), name in run)


def _npm_licences() -> Iterator[Licence]:
    shipped = set(npm_packages([PLAYGROUND]))
    for package in npm_packages([PLAYGROUND, *tool_directories()]):
        yield Licence(package.name, package.version, package.licence, package in shipped)


def _markdown() -> Iterator[str]:
    listed = licences()
    for heading, ships in (("What runs", True), ("What only development and tests use", False)):
        yield f"# {heading}\n"
        yield "| package | version | licence |\n|---|---|---|"
        for entry in sorted(listed):
            if entry.ships is ships:
                yield f"| {entry.package} | {entry.version} | {entry.licence.replace('|', '/')} |"
        yield ""


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in _markdown())
