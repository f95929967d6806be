"""The parts of a type's definition that tell which of its fields the ILR's rules are about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCheck:
    """A field that holds codes of the ILR, which must be in the list of their year.

    The list is that of the ILR's field ``element``, or of the one that the text field ``element_in`` names. The year is
    in the text field ``year_in``, or that of the date field ``day_in``.
    """

    field: str
    element: str | None = None
    element_in: str | None = None
    year_in: str | None = None
    day_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRules:
    """What is different for apprenticeship units.

    A form about another programme than the learner's is about a unit if the text field ``reference_in`` has the reference
    of one, or if UNIT is chosen in ``kind_in``; any other form, if the learner is on a unit. Then the days in ``starts``
    and ``ends`` must be 1 to 16 weeks apart, the fields ``not_asked`` are not required, and the choices
    ``choices_not_asked``, by field, are refused.
    """

    reference_in: str | None = None
    kind_in: str | None = None
    starts: str | None = None
    ends: str | None = None
    not_asked: tuple[str, ...] = ()
    choices_not_asked: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def by_learner(self) -> bool:
        """Whether the form is about the learner's own programme."""
        return self.reference_in is None and self.kind_in is None


def decode_unit_rules(document: Mapping[str, Any] | None) -> UnitRules | None:
    """Return the rules of a JSON document, or None if there is none."""
    if document is None:
        return None
    choices = {key: tuple(values) for key, values in document.get("choices_not_asked", {}).items()}
    return UnitRules(**{**document, "not_asked": tuple(document.get("not_asked", ())), "choices_not_asked": choices})
