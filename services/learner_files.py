"""The two kinds of file that learners come in: told apart by their first character, read in batches."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from services.ilr_return import read_ilr_return
from services.import_report import OnProgress, UnreadableFileError
from services.learner_csv import read_learner_csv
from services.learner_entry import LearnerEntry

# Small enough to be filled by a file of 1 MB, so that one of 100 MB needs no more memory.
_BATCH = 200


class Batch(NamedTuple):
    """Some learners of a file; ``year`` is that of an ILR return, None for CSV."""

    year: str | None
    entries: list[LearnerEntry]


def read_batches(path: Path, on_progress: OnProgress | None) -> Iterator[Batch]:
    """The learners of an ILR return or a CSV file, a batch at a time, telling after each how far it is.

    Raises UnreadableFileError, possibly after the first batches.
    """
    with opened(path) as stream:
        total = path.stat().st_size
        learners = _learners(stream, str(path))
        while batch := list(islice(learners, _BATCH)):
            yield Batch(batch[-1][0], [entry for _, entry in batch])
            if on_progress:
                on_progress(stream.tell(), total)
    if on_progress:
        on_progress(total, total)


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


def _learners(stream: BufferedReader, file: str) -> Iterator[tuple[str | None, LearnerEntry]]:
    head = stream.read(256)
    stream.seek(0)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if wide else "utf-8-sig", errors="ignore")
    if text.lstrip().startswith("<"):
        yield from read_ilr_return(stream, file)
    else:
        for entry in read_learner_csv(stream, file):
            yield None, entry
