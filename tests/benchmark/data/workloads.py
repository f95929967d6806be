"""The workloads that are sent as requests: a document, and the variables of each request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from services.kernel.global_ids import NIL_UUID, to_global_id
from tests.benchmark.data import documents
from tests.benchmark.data.database import Size, member_id, row_id

VARIANTS = 500
"""How many different variables a workload sends, where they differ."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Workload:
    """One kind of request. ``name`` is also the path of the floor that answers it."""

    name: str
    title: str
    document: str
    variables: Callable[[Size], Sequence[Json]]
    writes: bool = False


def _no_variables(_: Size) -> Sequence[Json]:
    return [{}]


def _page(_: Size) -> Sequence[Json]:
    return [{"first": 50}]


def _tracker(size: Size) -> Sequence[Json]:
    numbers = Random(1).choices(range(1, size.trackers + 1), k=VARIANTS)
    return [{"id": to_global_id("Tracker", row_id("07", number))} for number in numbers]


def _create(size: Size) -> Sequence[Json]:
    """Return entries about different learners, for assignees who are not among those that send them."""
    administrators = size.members * 3 // 4
    return [
        {
            "input": _job(size, n)
            | {"assigneeId": to_global_id("Member", member_id(administrators - n % (administrators // 3)))}
        }
        for n in range(1, VARIANTS + 1)
    ]


def _job(size: Size, n: int) -> Json:
    return {
        "type": "JOB",
        "learnerId": to_global_id("Learner", row_id("05", n % size.learners + 1)),
        "description": f"Prove job {n}.",
        "dueDate": "2090-01-01",
        "values": [
            {"key": "jobTitle", "value": {"text": f"Baker {n}"}},
            {"key": "organisation", "value": {"reference": to_global_id("Employer", row_id("04", n % 200 + 1))}},
            {"key": "startDate", "value": {"date": "2026-09-01"}},
            {"key": "endDate", "value": {"date": "2027-08-31"}},
            {"key": "hourlyRate", "value": {"decimal": "12.50"}},
            {"key": "weeklyHours", "value": {"decimal": "37.5"}},
            {"key": "contractKind", "value": {"choices": ["PERMANENT"]}},
            {"key": "evidenceKind", "value": {"choices": ["PAYSLIP", "CONTRACT"]}},
        ],
    }


def _validate(size: Size) -> Sequence[Json]:
    entry = _job(size, 1)
    entry["values"] = [
        {"key": "jobTitle", "value": {"text": "B" * 121}},
        {"key": "organisation", "value": {"reference": to_global_id("Employer", NIL_UUID)}},
        {"key": "endDate", "value": {"date": "2027-08-31"}},
        {"key": "hourlyRate", "value": {"decimal": "10000"}},
        {"key": "weeklyHours", "value": {"decimal": "37.5"}},
        {"key": "contractKind", "value": {"choices": ["LIFELONG"]}},
        {"key": "evidenceKind", "value": {"choices": ["PAYSLIP", "CONTRACT"]}},
    ]
    return [{"input": entry}]


WORKLOADS = (
    Workload("trackerTypes", "`trackerTypes`", documents.TRACKER_TYPES, _no_variables),
    Workload("page", "page of 50, 8 values each", documents.PAGE, _page),
    Workload("tracker", "one tracker and its history", documents.TRACKER, _tracker),
    Workload("createTracker", "`createTracker`", documents.CREATE, _create, writes=True),
    Workload("validateTracker", "`validateTracker`, 5 errors", documents.VALIDATE, _validate),
)
