"""The reader of learners in batches, from an ILR return or a CSV file.

The format is detected from the first character of the file, which is ``<`` in XML.
"""

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
from services.imports.report import EntryProblem, UnreadableFileError

# A file of 1 MB already fills a batch, so that larger files need no more memory.
_BATCH_SIZE = 200


class Batch(NamedTuple):
    """A batch of learners from a file; the last batch of a file is always empty.

    ``year`` is the year of an ILR return (for example ``2019-20``), or None if the file is CSV. ``problems`` are
    warnings about the file as a whole, each in one batch only.
    """

    source: str
    year: str | None
    entries: list[LearnerEntry]
    bytes_read: int
    file_size: int
    problems: tuple[EntryProblem, ...] = ()


def read_batches(path: Path) -> Iterator[Batch]:
    """Yield the learners of an ILR return or a CSV file in batches.

    Raises UnreadableFileError, possibly after some batches have been yielded.
    """
    with open_file(path) as stream:
        file_size = path.stat().st_size
        is_return = _is_xml(stream)
        learners = read_ilr_return(stream, str(path)) if is_return else _read_csv(stream, str(path))
        year: str | None = None
        while True:
            batch = list(islice(learners, _BATCH_SIZE))
            year = batch[-1][0] if batch else year
            source = f"ILR {year or ''}".strip() if is_return else "CSV"
            yield Batch(source, year, [entry for _, entry in batch], stream.tell(), file_size)
            if not batch:
                return


@contextmanager
def open_file(path: Path) -> Iterator[BufferedReader]:
    """Open a file for reading; raise UnreadableFileError if it cannot be opened or read, or is empty."""
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
    is_utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return head.decode("utf-16" if is_utf16 else "utf-8-sig", errors="ignore").lstrip().startswith("<")


def _read_csv(stream: BufferedReader, file: str) -> Iterator[tuple[str | None, LearnerEntry]]:
    for entry in read_learner_csv(stream, file):
        yield None, entry
