"""Values of plain trackers that depend on the learner or the date; all others come from ``trackers.toml``."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from services.demo.cases import Case
from services.demo.end_states import EndState

_RATES = ("12.21", "12.6", "13.45", "14.1", "15.75")
_HOURS = ("16", "22.5", "30", "37.5", "40")


def _pay(case: Case) -> dict[str, Any]:
    return {"hourlyRate": case.random.choice(_RATES), "weeklyHours": case.random.choice(_HOURS)}


def _job(case: Case) -> dict[str, Any]:
    values = {"organisation": case.random_employer().id, "startDate": case.random_date(-70, -12)} | _pay(case)
    if case.end_state is EndState.CLOSED:
        reason = case.random.choice(["RESIGNED", "REDUNDANT", "CONTRACT_ENDED", "OTHER"])
        values |= {"endDate": case.random_date(-10, -1), "endReason": [reason]}
    return values


def _apprenticeship(case: Case) -> dict[str, Any]:
    start = case.random_date(-5, 30)
    return {
        "organisation": case.random_employer().id,
        "startDate": start,
        "plannedEndDate": start + dt.timedelta(days=case.random.randint(400, 700)),
    } | _pay(case)


def _traineeship(case: Case) -> dict[str, Any]:
    return {"organisation": case.random_employer().id}


def _education(case: Case) -> dict[str, Any]:
    start = case.random_date(-20, 30)
    return {"startDate": start, "plannedEndDate": start + dt.timedelta(days=case.random.randint(120, 1000))}


def _self_employment(case: Case) -> dict[str, Any]:
    end = case.random_date(-10, -1) if case.end_state is EndState.CLOSED else None
    return {"startDate": case.random_date(-200, -20), "endDate": end}


def _ilr(case: Case) -> dict[str, Any]:
    # The ILR's year begins in August.
    year = case.opened.year - (case.opened.month < 8)
    effective = case.random_date(-30, -1) if case.random.random() < 0.3 else None
    return {"ilrYear": f"{year % 100:02}-{(year + 1) % 100:02}", "effectiveDate": effective}


def _safeguarding(case: Case) -> dict[str, Any]:
    raised = case.random_date(-3, 0)
    done = case.end_state in (EndState.RESOLVED, EndState.CLOSED)
    return {
        "raisedOn": raised,
        "safeguardingLead": case.random.choice(case.organisation.administrators).id,
        "followUpOn": raised + dt.timedelta(days=case.random.randint(3, 14)),
        "outcome": [case.random.choice(["NO_FURTHER_ACTION", "SUPPORT_PLAN", "REFERRED"])] if done else None,
    }


PLAIN_VALUES: Mapping[str, Callable[[Case], dict[str, Any]]] = MappingProxyType(
    {
        "JOB": _job,
        "APPRENTICESHIP": _apprenticeship,
        "TRAINEESHIP": _traineeship,
        "EDUCATION": _education,
        "SELF_EMPLOYMENT": _self_employment,
        "ILR": _ilr,
        "COMPLIANCE": lambda _case: {},
        "SAFEGUARDING": _safeguarding,
    }
)
