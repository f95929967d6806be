"""Where the PostgreSQL of a test run keeps its data."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

MEMORY = Path("/dev/shm")  # a file system in memory, on Linux
NEEDED = 8 * 1024**3
"""The bytes that must be free there: a test with a million trackers writes some 4 GB."""


@contextmanager
def data_directory(otherwise: Path) -> Iterator[Path]:
    """Give a folder in memory, deleted after the block, or the other folder where there is too little memory.

    Each test copies a database of 300 files: that takes 0.03 s in memory, and 0.2 to 0.9 s on a disk.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < NEEDED:
        yield otherwise
        return
    _delete_folders_of_killed_runs()
    with TemporaryDirectory(prefix=f"trackers-tests-{os.getpid()}-", dir=MEMORY) as folder:
        yield Path(folder)


def _delete_folders_of_killed_runs() -> None:
    for folder in MEMORY.glob("trackers-tests-*-*"):
        if not Path("/proc", folder.name.split("-")[2]).exists():
            shutil.rmtree(folder, ignore_errors=True)
