"""Values of process automations; those of applied automations agree with the learner's record."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from services.demo.cases import Case
from services.demo.end_states import EndState
from services.demo.journeys import Journey


def _change_of_name(case: Case) -> dict[str, Any]:
    learner = case.learner
    values = {"title": learner.title, "givenNames": learner.given_names}
    if case.is_applied:
        values["familyName"] = learner.family_name
    return values | {"effectiveDate": case.effective_date() if case.end_state is EndState.APPROVED else None}


def _change_of_address(case: Case) -> dict[str, Any]:
    new = vars(case.learner) if case.is_applied else case.organisation.people.make_address(case.organisation.towns)
    return {
        "postcode": new["postcode"],
        "addressLine1": new["address_line1"],
        "addressLine2": new["address_line2"],
        "townOrCity": new["address_line3"],
        "county": new["address_line4"],
        "effectiveDate": case.effective_date(),
    }


def _change_of_employer(case: Case) -> dict[str, Any]:
    current_id = case.learner.employer_id
    new = (
        next(row for row in case.organisation.employers if row.id == current_id)
        if case.is_applied
        else case.random_employer(other_than=current_id)
    )
    start = case.effective_date()
    old_end = start - dt.timedelta(days=case.random.randint(1, 10))
    return {
        "newEmployer": new.id,
        "oldEndDate": old_end,
        "newStartDate": start,
        "accountStopDate": old_end,
        "previousHours": Decimal(case.random.choice(["16", "24", "30"])),
        "newHours": case.learner.weekly_hours,
        "employerId": new.employer_id,
    }


def _change_of_working_conditions(case: Case) -> dict[str, Any]:
    learner = case.learner
    return {
        "newHours": learner.weekly_hours if case.is_applied else Decimal(39),
        "workplacePostcode": learner.workplace_postcode
        if case.is_applied
        else case.organisation.people.make_address(case.organisation.towns)["postcode"],
        "jobTitle": learner.job_title if case.is_applied else f"Senior {(learner.job_title or 'assistant').lower()}",
        "effectiveDate": case.effective_date(),
    }


def _learning_support(case: Case) -> dict[str, Any]:
    if case.is_applied:
        aim = case.record.aims[0]
        return {"dateFrom": aim.learning_support_from, "dateTo": aim.learning_support_to}
    return {"dateFrom": (start := case.effective_date()), "dateTo": start + dt.timedelta(days=180)}


def _break_in_learning(case: Case) -> dict[str, Any]:
    last = case.record.aims[0].actual_end_date or case.random_date(-5, -1)
    return {
        "lastLearningDate": last,
        "expectedReturnDate": last + dt.timedelta(days=case.random.randint(45, 150)),
        "employerAccount": ["NOT_PAUSED" if case.end_state is EndState.NEW else "PAUSED"],
    }


def _return_to_learning(case: Case) -> dict[str, Any]:
    if case.is_applied:
        aim = case.record.aims[-1]
        return {"returnDate": aim.start_date, "plannedEndDate": aim.planned_end_date}
    return {"returnDate": case.effective_date()}


def _withdrawal(case: Case) -> dict[str, Any]:
    aim = case.record.aims[0]
    reason = aim.withdraw_reason or case.random.choice([2, 3, 29, 44])
    return {
        "oneAimOnly": False,
        "lastLearningDate": aim.actual_end_date or case.random_date(-7, -2),
        "notifiedOn": case.opened,
        "withdrawReason": [str(reason)],
    }


def _change_of_programme(case: Case) -> dict[str, Any]:
    current_id = case.learner.programme_id
    end = case.record.aims[0].actual_end_date or case.effective_date()
    return {
        "newProgramme": current_id if case.is_applied else case.random_programme(other_than=current_id).id,
        "endDate": end,
        "newStartDate": end + dt.timedelta(days=case.random.randint(3, 14)),
    }


def _completion(case: Case) -> dict[str, Any]:
    aim = case.record.aims[0]
    if case.record.journey is Journey.COMPLETE:
        return {
            "scope": ["WHOLE_PROGRAMME"],
            "actualEndDate": aim.actual_end_date,
            "outcome": [str(aim.outcome)],
            "achievementDate": aim.achievement_date,
            "grade": case.random.choice(["Pass", "Merit", "Distinction"]),
        }
    return {
        "scope": ["PRACTICAL_PERIOD"],
        "actualEndDate": aim.actual_end_date or case.random_date(-7, -1),
        "actualHours": aim.actual_hours or case.random.randint(330, 520),
    }


AUTOMATION_VALUES: Mapping[str, Callable[[Case], dict[str, Any]]] = MappingProxyType(
    {
        "CHANGE_OF_NAME": _change_of_name,
        "CHANGE_OF_ADDRESS": _change_of_address,
        "CHANGE_OF_EMPLOYER": _change_of_employer,
        "CHANGE_OF_WORKING_CONDITIONS": _change_of_working_conditions,
        "LEARNING_SUPPORT": _learning_support,
        "BREAK_IN_LEARNING": _break_in_learning,
        "RETURN_TO_LEARNING": _return_to_learning,
        "WITHDRAWAL": _withdrawal,
        "CHANGE_OF_PROGRAMME": _change_of_programme,
        "COMPLETION": _completion,
    }
)
