"""A streaming XML parser for ILR returns, which builds a tree of one Learner at a time in bounded memory.

Expat parses the file in chunks. DTDs are refused, so that no entity can be declared, fetched or expanded.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from services.imports.report import UnreadableFileError

# The DfE's XML schemas have the namespaces ESFA/ILR/2018-19 to ESFA/ILR/2025-26 and, since the ESFA closed,
# ILR/2026-27. Some software still writes the old prefix, so both are accepted for every year.
YEARS = tuple(f"{year}-{year - 1999}" for year in range(2018, 2027))
NAMESPACES = {f"{prefix}ILR/{year}": year for year in YEARS for prefix in ("ESFA/", "")}

_CHUNK_BYTES = 64 * 1024
_MAX_MARKUP_BYTES = 1024 * 1024
_MAX_TEXT_LENGTH = 1000
_MAX_DEPTH = 50
_MAX_ELEMENTS = 10_000
_CUT_OFF = "it is cut off"
_REASONS = {
    expat.errors.XML_ERROR_NO_ELEMENTS: _CUT_OFF,
    expat.errors.XML_ERROR_UNCLOSED_TOKEN: _CUT_OFF,
    expat.errors.XML_ERROR_PARTIAL_CHAR: _CUT_OFF,
    expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION: _CUT_OFF,
    expat.errors.XML_ERROR_INVALID_TOKEN: "it has a character that is not allowed here, such as & or < in text",
    expat.errors.XML_ERROR_TAG_MISMATCH: "a closing tag does not match the opening one",
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "there is something after its end",
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: "it has an unknown entity",
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "a tag has the same attribute twice",
    expat.errors.XML_ERROR_MISPLACED_XML_PI: "there is something before <?xml, perhaps an empty line",
    expat.errors.XML_ERROR_BAD_CHAR_REF: "it has the code of a character that is not allowed, such as &#x1F",
    expat.errors.XML_ERROR_INCORRECT_ENCODING: "its encoding is another one than it says",
    expat.errors.XML_ERROR_UNBOUND_PREFIX: "a prefix has no namespace",
}
"""What is wrong with XML, by Expat's message."""


@dataclass(slots=True)
class Element:
    """An XML element that has child elements.

    ``line`` is the line of its start tag. ``leaves`` has the line and the text of each leaf element by name; of several
    with the same name, the first.
    """

    name: str
    line: int
    leaves: dict[str, tuple[int, str]] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)


class _ExpatHandlers:
    """The handlers of Expat's events, with the state of the parse; complete Learners are collected in ``learners``."""

    def __init__(self, file: str, parents: Set[str], leaves: Set[str]) -> None:
        self.file = file
        self.parents = parents
        self.leaves = leaves
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start_element
        self.parser.EndElementHandler = self.end_element
        self.parser.StartDoctypeDeclHandler = self.start_doctype
        self.year: str | None = None
        self.local_names: dict[str, str] = {}  # from names with a namespace, as Expat reports them, to local names
        self.depth = 0
        self.skip_depth = 0  # the depth of the outermost skipped element, or 0
        self.open_elements: list[Element] = []
        self.leaf_name = ""  # the open leaf: its name, the line of its start tag, and its text so far
        self.leaf_line = 0
        self.leaf_text = ""
        self.element_count = 0
        self.learners: list[Element] = []

    def make_error(self, problem: str) -> UnreadableFileError:
        return UnreadableFileError(self.file, problem, self.parser.CurrentLineNumber)

    def start_doctype(self, *_: object) -> None:
        raise self.make_error("has a document type declaration (DTD), which is not allowed")

    def start_element(self, name: str, _: object) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.make_error(f"is nested more than {_MAX_DEPTH} elements deep")
        if self.skip_depth:
            return
        local = self.local_names.get(name)
        if self.depth == 1:
            self.open_message(name)
        elif not local or self.leaf_name or (self.depth == 2 and local != "Learner"):
            self.skip_depth = self.depth
        elif local in self.leaves:
            self.leaf_name, self.leaf_line, self.leaf_text = local, self.parser.CurrentLineNumber, ""
            self.parser.CharacterDataHandler = self.character_data
        else:
            self.open_element(Element(local, self.parser.CurrentLineNumber))

    def open_message(self, name: str) -> None:
        namespace, _, local = name.rpartition(" ")
        self.year = NAMESPACES.get(namespace)
        if self.year is None or local != "Message":
            known = f"ESFA/ILR/{YEARS[0]} to ILR/{YEARS[-1]}"
            raise self.make_error(f"is not an ILR return: the root must be Message in a namespace of {known}")
        self.local_names = {f"{namespace} {name}": name for name in self.parents | self.leaves | {"Learner"}}

    def open_element(self, element: Element) -> None:
        if self.open_elements:
            self.open_elements[-1].children.append(element)
        else:
            self.element_count = 0
        self.element_count += 1
        if self.element_count > _MAX_ELEMENTS:
            raise self.make_error(f"has a Learner with more than {_MAX_ELEMENTS} entities")
        self.open_elements.append(element)

    def character_data(self, data: str) -> None:
        if not self.skip_depth and len(self.leaf_text) < _MAX_TEXT_LENGTH:
            self.leaf_text += data

    def end_element(self, _: str) -> None:
        self.depth -= 1
        if self.skip_depth:
            if self.depth < self.skip_depth:
                self.skip_depth = 0
        elif self.leaf_name:
            self.parser.CharacterDataHandler = None
            self.open_elements[-1].leaves.setdefault(self.leaf_name, (self.leaf_line, self.leaf_text))
            self.leaf_name = ""
        elif self.open_elements:
            element = self.open_elements.pop()
            if not self.open_elements:
                self.learners.append(element)


def read_learners(stream: BinaryIO, file: str, *, parents: Set[str], leaves: Set[str]) -> Iterator[tuple[str, Element]]:
    """Yield each Learner of an ILR return as soon as it has been parsed, with the year of the namespace (``2019-20``).

    Only the elements named in ``parents`` and ``leaves`` are included. Raises UnreadableFileError, possibly after some
    Learners have been yielded, if the file is not well-formed, has a DTD or an unknown namespace, or exceeds a limit
    that bounds memory.
    """
    handlers = _ExpatHandlers(file, parents, leaves)
    bytes_fed = 0
    while True:
        chunk = stream.read(_CHUNK_BYTES)
        bytes_fed += len(chunk)
        _feed(handlers, chunk)
        if bytes_fed - max(handlers.parser.CurrentByteIndex, 0) > _MAX_MARKUP_BYTES:
            raise handlers.make_error("has a tag or comment of more than 1 MB")
        learners, handlers.learners = handlers.learners, []
        for learner in learners:
            yield handlers.year or "", learner
        if not chunk:
            return


def _feed(handlers: _ExpatHandlers, chunk: bytes) -> None:
    try:
        handlers.parser.Parse(chunk, not chunk)
    except expat.ExpatError as error:
        reason = _REASONS.get(expat.errors.messages[error.code], "it cannot be understood here")
        problem = f"is not well-formed XML: {reason}; export the return again"
        raise UnreadableFileError(handlers.file, problem, error.lineno) from None
    except (LookupError, ValueError):
        problem = "is in an unsupported encoding; export the return again, in UTF-8"
        raise UnreadableFileError(handlers.file, problem, 1) from None
