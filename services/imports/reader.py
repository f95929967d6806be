"""The reader of learners in batches, from an ILR return, a ZIP archive with one, a CSV file or an Excel workbook."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from services.imports.archive import open_return
from services.imports.entry import LearnerEntry
from services.imports.file_kinds import FileKind, detect_kind
from services.imports.ilr.learner import read_ilr_return
from services.imports.report import EntryProblem, UnreadableFileError
from services.imports.tables.learners import read_learner_table
from services.imports.tables.notes import FileNotes

# A file of 1 MB already fills a batch, so that larger files need no more memory.
_BATCH_SIZE = 200


class Batch(NamedTuple):
    """A batch of learners from a file; the last batch of a file is always empty.

    ``year`` is the year of an ILR return (for example ``2019-20``), or None if the file is a table. ``problems`` are
    warnings about the file as a whole, each in one batch only. ``unit`` is what the numbers of records count.
    """

    source: str
    year: str | None
    entries: list[LearnerEntry]
    bytes_read: int
    file_size: int
    problems: tuple[EntryProblem, ...] = ()
    unit: str = "line"


def read_batches(path: Path) -> Iterator[Batch]:
    """Yield the learners of a file in batches.

    Raises UnreadableFileError, possibly after some batches have been yielded.
    """
    with open_file(path) as (stream, file):
        kind = detect_kind(stream, file)
        if kind is FileKind.ILR_RETURN:
            yield from _read_return(stream, stream, file)
        elif kind is FileKind.ZIP_ARCHIVE:
            with open_return(stream, file) as unpacked:
                yield from _read_return(cast("BinaryIO", unpacked), stream, file)
        else:
            yield from _read_table(stream, kind, file)


def _read_return(xml: BinaryIO, stream: BinaryIO, file: str) -> Iterator[Batch]:
    learners = read_ilr_return(xml, file)
    size = os.fstat(stream.fileno()).st_size
    year: str | None = None
    while True:
        batch = list(islice(learners, _BATCH_SIZE))
        year = batch[-1][0] if batch else year
        yield Batch(f"ILR {year or ''}".strip(), year, [entry for _, entry in batch], stream.tell(), size)
        if not batch:
            return


def _read_table(stream: BinaryIO, kind: FileKind, file: str) -> Iterator[Batch]:
    notes = FileNotes(file)
    learners = read_learner_table(stream, kind, notes)
    size = os.fstat(stream.fileno()).st_size
    while True:
        batch = list(islice(learners, _BATCH_SIZE))
        bytes_read = stream.tell() if batch else size
        yield Batch(kind.source, None, batch, bytes_read, size, notes.take(), kind.unit)
        if not batch:
            return


@contextmanager
def open_file(path: Path) -> Iterator[tuple[BufferedReader, str]]:
    """Open a file for reading; yield it with its name for messages.

    Raises UnreadableFileError if it cannot be opened or read, or is empty.
    """
    file = os.fsencode(path).decode(errors="replace")
    try:
        with path.open("rb") as stream:
            if not stream.seekable():
                raise UnreadableFileError(file, "is not an ordinary file; save its content in one")
            if not stream.peek(1):
                raise UnreadableFileError(file, "is empty")
            yield stream, file
    except FileNotFoundError:
        raise UnreadableFileError(file, "does not exist; check its name and folder") from None
    except IsADirectoryError:
        raise UnreadableFileError(file, "is a folder; name the file in it") from None
    except PermissionError:
        raise UnreadableFileError(file, "may not be read by you; ask its owner for permission, or copy it") from None
    except (OSError, io.UnsupportedOperation):
        raise UnreadableFileError(
            file, "cannot be read; its disk or network may be failing, so copy it first"
        ) from None
