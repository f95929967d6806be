"""What happened to the trackers of the demo data, in the order in which it happened."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Member, Role, TrackerEventKind, TrackerStatus
from services.demo.cases import Case
from services.demo.endings import Ending
from services.kernel.dates import TIME_ZONE

NEW, APPROVED, RESOLVED, REJECTED, CLOSED = TrackerStatus
_DAYS_UNTIL_REOPENED = 20
AT_ONCE = dt.timedelta(seconds=2)
"""How long after its approval an automation is applied that waits for no day."""


@dataclass(frozen=True, slots=True)
class Step:
    """An event of a history; no actor is the system, ``to`` is the status after a change of it."""

    kind: TrackerEventKind
    actor: Member | None
    at: dt.datetime
    to: TrackerStatus | None = None
    comment: str | None = None


def history(
    case: Case,
    creator: Member,
    assignee: Member | None,
    values: Mapping[str, Any],
    comments: Mapping[str, Sequence[str]],
) -> list[Step]:
    """The tracker's steps, from its creation to its ending; all of them lie before today."""
    created = Step(TrackerEventKind.CREATED, creator, _at_work(case, case.opened))
    if case.automation:
        return [created, *_automation(case, created, values, comments)]
    steps = [created]
    for to in _plain_path(case):
        actor = assignee or case.cast.administrators[0]
        steps.append(_changed(case, actor, _later(case, steps[-1].at), to, comments))
    return steps


def effective_day(case: Case, values: Mapping[str, Any]) -> dt.date | None:
    """The day that a process automation waits for once it is approved; None: it is applied at once."""
    text = values.get(case.definition.effective_on or "")
    return dt.date.fromisoformat(text) if text else None


def _plain_path(case: Case) -> list[TrackerStatus]:
    if case.ending is Ending.NEW:
        old = (case.today - case.opened).days > _DAYS_UNTIL_REOPENED
        return [REJECTED, NEW] if old and case.draw.random() < 0.4 else []
    free = not any(RESOLVED in field.required_for for field in case.definition.fields)
    if case.ending is Ending.CLOSED and free and case.draw.random() < 0.5:
        return [RESOLVED, CLOSED]
    return [case.ending.status]


def _automation(
    case: Case, created: Step, values: Mapping[str, Any], comments: Mapping[str, Sequence[str]]
) -> list[Step]:
    """Approved, refused or taken back. Nobody approves what they made, which four-eyes asks for."""
    if case.ending is Ending.NEW:
        return []
    approvers = [one for one in case.cast.holders(Role.EDIT_PROCESS_AUTOMATION_TRACKERS) if one is not created.actor]
    approver = case.draw.choice(approvers)
    decided = _later(case, created.at)
    if case.ending is Ending.REJECTED:
        return [_changed(case, approver, decided, REJECTED, comments)]
    if case.ending is Ending.CLOSED:
        return [Step(TrackerEventKind.STATUS_CHANGED, created.actor, decided, CLOSED)]
    approved = Step(TrackerEventKind.STATUS_CHANGED, approver, decided, APPROVED)
    if case.ending is Ending.APPROVED:
        return [approved]
    applied = _applied_at(decided, effective_day(case, values))
    if case.ending is Ending.RESOLVED:
        return [approved, Step(TrackerEventKind.APPLIED, None, applied, RESOLVED)]
    allowed = ", ".join(case.definition.precondition)
    reason = f"The learner's programme status is {case.learner.programme_status}; this needs one of: {allowed}."
    return [approved, Step(TrackerEventKind.APPLY_FAILED, None, applied, comment=reason)]


def _changed(
    case: Case, actor: Member, at: dt.datetime, to: TrackerStatus, comments: Mapping[str, Sequence[str]]
) -> Step:
    said = comments.get(to.value)
    return Step(TrackerEventKind.STATUS_CHANGED, actor, at, to, case.draw.choice(said) if said else None)


def _at_work(case: Case, day: dt.date) -> dt.datetime:
    draw = case.draw
    time = dt.time(draw.randint(9, 16), draw.randint(0, 59), draw.randint(0, 59))
    return dt.datetime.combine(day, time, TIME_ZONE).astimezone(dt.UTC)


def _later(case: Case, before: dt.datetime) -> dt.datetime:
    """A few days later, on a Monday rather than a weekend, but before today."""
    day = before.date() + dt.timedelta(days=case.draw.randint(1, 4))
    day += dt.timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
    yesterday = case.today - dt.timedelta(days=1)
    after = _at_work(case, min(day, yesterday))
    return after if after > before else before + dt.timedelta(minutes=5)


def _applied_at(approved: dt.datetime, effective: dt.date | None) -> dt.datetime:
    """At once, or early on its day."""
    at_once = approved + AT_ONCE
    if effective is None:
        return at_once
    return max(at_once, dt.datetime.combine(effective, dt.time(0, 5), TIME_ZONE).astimezone(dt.UTC))
