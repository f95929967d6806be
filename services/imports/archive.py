"""ZIP archives with an ILR return, as Submit Learner Data takes them: with exactly one file whose name ends in .xml."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, BinaryIO

from services.imports.report import UnreadableFileError

_MAX_UNPACKED_BYTES = 2 * 1024 * 1024 * 1024
_JUNK_FOLDER = "__MACOSX/"  # macOS adds a file there for each file
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may take any amount of memory


@contextmanager
def open_return(stream: BinaryIO, file: str) -> Iterator[IO[bytes]]:
    """Open the only XML file of an archive, to be read as it is unpacked. Raises UnreadableFileError."""
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(stream))
            unpacked = stack.enter_context(archive.open(_only_return(archive.infolist(), file)))
        except UnreadableFileError:
            raise
        except Exception:  # zipfile raises many kinds for a damaged archive
            raise _damaged(file) from None
        try:
            yield unpacked
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise _damaged(file) from None


def _damaged(file: str) -> UnreadableFileError:
    return UnreadableFileError(file, "is a damaged ZIP archive; pack or download it again")


def _only_return(parts: list[zipfile.ZipInfo], file: str) -> zipfile.ZipInfo:
    """Return the XML file among the parts. Raises UnreadableFileError, with what the archive has instead."""
    parts = [part for part in parts if not part.is_dir() and not part.filename.startswith(_JUNK_FOLDER)]
    returns = [part for part in parts if part.filename.lower().endswith(".xml")]
    if len(returns) != 1:
        has = f"{len(returns)} XML files" if returns else _count_files(parts)
        advice = "only one with a single ILR return is read, so unpack it, and import the file that you mean"
        raise UnreadableFileError(file, f"is a ZIP archive with {has}; {advice}")
    if returns[0].flag_bits & 1:
        raise UnreadableFileError(file, "is a ZIP archive with a password; unpack it, and import the XML file")
    if returns[0].compress_type not in _METHODS or returns[0].file_size > _MAX_UNPACKED_BYTES:
        problem = "is a ZIP archive that cannot be unpacked here; unpack it, and import the XML file"
        raise UnreadableFileError(file, problem)
    return returns[0]


def _count_files(parts: list[zipfile.ZipInfo]) -> str:
    if not parts:
        return "no file"
    return f"{'1 file' if len(parts) == 1 else f'{len(parts)} files'}, but no XML file"
