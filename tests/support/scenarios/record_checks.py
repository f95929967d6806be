"""Checking rules of automations against learning aims that are not stored."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models import LearningAim
from services.automations.aims import programme_kind
from services.automations.record_check import RecordCheck
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import Problem
from services.tracker_types.builtin import load_builtin_types

DEFINITIONS = {builtin.key: builtin.definition for builtin in load_builtin_types()}


def aim(reference: str = "ZPROG001", **columns: Any) -> LearningAim:
    """Return a continuing programme aim of an apprenticeship standard, with some columns replaced."""
    defaults: dict[str, Any] = {
        "aim_type": 1 if reference == "ZPROG001" else 3,
        "fund_model": 36,
        "programme_type": 25,
        "start_date": dt.date(2025, 9, 1),
        "completion_status": 1,
    }
    return LearningAim(reference=reference, **defaults | columns)


def problems_of(
    rule: Callable[[ErrorCollector, RecordCheck], None],
    key: str,
    values: Mapping[str, object],
    aims: Sequence[LearningAim] = (),
) -> list[Problem]:
    """Return the problems that a rule finds in an automation of the built-in type ``key`` with canonical values."""
    errors = ErrorCollector()
    check = RecordCheck(definition=DEFINITIONS[key], values=values, aims=aims, programme_kind=programme_kind(aims))
    rule(errors, check)
    return errors.problems
