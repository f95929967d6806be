"""Filters of the lists of ``million_trackers``: each alone, and the pairs that people use."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from models import Employer, Learner, Member, Programme, ProgrammeStatus, TrackerCategory, TrackerStatus
from services.trackers.listing.filters import DayRange, TrackerFilter
from tests.support.scenarios import million_trackers

S = TrackerStatus
FILTERS: Mapping[str, Mapping[str, Any]] = {
    "no filter": {},
    "old status": {"status": [S.APPROVED]},
    "no match": {"status": [S.REJECTED]},
    "rare status": {"status": [S.CLOSED]},
    "common status": {"status": [S.NEW]},
    "several statuses": {"status": [S.APPROVED, S.CLOSED, S.NEW]},
    "types": {"type": ["JOB", "ILR"]},
    "categories": {"category": [TrackerCategory.CUSTOM, TrackerCategory.PROCESS_AUTOMATION]},
    "unassigned": {"unassigned": True},
    "assigned": {"unassigned": False},
    "assignee": {"assignee": ["Admin 3"]},
    "assignee or unassigned": {"assignee": ["Admin 3"], "unassigned": True},
    "unused assignee": {"assignee": ["Ghost"]},
    "old creator": {"created_by": ["Admin 20"]},
    "learners": {"learner": ["L1", "L500"]},
    "small tutor": {"tutor": [million_trackers.SMALL]},
    "tutors": {"tutor": [f"Tutor {number}" for number in range(1, 100)]},
    "employer": {"employer": ["Employer 7"]},
    "group": {"group": ["Group 30"]},
    "groups that overlap": {"group": ["Group 31", "Group 3"]},
    "programme": {"programme": ["Programme 0"]},
    "no learner's programme": {"programme": ["Programme 5"]},
    "sub-programme": {"sub_programme": ["Part 1"]},
    "rare programme status": {"programme_status": [ProgrammeStatus.WITHDRAWN]},
    "created": {"created": DayRange(date(2024, 3, 5), date(2024, 3, 20))},
    "created long ago": {"created": DayRange(None, date(2023, 9, 1))},
    "updated": {"updated": DayRange(date(2024, 1, 3), date(2025, 11, 17))},
    "updated long ago": {"updated": DayRange(None, date(2024, 1, 1))},
    "due": {"due": DayRange(date(2023, 10, 3), date(2025, 10, 30))},
    "due later": {"due": DayRange(date(2026, 9, 20), None)},
    "overdue": {"overdue": True},
    "not overdue": {"overdue": False},
    "common word": {"search": ("hours",)},
    "middling word": {"search": ("middle",)},
    "rare word": {"search": ("xylo",)},
    "absent word": {"search": ("qqqq",)},
    "old word": {"search": ("ancient",)},
    "two words": {"search": ("jones", "middle")},
    "two letters": {"search": ("qz",)},
    "number": {"search": ("123456",)},
    "ULN": {"search": ("1000007",)},
    "accents": {"search": ("sméth",)},
    "rare status of an assignee": {"assignee": ["Admin 3"], "status": [S.CLOSED]},
    "rare status of a type": {"type": ["ILR"], "status": [S.CLOSED]},
    "word and status": {"search": ("middle",), "status": [S.NEW]},
    "common word and rare status": {"search": ("hours",), "status": [S.CLOSED]},
    "word, status and type": {"search": ("ab1",), "status": [S.NEW], "type": ["ILR"]},
    "word and common status": {"search": ("ab1",), "status": [S.NEW]},
    "overdue of an assignee": {"assignee": ["Admin 3"], "overdue": True},
    "due and status": {"due": DayRange(date(2023, 10, 3), date(2025, 10, 30)), "status": [S.NEW]},
    "overdue of a tutor": {"tutor": [million_trackers.BIG], "overdue": True},
}  # fmt: skip
MODELS = {"assignee": Member, "created_by": Member, "tutor": Member, "employer": Employer, "programme": Programme}


async def make_filter(criteria: Mapping[str, Any], organisation: UUID) -> TrackerFilter:
    """Return the filter with these criteria, converting names to ids."""
    arguments = dict(criteria)
    for name, model in MODELS.items():
        if name in arguments:
            arguments[name] = tuple(
                [row.id for row in await model.filter(organisation_id=organisation, name__in=arguments[name])]
            )
    if "learner" in arguments:
        arguments["learner"] = tuple(
            [row.id for row in await Learner.filter(organisation_id=organisation, reference__in=arguments["learner"])]
        )
    return TrackerFilter(**arguments)
