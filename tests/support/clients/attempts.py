"""How each root field is tried, by the names of the table: a document, what goes into it, and what came of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models import MailKind
from services.accounts.password_tokens import make_token
from services.accounts.sessions import sign_in
from tests.support.clients.graphql import INSTALLATION, gid
from tests.support.clients.sign_in import PASSWORD
from tests.support.clients.tracker_updates import ADDRESS
from tests.support.scenarios.college import Json, day, text
from tests.support.scenarios.permissions import Case

Variables = Callable[[Case], Json] | Callable[[Case], Awaitable[Json]]


@dataclass(frozen=True)
class Attempt:
    """``listed`` names the row that a list is searched for."""

    document: str
    variables: Variables = lambda _: {}
    listed: Callable[[Case], str] | None = None


def _by_id(field: str, of: Callable[[Case], Any]) -> Attempt:
    return Attempt(f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}", lambda case: {"id": gid(of(case))})


def _list(field: str, of: Callable[[Case], Any]) -> Attempt:
    document = f"{{ {field}(first: 100) {{ nodes {{ id }} }} }}"
    return Attempt(document, listed=lambda case: gid(of(case)))


def _doing(field: str, entry: Callable[[Case], Json], payload: str = "__typename") -> Attempt:
    type_ = f"{field[0].upper()}{field[1:]}Input"
    document = f"mutation ($input: {type_}!) {{ {field}(input: $input) {{ {payload} errors {{ path code }} }} }}"
    return Attempt(document, lambda case: {"input": entry(case)})


def _dry(field: str, of: str) -> Attempt:
    """The dry run of a mutation, with the same entry."""
    type_ = f"{of.split()[0][0].upper()}{of.split()[0][1:]}Input"
    document = f"query ($input: {type_}!) {{ {field}(input: $input) {{ path code }} }}"
    return Attempt(document, DOING[of].variables)


def _job(case: Case) -> Json:
    employer = {"key": "organisation", "value": {"reference": gid(case.employer_of_own)}}
    values = [text("jobTitle", "Baker"), employer, day("startDate", "2026-09-01")]
    return {"type": "JOB", "learnerId": gid(case.on.learner), "values": values}


def _address(case: Case) -> Json:
    return {"type": "CHANGE_OF_ADDRESS", "learnerId": gid(case.on.learner), "values": ADDRESS}


def _change(row: str, **change: Any) -> Callable[[Case], Json]:
    def entry(case: Case) -> Json:
        tracker = getattr(case.on, row)
        return {"id": gid(tracker), "version": tracker.version, **change}

    return entry


def _member(**more: Any) -> Callable[[Case], Json]:
    return lambda _: {"name": "Ann", "email": "ann@new.example", "kind": "TUTOR", **more}


async def _refresh_token(case: Case) -> Json:
    email, client = case.on.member.email, "192.0.2.1"
    entered = await sign_in(INSTALLATION, email=email, password=PASSWORD, client=client)
    return {"token": entered.refresh_token}


async def _password_token(case: Case) -> Json:
    return {"token": await make_token(case.on.member.id, MailKind.PASSWORD_RESET), "password": "a fresh password"}


def _oneself(case: Case) -> Json:
    who = case.who or case.on.member
    return {"id": gid(who), "roles": [] if who.roles else ["CREATE_TRACKERS"]}


def _own_notification(case: Case) -> Json:
    return {"ids": [gid(case.own or case.anothers)]}


ASKING: Mapping[str, Attempt] = {
    "node": _by_id("node", lambda case: case.on.tracker),
    "nodes": Attempt(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", lambda case: {"ids": [gid(case.on.automation)]}
    ),
    "viewer": Attempt("{ viewer { member { id } organisation { id } unreadNotifications } }"),
    "trackerTypes": Attempt("{ trackerTypes { id } }", listed=lambda case: gid(case.on.type)),
    "trackerType": Attempt(
        "query ($key: String!) { trackerType(key: $key) { id } }", lambda case: {"key": case.on.type.key}
    ),
    "tracker": _by_id("tracker", lambda case: case.on.tracker),
    "trackers": _list("trackers", lambda case: case.on.tracker),
    "learner": _by_id("learner", lambda case: case.on.learner),
    "learners": _list("learners", lambda case: case.on.learner),
    "members": _list("members", lambda case: case.on.member),
    "employers": _list("employers", lambda case: case.on.employer),
    "programmes": _list("programmes", lambda case: case.on.programme),
}
DOING: Mapping[str, Attempt] = {
    "signIn": _doing("signIn", lambda case: {"email": case.on.member.email, "password": PASSWORD}),
    "refreshSession": Attempt(
        "mutation ($token: String!) { refreshSession(refreshToken: $token) { session { accessToken } errors { path code } } }",
        _refresh_token,
    ),
    "signOut": Attempt("mutation ($token: String!) { signOut(refreshToken: $token) }", _refresh_token),
    "requestPasswordReset": Attempt(
        "mutation ($email: String!) { requestPasswordReset(email: $email) }",
        lambda case: {"email": case.on.member.email},
    ),
    "setPassword": Attempt(
        "mutation ($token: String!, $password: String!) { setPassword(token: $token, password: $password) "
        "{ session { accessToken } errors { path code } } }",
        _password_token,
    ),
    "createMember": _doing("createMember", _member(), "member { id }"),
    "createMember administrator": _doing("createMember", _member(kind="ADMINISTRATOR")),
    "createMember granting CREATE_TRACKERS": _doing("createMember", _member(roles=["CREATE_TRACKERS"])),
    "updateMember": _doing("updateMember", lambda case: {"id": gid(case.on.member), "name": "Ann", "active": False}),
    "updateMember granting CREATE_TRACKERS": _doing(
        "updateMember", lambda case: {"id": gid(case.on.member), "roles": ["CREATE_TRACKERS"]}
    ),
    "updateMember oneself": _doing("updateMember", _oneself),
    "createTracker plain": _doing("createTracker", _job, "tracker { id }"),
    "createTracker automation": _doing("createTracker", _address, "tracker { id }"),
    "updateTracker plain": _doing("updateTracker", _change("tracker", description="New", status="RESOLVED")),
    "updateTracker automation": _doing("updateTracker", _change("automation", description="New")),
    "updateTracker approving": _doing("updateTracker", _change("automation", status="APPROVED")),
    "updateTracker rejecting": _doing("updateTracker", _change("automation", status="REJECTED", comment="No")),
    "updateTracker taking back": _doing("updateTracker", _change("automation", status="CLOSED")),
    "addComment": _doing("addComment", lambda case: {"trackerId": gid(case.on.tracker), "text": "Hello"}),
    "markNotificationsRead own": _doing("markNotificationsRead", _own_notification),
    "markNotificationsRead another's": _doing("markNotificationsRead", lambda case: {"ids": [gid(case.anothers)]}),
    "createTrackerType": _doing(
        "createTrackerType",
        lambda _: {"key": "NEW", "name": "New", "fields": [{"key": "a", "label": "A", "kind": "TEXT"}]},
    ),
    "updateTrackerType": _doing(
        "updateTrackerType", lambda case: {"id": gid(case.on.type), "version": 1, "name": "New"}
    ),
    "updateProcessAutomation": _doing("updateProcessAutomation", lambda _: {"key": "WITHDRAWAL", "enabled": False}),
    "createEmployer unconfirmed": _doing("createEmployer", lambda _: {"name": "New"}),
    "createEmployer confirmed": _doing("createEmployer", lambda _: {"name": "New", "confirmed": True}),
    "updateEmployer": _doing("updateEmployer", lambda case: {"id": gid(case.on.employer), "name": "New"}),
}
DRY: Mapping[str, Attempt] = {
    "validateTracker plain": _dry("validateTracker", "createTracker plain"),
    "validateTracker automation": _dry("validateTracker", "createTracker automation"),
    "validateTrackerUpdate plain": _dry("validateTrackerUpdate", "updateTracker plain"),
    "validateTrackerUpdate automation": _dry("validateTrackerUpdate", "updateTracker automation"),
}
HEARING: Mapping[str, Attempt] = {
    "trackerAssigned": Attempt(
        "subscription ($after: String) { trackerAssigned(after: $after) { tracker { id } } }",
        lambda case: {"after": str(case.own.cursor - 1) if case.own else "0"},
    ),
    "notificationReceived": Attempt(
        "subscription ($after: String) { notificationReceived(after: $after) { tracker { id } } }",
        lambda case: {"after": str(case.own.cursor - 1) if case.own else "0"},
    ),
    "trackerChanged": Attempt(
        "subscription ($id: ID!) { trackerChanged(id: $id) { tracker { id } } }",
        lambda case: {"id": gid(case.on.tracker)},
    ),
}
