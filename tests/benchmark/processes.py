"""Processes as ``/proc`` shows them: the CPU time and the memory of a process and its children."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def _stat(pid: int) -> list[str]:
    """Return the fields of ``/proc/…/stat`` from the third on, the state; see ``man 5 proc``."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def parent(pid: int) -> int:
    """Return the id of a process's parent."""
    return int(_stat(pid)[1])


def tree(root: int) -> list[int]:
    """Return the ids of a process and all of its descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*"):
        try:
            children[parent(int(path.name))].append(int(path.name))
        except OSError:
            continue  # it has ended
    found = [root]
    for pid in found:
        found += children[pid]
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """Return the CPU time that processes, their descendants, and children that have ended, have used."""
    ticks = 0
    for pid in {pid for root in roots for pid in tree(root)}:
        try:
            ticks += sum(map(int, _stat(pid)[11:15]))  # utime, stime, cutime, cstime
        except OSError:
            continue
    return ticks / _TICKS


def memory_bytes(roots: Iterable[int]) -> int:
    """Return the resident memory of processes and their descendants."""
    pages = 0
    for pid in {pid for root in roots for pid in tree(root)}:
        pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * _PAGE_BYTES
