"""Run command line tools from npm: a compiler, a linter, a comparison of schemas."""

import subprocess
from pathlib import Path

from tests.support.clients.child_process import CLIENTS_DIR, NODE

PACKAGES = CLIENTS_DIR / "node_modules"


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run node in a folder, and return its result even if it fails."""
    command = [NODE[0], *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
