"""The rules on whether a learner must have names (FamilyName_01, _02 and _04, GivenNames_01, _02 and _04).

Community learning is funding model 10, or 99 with the source of funding 108.
"""

from collections.abc import Mapping

from services.forms.check_digits import TEMPORARY_ULN
from services.imports.ilr.element import ElementReader
from services.imports.ilr.xml import Element
from services.imports.report import Severity

_ALWAYS = {"FamilyName": "FamilyName_01", "GivenNames": "GivenNames_01"}
_LONG_COMMUNITY_COURSE = {"FamilyName": "FamilyName_02", "GivenNames": "GivenNames_02"}
_COMMUNITY_LEARNER_WITH_ULN = {"FamilyName": "FamilyName_04", "GivenNames": "GivenNames_04"}

NAME_LEAVES = frozenset({"FamilyName", "GivenNames", "PlanLearnHours"})

_SHORT_COURSE_HOURS = 10
_MAX_HOURS = 9999


def read_names(reader: ElementReader) -> dict[str, str]:
    """Return the learner's names that are present and valid, and add a problem for each that is missing or invalid."""
    names = {"given_names": reader.formatted("GivenNames"), "family_name": reader.formatted("FamilyName")}
    for element, rule in _applicable_rules(reader).items():
        if not reader.raw(element):
            reader.add_problem(element, "It is missing.", rule)
    return {key: name for key, name in names.items() if name}


def _applicable_rules(reader: ElementReader) -> Mapping[str, str]:
    """Return the rules by which the learner must have names, by element; none if no name is needed."""
    warnings = ElementReader(reader.element, reader.problems, severity=Severity.WARNING)
    hours = warnings.number("PlanLearnHours", maximum=_MAX_HOURS)
    aims = [child for child in reader.element.children if child.name == "LearningDelivery"]
    if not aims or not all(_is_community_learning(aim) for aim in aims):
        return _ALWAYS
    if hours is not None and hours > _SHORT_COURSE_HOURS:
        return _LONG_COMMUNITY_COURSE
    return {} if hours is None or reader.raw("ULN") in ("", TEMPORARY_ULN) else _COMMUNITY_LEARNER_WITH_ULN


def _is_community_learning(aim: Element) -> bool:
    fund_model = ElementReader(aim).raw("FundModel")
    sources = [ElementReader(child) for child in aim.children if child.name == "LearningDeliveryFAM"]
    codes = {(source.raw("LearnDelFAMType"), source.raw("LearnDelFAMCode")) for source in sources}
    return fund_model == "10" or (fund_model == "99" and ("SOF", "108") in codes)
