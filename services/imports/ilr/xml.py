"""An ILR return as XML: one small tree for each Learner, in bounded memory however long the file is.

Expat reads it in pieces. DTDs and entities are refused, so nothing is fetched and nothing expands.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from services.imports.report import UnreadableFileError

# The DfE named the namespace ESFA/ILR/2018-19 … ESFA/ILR/2025-26, and ILR/2026-27 once the ESFA was closed;
# some software still writes the old prefix, so both are known for every year.
YEARS = tuple(f"{year}-{year - 1999}" for year in range(2018, 2027))
NAMESPACES = {f"{prefix}ILR/{year}": year for year in YEARS for prefix in ("ESFA/", "")}

_PIECE = 64 * 1024
_LONGEST_MARKUP = 1024 * 1024
_LONGEST_TEXT = 1000
_DEEPEST = 50
_MOST_ELEMENTS = 10_000


@dataclass(slots=True)
class Element:
    """An element of the return that has others in it; ``line`` is where it starts.

    ``leaves`` has the line and the text of those that have none, of several of one name the first.
    """

    name: str
    line: int
    leaves: dict[str, tuple[int, str]] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)


class _Handlers:
    """The state between expat's calls: the year, where we are, and the Learners that are finished."""

    def __init__(self, file: str, parents: Set[str], leaves: Set[str]) -> None:
        self.file = file
        self.parents = parents
        self.leaves = leaves
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.year: str | None = None
        self.wanted: dict[str, str] = {}  # names as expat gives them, with the namespace, and without it
        self.depth = 0
        self.skipped_from = 0  # the depth of the outermost element that is being left alone; 0: none
        self.open: list[Element] = []
        self.leaf = ""  # the name of the leaf that is open, with the line it starts on and its text so far
        self.leaf_line = 0
        self.leaf_text = ""
        self.elements = 0
        self.learners: list[Element] = []

    def refuse(self, what: str) -> UnreadableFileError:
        return UnreadableFileError(self.file, what, self.parser.CurrentLineNumber)

    def doctype(self, *_: object) -> None:
        raise self.refuse("has a document type declaration (DTD), which is not read")

    def start(self, name: str, _: object) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.refuse(f"is nested more than {_DEEPEST} elements deep")
        if self.skipped_from:
            return
        local = self.wanted.get(name)
        if self.depth == 1:
            self.begin(name)
        elif not local or self.leaf or (self.depth == 2 and local != "Learner"):
            self.skipped_from = self.depth
        elif local in self.leaves:
            self.leaf, self.leaf_line, self.leaf_text = local, self.parser.CurrentLineNumber, ""
            self.parser.CharacterDataHandler = self.text
        else:
            self.enter(Element(local, self.parser.CurrentLineNumber))

    def begin(self, name: str) -> None:
        namespace, _, local = name.rpartition(" ")
        self.year = NAMESPACES.get(namespace)
        if self.year is None or local != "Message":
            known = f"ESFA/ILR/{YEARS[0]} to ILR/{YEARS[-1]}"
            raise self.refuse(f"is not an ILR return: the root must be Message in a namespace of {known}")
        self.wanted = {f"{namespace} {name}": name for name in self.parents | self.leaves | {"Learner"}}

    def enter(self, element: Element) -> None:
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.elements = 0
        self.elements += 1
        if self.elements > _MOST_ELEMENTS:
            raise self.refuse(f"has a Learner with more than {_MOST_ELEMENTS} entities")
        self.open.append(element)

    def text(self, data: str) -> None:
        if not self.skipped_from and len(self.leaf_text) < _LONGEST_TEXT:
            self.leaf_text += data

    def end(self, _: str) -> None:
        self.depth -= 1
        if self.skipped_from:
            if self.depth < self.skipped_from:
                self.skipped_from = 0
        elif self.leaf:
            self.parser.CharacterDataHandler = None
            self.open[-1].leaves.setdefault(self.leaf, (self.leaf_line, self.leaf_text))
            self.leaf = ""
        elif self.open:
            element = self.open.pop()
            if not self.open:
                self.learners.append(element)


def read_learners(stream: BinaryIO, file: str, *, parents: Set[str], leaves: Set[str]) -> Iterator[tuple[str, Element]]:
    """Every Learner of the return with the year of its namespace (``2019-20``), as soon as it is read.

    Of a Learner's elements only ``parents`` and ``leaves`` are kept; of leaves the text.
    Raises UnreadableFileError, possibly after the first Learners, for what is not well-formed, has a DTD, is
    of no known namespace or could need unbounded memory.
    """
    handlers = _Handlers(file, parents, leaves)
    fed = 0
    while True:
        piece = stream.read(_PIECE)
        fed += len(piece)
        _feed(handlers, piece)
        if fed - max(handlers.parser.CurrentByteIndex, 0) > _LONGEST_MARKUP:
            raise handlers.refuse("has a tag or comment of more than 1 MB")
        learners, handlers.learners = handlers.learners, []
        for learner in learners:
            yield handlers.year or "", learner
        if not piece:
            return


def _feed(handlers: _Handlers, piece: bytes) -> None:
    try:
        handlers.parser.Parse(piece, not piece)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise UnreadableFileError(handlers.file, f"is not well-formed XML: {what}", error.lineno) from None
    except (LookupError, ValueError) as error:
        raise UnreadableFileError(handlers.file, f"is in an encoding that is not read: {error}", 1) from None
