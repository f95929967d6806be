"""Generation of the events in the histories of demo trackers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Member, Role, TrackerEventKind, TrackerStatus
from services.automations.gateway import precondition_message
from services.demo.cases import Case
from services.demo.end_states import EndState
from services.kernel.dates import TIME_ZONE

NEW, APPROVED, RESOLVED = TrackerStatus.NEW, TrackerStatus.APPROVED, TrackerStatus.RESOLVED
REJECTED, CLOSED = TrackerStatus.REJECTED, TrackerStatus.CLOSED
_DAYS_UNTIL_REOPENED = 20  # new trackers older than this may have been rejected and reopened
APPLY_DELAY = dt.timedelta(seconds=2)
"""The time from the approval of an automation without an effective date to its application."""


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """An event to insert into a tracker's history.

    ``actor`` is None if the system acts. ``new_status`` is None if the status does not change.
    """

    kind: TrackerEventKind
    actor: Member | None
    at: dt.datetime
    new_status: TrackerStatus | None = None
    comment: str | None = None


def plan_events(
    case: Case,
    creator: Member,
    assignee: Member | None,
    values: Mapping[str, Any],
    comments: Mapping[str, Sequence[str]],
) -> list[PlannedEvent]:
    """Return the events from the creation of a tracker to its end state, all before today.

    ``comments`` has the possible comments on a change of status, by the new status.
    """
    created = PlannedEvent(TrackerEventKind.CREATED, creator, _random_working_time(case, case.opened))
    if case.is_automation:
        return [created, *_automation_events(case, created, values, comments)]
    events = [created]
    for new_status in _plain_statuses(case):
        actor = assignee or case.organisation.administrators[0]
        events.append(_status_change(case, actor, _later_working_time(case, events[-1].at), new_status, comments))
    return events


def effective_date(case: Case, values: Mapping[str, Any]) -> dt.date | None:
    """Return the date on which an approved process automation is applied, or None if it is applied at once."""
    text = values.get(case.definition.effective_on or "")
    return dt.date.fromisoformat(text) if text else None


def _plain_statuses(case: Case) -> list[TrackerStatus]:
    """Return the statuses that a plain tracker has after NEW, in order."""
    if case.end_state is EndState.NEW:
        is_old = (case.today - case.opened).days > _DAYS_UNTIL_REOPENED
        return [REJECTED, NEW] if is_old and case.random.random() < 0.4 else []
    needs_values = any(RESOLVED in field.required_for for field in case.definition.fields)
    if case.end_state is EndState.CLOSED and not needs_values and case.random.random() < 0.5:
        return [RESOLVED, CLOSED]
    return [case.end_state.status]


def _automation_events(
    case: Case, created: PlannedEvent, values: Mapping[str, Any], comments: Mapping[str, Sequence[str]]
) -> list[PlannedEvent]:
    """Return the events that follow the creation of a process automation, respecting the four-eyes rule."""
    if case.end_state is EndState.NEW:
        return []
    approvers = [
        member
        for member in case.organisation.members_with_roles(Role.EDIT_PROCESS_AUTOMATION_TRACKERS)
        if member is not created.actor
    ]
    approver = case.random.choice(approvers)
    decided_at = _later_working_time(case, created.at)
    if case.end_state is EndState.REJECTED:
        return [_status_change(case, approver, decided_at, REJECTED, comments)]
    if case.end_state is EndState.CLOSED:
        return [PlannedEvent(TrackerEventKind.STATUS_CHANGED, created.actor, decided_at, CLOSED)]
    approval = PlannedEvent(TrackerEventKind.STATUS_CHANGED, approver, decided_at, APPROVED)
    if case.end_state is EndState.APPROVED:
        return [approval]
    applied_at = _applied_at(decided_at, effective_date(case, values))
    if case.end_state is EndState.RESOLVED:
        return [approval, PlannedEvent(TrackerEventKind.APPLIED, None, applied_at, RESOLVED)]
    reason = precondition_message(case.learner.programme_status, case.definition.precondition)
    return [approval, PlannedEvent(TrackerEventKind.APPLY_FAILED, None, applied_at, comment=reason)]


def _status_change(
    case: Case, actor: Member, at: dt.datetime, new_status: TrackerStatus, comments: Mapping[str, Sequence[str]]
) -> PlannedEvent:
    choices = comments.get(new_status.value)
    comment = case.random.choice(choices) if choices else None
    return PlannedEvent(TrackerEventKind.STATUS_CHANGED, actor, at, new_status, comment)


def _random_working_time(case: Case, date: dt.date) -> dt.datetime:
    """Return a random datetime during working hours on a date."""
    random = case.random
    time = dt.time(random.randint(9, 16), random.randint(0, 59), random.randint(0, 59))
    return dt.datetime.combine(date, time, TIME_ZONE).astimezone(dt.UTC)


def _later_working_time(case: Case, before: dt.datetime) -> dt.datetime:
    """Return a working time up to a few days later, always before today and preferably on a weekday."""
    date = before.date() + dt.timedelta(days=case.random.randint(1, 4))
    date += dt.timedelta(days=7 - date.weekday() if date.weekday() > 4 else 0)
    yesterday = case.today - dt.timedelta(days=1)
    after = _random_working_time(case, min(date, yesterday))
    return after if after > before else before + dt.timedelta(minutes=5)


def _applied_at(approved_at: dt.datetime, effective: dt.date | None) -> dt.datetime:
    """Return when an automation is applied: immediately after its approval, or early on its effective date."""
    earliest = approved_at + APPLY_DELAY
    if effective is None:
        return earliest
    return max(earliest, dt.datetime.combine(effective, dt.time(0, 5), TIME_ZONE).astimezone(dt.UTC))
