"""The operations that the tests of permissions attempt, one for each row of the permission table."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models import MailKind
from services.accounts.password_tokens import make_token
from services.accounts.sessions.clients import Client
from services.accounts.sign_in import sign_in
from services.kernel.global_ids import NIL_UUID, to_global_id
from tests.support.clients.graphql import INSTALLATION, gid, viewer
from tests.support.clients.signing_in import factor_inputs
from tests.support.clients.signing_in.sign_in import PASSWORD
from tests.support.clients.tracker_updates import ADDRESS
from tests.support.scenarios.college import Json, date_value, text_value
from tests.support.scenarios.permissions import Case

Variables = Callable[[Case], Json] | Callable[[Case], Awaitable[Json]]


@dataclass(frozen=True)
class Attempt:
    """An operation to attempt in every case: a document, and a function that returns its variables.

    ``get_listed_id`` is set for lists only; it returns the id to look for in the result.
    """

    document: str
    variables: Variables = lambda _: {}
    get_listed_id: Callable[[Case], str] | None = None


def _query_by_id(field: str, get_row: Callable[[Case], Any]) -> Attempt:
    return Attempt(f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}", lambda case: {"id": gid(get_row(case))})


def _query_list(field: str, get_row: Callable[[Case], Any]) -> Attempt:
    document = f"{{ {field}(first: 100) {{ nodes {{ id }} }} }}"
    return Attempt(document, get_listed_id=lambda case: gid(get_row(case)))


def _mutation(field: str, make_input: Variables, payload: str = "__typename") -> Attempt:
    type_ = f"{field[0].upper()}{field[1:]}Input"
    document = f"mutation ($input: {type_}!) {{ {field}(input: $input) {{ {payload} errors {{ path code }} }} }}"

    async def variables(case: Case) -> Json:
        entry: Any = make_input(case)
        return {"input": await entry if inspect.isawaitable(entry) else entry}

    return Attempt(document, variables)


def _validation(field: str, mutation: str) -> Attempt:
    """Return an attempt at the query that validates the input of ``mutation``, a key of ``MUTATIONS``."""
    type_ = f"{mutation.split()[0][0].upper()}{mutation.split()[0][1:]}Input"
    document = f"query ($input: {type_}!) {{ {field}(input: $input) {{ path code }} }}"
    return Attempt(document, MUTATIONS[mutation].variables)


def _job_input(case: Case) -> Json:
    employer = {"key": "organisation", "value": {"reference": gid(case.own_employer)}}
    values = [text_value("jobTitle", "Baker"), employer, date_value("startDate", "2026-09-01")]
    return {"type": "JOB", "learnerId": gid(case.rows.learner), "values": values}


def _address_input(case: Case) -> Json:
    return {"type": "CHANGE_OF_ADDRESS", "learnerId": gid(case.rows.learner), "values": ADDRESS}


def _update_input(row: str, **fields: Any) -> Callable[[Case], Json]:
    def make_input(case: Case) -> Json:
        tracker = getattr(case.rows, row)
        return {"id": gid(tracker), "version": tracker.version, **fields}

    return make_input


def _member_input(**fields: Any) -> Callable[[Case], Json]:
    return lambda _: {"name": "Ann", "email": "ann@new.example", "kind": "TUTOR", **fields}


async def _refresh_token(case: Case) -> Json:
    email = case.rows.member.email
    session = await sign_in(INSTALLATION, email=email, password=PASSWORD, client=Client("192.0.2.1"))
    return {"token": session.refresh_token}


async def _password_token(case: Case) -> Json:
    return {"token": await make_token(case.rows.member.id, MailKind.PASSWORD_RESET), "password": "a fresh password"}


def _own_session(case: Case) -> Json:
    return {"id": to_global_id("MemberSession", case.viewer.session_id if case.viewer else NIL_UUID)}


async def _other_session(case: Case) -> Json:
    return {"id": to_global_id("MemberSession", (await viewer(case.rows.member)).session_id)}


def _own_roles_input(case: Case) -> Json:
    member = case.member or case.rows.member
    return {"id": gid(member), "roles": [] if member.roles else ["CREATE_TRACKERS"]}


def _own_notification(case: Case) -> Json:
    return {"ids": [gid(case.own_notification or case.other_notification)]}


QUERIES: Mapping[str, Attempt] = {
    "node": _query_by_id("node", lambda case: case.rows.tracker),
    "nodes": Attempt(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", lambda case: {"ids": [gid(case.rows.automation)]}
    ),
    "viewer": Attempt("{ viewer { member { id } organisation { id } unreadNotifications } }"),
    "trackerTypes": Attempt("{ trackerTypes { id } }", get_listed_id=lambda case: gid(case.rows.type)),
    "trackerType": Attempt(
        "query ($key: String!) { trackerType(key: $key) { id } }", lambda case: {"key": case.rows.type.key}
    ),
    "tracker": _query_by_id("tracker", lambda case: case.rows.tracker),
    "trackers": _query_list("trackers", lambda case: case.rows.tracker),
    "learner": _query_by_id("learner", lambda case: case.rows.learner),
    "learners": _query_list("learners", lambda case: case.rows.learner),
    "members": _query_list("members", lambda case: case.rows.member),
    "employers": _query_list("employers", lambda case: case.rows.employer),
    "programmes": _query_list("programmes", lambda case: case.rows.programme),
    "auditEvents": Attempt(
        "{ auditEvents(first: 100) { nodes { id } } }",
        get_listed_id=lambda case: to_global_id("AuditEvent", case.rows.audit_entry.id),
    ),
    "learnerReads": _query_list("learnerReads", lambda case: case.rows.learner_read),
}
MUTATIONS: Mapping[str, Attempt] = {
    "signIn": _mutation("signIn", lambda case: {"email": case.rows.member.email, "password": PASSWORD}),
    "refreshSession": Attempt(
        "mutation ($token: String!) { refreshSession(refreshToken: $token) { session { accessToken } errors { path code } } }",
        _refresh_token,
    ),
    "signOut": Attempt("mutation ($token: String!) { signOut(refreshToken: $token) }", _refresh_token),
    "requestPasswordReset": Attempt(
        "mutation ($email: String!) { requestPasswordReset(email: $email) }",
        lambda case: {"email": case.rows.member.email},
    ),
    "setPassword": Attempt(
        "mutation ($token: String!, $password: String!) { setPassword(token: $token, password: $password) "
        "{ session { accessToken } errors { path code } } }",
        _password_token,
    ),
    "beginSignOn": _mutation("beginSignOn", lambda case: {"email": case.rows.member.email}),
    "completeSignOn": _mutation("completeSignOn", lambda _: {"token": "0" * 96, "secret": "0" * 64}),
    "endSession own": _mutation("endSession", _own_session),
    "endSession another's": Attempt(
        "mutation ($id: ID!) { endSession(input: {id: $id}) { viewer { id } errors { path code } } }", _other_session
    ),
    "endOtherSessions": Attempt("mutation { endOtherSessions { viewer { id } errors { path code } } }"),
    "endMemberSessions": _mutation(
        "endMemberSessions", lambda case: {"memberId": gid(case.rows.member)}, "member { id }"
    ),
    "beginPasskeySignIn": Attempt("mutation { beginPasskeySignIn { options errors { path code } } }"),
    "signInWithPasskey": _mutation("signInWithPasskey", factor_inputs.used_passkey, "session { accessToken }"),
    "beginTotp": Attempt("mutation { beginTotp { secret errors { path code } } }"),
    "addTotp": _mutation("addTotp", factor_inputs.totp_code, "factor { id }"),
    "beginPasskey": Attempt("mutation { beginPasskey { options errors { path code } } }"),
    "addPasskey": _mutation("addPasskey", factor_inputs.new_passkey, "factor { id }"),
    "removeFactor own": _mutation("removeFactor", factor_inputs.own_factor),
    "removeFactor another's": _mutation("removeFactor", factor_inputs.other_factor),
    "renewRecoveryCodes": Attempt("mutation { renewRecoveryCodes { recoveryCodes errors { path code } } }"),
    "removeMemberFactors": _mutation("removeMemberFactors", factor_inputs.member_with_factor, "member { id }"),
    "removeMemberFactors oneself": _mutation(
        "removeMemberFactors", lambda case: {"memberId": gid(case.member or case.rows.member)}
    ),
    "updateFactorRequirement": _mutation("updateFactorRequirement", lambda _: {"roles": []}, "organisation { id }"),
    "updateFactorRequirement concerning oneself": _mutation(
        "updateFactorRequirement", lambda _: {"everyone": True}, "organisation { id }"
    ),
    "createMember": _mutation("createMember", _member_input(), "member { id }"),
    "createMember administrator": _mutation("createMember", _member_input(kind="ADMINISTRATOR")),
    "createMember granting CREATE_TRACKERS": _mutation("createMember", _member_input(roles=["CREATE_TRACKERS"])),
    "updateMember": _mutation(
        "updateMember", lambda case: {"id": gid(case.rows.member), "name": "Ann", "active": False}
    ),
    "updateMember granting CREATE_TRACKERS": _mutation(
        "updateMember", lambda case: {"id": gid(case.rows.member), "roles": ["CREATE_TRACKERS"]}
    ),
    "updateMember oneself": _mutation("updateMember", _own_roles_input),
    "createTracker plain": _mutation("createTracker", _job_input, "tracker { id }"),
    "createTracker automation": _mutation("createTracker", _address_input, "tracker { id }"),
    "updateTracker plain": _mutation("updateTracker", _update_input("tracker", description="New", status="RESOLVED")),
    "updateTracker automation": _mutation("updateTracker", _update_input("automation", description="New")),
    "updateTracker approving": _mutation("updateTracker", _update_input("automation", status="APPROVED")),
    "updateTracker rejecting": _mutation("updateTracker", _update_input("automation", status="REJECTED", comment="No")),
    "updateTracker taking back": _mutation("updateTracker", _update_input("automation", status="CLOSED")),
    "addComment": _mutation("addComment", lambda case: {"trackerId": gid(case.rows.tracker), "text": "Hello"}),
    "markNotificationsRead own": _mutation("markNotificationsRead", _own_notification),
    "markNotificationsRead another's": _mutation(
        "markNotificationsRead", lambda case: {"ids": [gid(case.other_notification)]}
    ),
    "createTrackerType": _mutation(
        "createTrackerType",
        lambda _: {"key": "NEW", "name": "New", "fields": [{"key": "a", "label": "A", "kind": "TEXT"}]},
    ),
    "updateTrackerType": _mutation(
        "updateTrackerType", lambda case: {"id": gid(case.rows.type), "version": 1, "name": "New"}
    ),
    "updateProcessAutomation": _mutation("updateProcessAutomation", lambda _: {"key": "WITHDRAWAL", "enabled": False}),
    "createEmployer unconfirmed": _mutation("createEmployer", lambda _: {"name": "New"}),
    "createEmployer confirmed": _mutation("createEmployer", lambda _: {"name": "New", "confirmed": True}),
    "updateEmployer": _mutation("updateEmployer", lambda case: {"id": gid(case.rows.employer), "name": "New"}),
}
VALIDATIONS: Mapping[str, Attempt] = {
    "validateTracker plain": _validation("validateTracker", "createTracker plain"),
    "validateTracker automation": _validation("validateTracker", "createTracker automation"),
    "validateTrackerUpdate plain": _validation("validateTrackerUpdate", "updateTracker plain"),
    "validateTrackerUpdate automation": _validation("validateTrackerUpdate", "updateTracker automation"),
}
SUBSCRIPTIONS: Mapping[str, Attempt] = {
    "trackerAssigned": Attempt(
        "subscription ($after: String) { trackerAssigned(after: $after) { tracker { id } } }",
        lambda case: {"after": str(case.own_notification.cursor - 1) if case.own_notification else "0"},
    ),
    "notificationReceived": Attempt(
        "subscription ($after: String) { notificationReceived(after: $after) { tracker { id } } }",
        lambda case: {"after": str(case.own_notification.cursor - 1) if case.own_notification else "0"},
    ),
    "trackerChanged": Attempt(
        "subscription ($id: ID!) { trackerChanged(id: $id) { tracker { id } } }",
        lambda case: {"id": gid(case.rows.tracker)},
    ),
}
