"""The two kinds of file that learners come in: told apart by their first character, read in batches."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from services.imports.entry import LearnerEntry
from services.imports.ilr.learner import read_ilr_return
from services.imports.learner_csv import read_learner_csv
from services.imports.report import UnreadableFileError

# Small enough to be filled by a file of 1 MB, so that one of 100 MB needs no more memory.
_BATCH = 200


class Batch(NamedTuple):
    """Some learners of a file, which is an ILR return of a ``year`` or CSV; the last batch of a file has none.

    ``read`` and ``size`` are bytes: how far the reading is, and how far there is to go.
    """

    source: str
    year: str | None
    entries: list[LearnerEntry]
    read: int
    size: int


def read_batches(path: Path) -> Iterator[Batch]:
    """The learners of an ILR return or a CSV file, a batch at a time.

    Raises UnreadableFileError, possibly after the first batches.
    """
    with opened(path) as stream:
        size = path.stat().st_size
        is_return = _is_xml(stream)
        learners = read_ilr_return(stream, str(path)) if is_return else _from_csv(stream, str(path))
        year: str | None = None
        while True:
            batch = list(islice(learners, _BATCH))
            year = batch[-1][0] if batch else year
            source = f"ILR {year or ''}".strip() if is_return else "CSV"
            yield Batch(source, year, [entry for _, entry in batch], stream.tell(), size)
            if not batch:
                return


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The file open for reading; UnreadableFileError if it cannot be opened, cannot be read or is empty."""
    try:
        with path.open("rb") as stream:
            if not stream.peek(1):
                raise UnreadableFileError(str(path), "is empty")
            yield stream
    except OSError as error:
        raise UnreadableFileError(str(path), f"cannot be read: {error.strerror}") from None


def _is_xml(stream: BufferedReader) -> bool:
    head = stream.read(256)
    stream.seek(0)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return head.decode("utf-16" if wide else "utf-8-sig", errors="ignore").lstrip().startswith("<")


def _from_csv(stream: BufferedReader, file: str) -> Iterator[tuple[str | None, LearnerEntry]]:
    for entry in read_learner_csv(stream, file):
        yield None, entry
