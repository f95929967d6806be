"""Limits that all fields of a form share: what each field may have by itself could be too much for a form.

A form is held in memory, sent with pages of trackers, and matched with every entry. Forms of earlier versions that are
larger stay as they are, until their fields are changed.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from models.base import dump_json
from models.database import fetch
from services.forms.definitions import TypeDefinition
from services.forms.documents import definition_to_document
from services.forms.patterns import program_size
from services.kernel.computing import compute
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.field_rules.text import DEFAULT_LENGTH, DEFAULT_MULTILINE_LENGTH
from services.tracker_types.input import FieldEntry

MAX_CHOICES = 1_000
"""The choices of all fields of a form together; each field may have 500."""
MAX_BYTES = 131_072
"""The size of a form as it is stored."""
MAX_PROGRAM = 60_000
"""The instructions of all patterns of a form: they take 3 MB and 50 ms to compile, where ``[A-Z]{2}[0-9]{6}`` has 12."""
MAX_STEPS = 20_000_000
"""The instructions of each pattern times the most characters of its text, summed: some 40 ms for an entry."""
MAX_TYPES, MAX_TYPES_BYTES = 500, 4_194_304
"""The custom types of an organisation, archived ones included, and the size of their newest forms together."""

_OTHERS = """
SELECT count(*) AS types, coalesce(sum(length(version.definition::text)), 0)::int8 AS bytes
FROM tracker_type type JOIN tracker_type_version version ON version.type_id = type.id AND version.version = type.version
WHERE type.organisation_id = $1 AND type.id IS DISTINCT FROM $2
"""


def check_choices_together(errors: Sequence[ErrorCollector], entries: Sequence[FieldEntry]) -> None:
    """Add TOO_MANY to each field with whose choices the form has too many. There is a collector for each entry."""
    count = 0
    for entry_errors, entry in zip(errors, entries, strict=True):
        own = len(entry.choices or ())
        count += own
        if own and count > MAX_CHOICES:
            message = f"The fields of a form have at most {MAX_CHOICES:,} choices together; up to here, {count:,}."
            entry_errors.at("choices").add(ErrorCode.TOO_MANY, message, maximum=MAX_CHOICES, length=count)


def check_patterns_together(errors: Sequence[ErrorCollector], entries: Sequence[FieldEntry]) -> list[FieldEntry]:
    """Add TOO_LARGE to each field with whose pattern those of the form are too large, and return entries without these.

    Once there is no room for a pattern, none after it is compiled. Invalid patterns are kept, for the field's own check.
    """
    program = steps = 0
    is_full = False
    checked = []
    for entry_errors, entry in zip(errors, entries, strict=True):
        if entry.pattern and not is_full and (size := program_size(entry.pattern)) is not None:
            program += size
            steps += size * _max_length(entry)
            is_full = program > MAX_PROGRAM or steps > MAX_STEPS
        if entry.pattern and is_full:
            message = "The patterns of this form are too large for texts of these lengths: shorten them, or the texts."
            entry_errors.at("pattern").add(ErrorCode.TOO_LARGE, message, maximum=MAX_STEPS)
            entry = replace(entry, pattern=None, pattern_hint=None)
        checked.append(entry)
    return checked


def _max_length(entry: FieldEntry) -> int:
    return entry.max_length or (DEFAULT_MULTILINE_LENGTH if entry.multiline else DEFAULT_LENGTH)


def form_bytes(definition: TypeDefinition) -> int:
    """Return the size of a form as it is stored."""
    return len(dump_json(definition_to_document(definition)).encode())


def check_bytes(errors: ErrorCollector, definition: TypeDefinition) -> None:
    """Add TOO_LARGE if a form takes too many bytes."""
    size = form_bytes(definition)
    if size > MAX_BYTES:
        message = f"A form takes at most {MAX_BYTES:,} bytes; this takes {size:,}."
        errors.add(ErrorCode.TOO_LARGE, message, maximum=MAX_BYTES, length=size)


async def check_room(
    errors: ErrorCollector,
    organisation_id: UUID,
    definition: TypeDefinition,
    replaced: tuple[UUID, TypeDefinition] | None = None,
) -> None:
    """Check a form beside those of the organisation's other types, all of which are in memory while they are used.

    ``replaced`` is the type that gets this form, with its present one; None: a new type. Adds TOO_MANY at ``key`` if there
    are too many types, and TOO_LARGE at ``fields`` if a form grows and all take too many bytes.
    """
    size = await compute(form_bytes, definition)
    if replaced is not None and size <= await compute(form_bytes, replaced[1]):
        return
    (others,) = await fetch(_OTHERS, organisation_id, replaced and replaced[0])
    if replaced is None and others["types"] >= MAX_TYPES:
        message = f"An organisation has at most {MAX_TYPES} types of its own."
        errors.at("key").add(ErrorCode.TOO_MANY, message, maximum=MAX_TYPES)
    size += others["bytes"]
    if size > MAX_TYPES_BYTES:
        message = f"The forms of an organisation take at most {MAX_TYPES_BYTES:,} bytes; with this, {size:,}."
        errors.at("fields").add(ErrorCode.TOO_LARGE, message, maximum=MAX_TYPES_BYTES, length=size)
