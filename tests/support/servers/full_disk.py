"""A file system of a few pages, for what happens when a disk is full."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def run_on_full_disk(folder: Path, script: str) -> str:
    """Run a Python script with ``folder`` as its argument, where a file system of 16 KiB is mounted for it alone.

    Returns what it prints. Skips the test where this user may not mount one.
    """
    unshare = shutil.which("unshare") or "unshare"
    namespaces = [unshare, "--mount"] if os.geteuid() == 0 else [unshare, "--user", "--map-root-user", "--mount"]
    mount = ["sh", "-c", 'mount -t tmpfs -o size=16k tmpfs "$1" && exec "$2" -c "$3" "$1"', "sh"]
    if subprocess.run([*namespaces, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a file system of its own, which needs user namespaces or root, cannot be mounted")
    command = [*namespaces, *mount, str(folder), sys.executable, script]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout
