"""The content of entries, by which idempotency keys tell a repeated entry from another one.

Content does not depend on the order of values, the notation of numbers, or surrounding whitespace. Digests of it are
stored, so its format must never change.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.forms.kinds.numbers import plain_text
from services.forms.kinds.types import Reference, SubmittedValue
from services.kernel.text import clean_text


def text_content(text: str | None) -> str | None:
    """Return the content of a text, which is the same for no text and an empty one."""
    return clean_text(text or "")


def values_content(values: Sequence[SubmittedValue]) -> list[list[Any]]:
    """Return the content of the values of a form."""
    return sorted([_value_content(value) for value in values], key=lambda content: content[0])


def _value_content(submitted: SubmittedValue) -> list[Any]:
    value: Any = submitted.value
    match value:
        case str():
            value = clean_text(value) or None
        case Decimal():
            value = plain_text(value)
        case list():
            value = sorted({_node_text("File", item) if isinstance(item, UUID) else item for item in value}) or None
        case Reference():
            value = _node_text(value.target.capitalize() if value.target else "", value.id)
        case dt.date():
            value = value.isoformat()
    return [submitted.key, submitted.slot if value is not None else None, value]


def _node_text(type_name: str, node_id: UUID) -> str:
    # The format of version 0.1.0, as stored digests must remain comparable.
    return f"NodeReference(type_name={type_name!r}, id={node_id!r})"
