"""The events of the demo trackers' histories."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Member, Role, TrackerEventKind, TrackerStatus
from services.demo.cases import Case
from services.demo.end_states import EndState
from services.kernel.dates import TIME_ZONE

NEW, APPROVED, RESOLVED = TrackerStatus.NEW, TrackerStatus.APPROVED, TrackerStatus.RESOLVED
REJECTED, CLOSED = TrackerStatus.REJECTED, TrackerStatus.CLOSED
_DAYS_UNTIL_REOPENED = 20  # a new tracker older than this may have been rejected and reopened
APPLY_DELAY = dt.timedelta(seconds=2)
"""The time from the approval of an automation without an effective date until it is applied."""


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """An event of a history. ``actor`` is None for the system; ``to`` is the new status, if it changed."""

    kind: TrackerEventKind
    actor: Member | None
    at: dt.datetime
    to: TrackerStatus | None = None
    comment: str | None = None


def plan_events(
    case: Case,
    creator: Member,
    assignee: Member | None,
    values: Mapping[str, Any],
    comments: Mapping[str, Sequence[str]],
) -> list[PlannedEvent]:
    """Return the tracker's events from its creation to its end state, all of them before today."""
    created = PlannedEvent(TrackerEventKind.CREATED, creator, _at_work(case, case.opened))
    if case.automation:
        return [created, *_automation(case, created, values, comments)]
    events = [created]
    for to in _plain_path(case):
        actor = assignee or case.organisation.administrators[0]
        events.append(_changed(case, actor, _later(case, events[-1].at), to, comments))
    return events


def effective_day(case: Case, values: Mapping[str, Any]) -> dt.date | None:
    """Return the day on which an approved process automation is applied; None: at once."""
    text = values.get(case.definition.effective_on or "")
    return dt.date.fromisoformat(text) if text else None


def _plain_path(case: Case) -> list[TrackerStatus]:
    if case.end_state is EndState.NEW:
        old = (case.today - case.opened).days > _DAYS_UNTIL_REOPENED
        return [REJECTED, NEW] if old and case.random.random() < 0.4 else []
    free = not any(RESOLVED in field.required_for for field in case.definition.fields)
    if case.end_state is EndState.CLOSED and free and case.random.random() < 0.5:
        return [RESOLVED, CLOSED]
    return [case.end_state.status]


def _automation(
    case: Case, created: PlannedEvent, values: Mapping[str, Any], comments: Mapping[str, Sequence[str]]
) -> list[PlannedEvent]:
    """Return the events after the creation of a process automation. Nobody approves their own, as four-eyes requires."""
    if case.end_state is EndState.NEW:
        return []
    approvers = [
        member
        for member in case.organisation.holders(Role.EDIT_PROCESS_AUTOMATION_TRACKERS)
        if member is not created.actor
    ]
    approver = case.random.choice(approvers)
    decided = _later(case, created.at)
    if case.end_state is EndState.REJECTED:
        return [_changed(case, approver, decided, REJECTED, comments)]
    if case.end_state is EndState.CLOSED:
        return [PlannedEvent(TrackerEventKind.STATUS_CHANGED, created.actor, decided, CLOSED)]
    approved = PlannedEvent(TrackerEventKind.STATUS_CHANGED, approver, decided, APPROVED)
    if case.end_state is EndState.APPROVED:
        return [approved]
    applied = _applied_at(decided, effective_day(case, values))
    if case.end_state is EndState.RESOLVED:
        return [approved, PlannedEvent(TrackerEventKind.APPLIED, None, applied, RESOLVED)]
    allowed = ", ".join(case.definition.precondition)
    reason = f"The learner's programme status is {case.learner.programme_status}; this needs one of: {allowed}."
    return [approved, PlannedEvent(TrackerEventKind.APPLY_FAILED, None, applied, comment=reason)]


def _changed(
    case: Case, actor: Member, at: dt.datetime, to: TrackerStatus, comments: Mapping[str, Sequence[str]]
) -> PlannedEvent:
    choices = comments.get(to.value)
    comment = case.random.choice(choices) if choices else None
    return PlannedEvent(TrackerEventKind.STATUS_CHANGED, actor, at, to, comment)


def _at_work(case: Case, day: dt.date) -> dt.datetime:
    """Return a random time in working hours."""
    random = case.random
    time = dt.time(random.randint(9, 16), random.randint(0, 59), random.randint(0, 59))
    return dt.datetime.combine(day, time, TIME_ZONE).astimezone(dt.UTC)


def _later(case: Case, before: dt.datetime) -> dt.datetime:
    """Return a time a few days later: not on a weekend unless that is yesterday, and before today."""
    day = before.date() + dt.timedelta(days=case.random.randint(1, 4))
    day += dt.timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
    yesterday = case.today - dt.timedelta(days=1)
    after = _at_work(case, min(day, yesterday))
    return after if after > before else before + dt.timedelta(minutes=5)


def _applied_at(approved: dt.datetime, effective: dt.date | None) -> dt.datetime:
    """Return when an automation is applied: right after its approval, or early on its effective day."""
    at_once = approved + APPLY_DELAY
    if effective is None:
        return at_once
    return max(at_once, dt.datetime.combine(effective, dt.time(0, 5), TIME_ZONE).astimezone(dt.UTC))
