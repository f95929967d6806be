"""Command-line tools from npm: the Relay compiler, ESLint, and GraphQL Inspector."""

import subprocess
from pathlib import Path

from tests.support.clients.child_process import CLIENTS_DIR, NODE

PACKAGES = CLIENTS_DIR / "node_modules"


def run(directory: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Node.js in a directory and return the completed process, even if its exit code is not 0."""
    command = [NODE, *map(str, arguments)]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120, check=False)
