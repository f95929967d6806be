"""The ``Mutation`` root type. The resolvers of its fields are in the other modules of this package."""

from collections.abc import Callable
from typing import Any

import strawberry

from resolvers import comment as comment_resolvers
from resolvers import employer as employer_resolvers
from resolvers import factor as factor_resolvers
from resolvers import member as member_resolvers
from resolvers import notification as notification_resolvers
from resolvers import process_automation as process_automation_resolvers
from resolvers import session as session_resolvers
from resolvers import sign_on as sign_on_resolvers
from resolvers import tracker as tracker_resolvers
from resolvers import tracker_type as tracker_type_resolvers
from resolvers.errors import ErrorsToPayload
from resolvers.fresh_loaders import FreshLoaders
from schema.inputs.comment import AddCommentPayload
from schema.inputs.employer import CreateEmployerPayload, UpdateEmployerPayload
from schema.inputs.factor import (
    AddFactorPayload,
    BeginPasskeyPayload,
    BeginTotpPayload,
    RemoveFactorPayload,
    RemoveMemberFactorsPayload,
    RenewRecoveryCodesPayload,
    UpdateFactorRequirementPayload,
)
from schema.inputs.member import CreateMemberPayload, UpdateMemberPayload
from schema.inputs.notification import MarkNotificationsReadPayload
from schema.inputs.process_automation import UpdateProcessAutomationPayload
from schema.inputs.session import (
    BeginPasskeySignInPayload,
    EndMemberSessionsPayload,
    EndOtherSessionsPayload,
    EndSessionPayload,
    SignInPayload,
)
from schema.inputs.sign_on import BeginSignOnPayload
from schema.inputs.tracker import CreateTrackerPayload
from schema.inputs.tracker_type import CreateTrackerTypePayload, UpdateTrackerTypePayload
from schema.inputs.tracker_update import UpdateTrackerPayload


def _mutation_field(resolver: Callable[..., Any], payload: Callable[..., Any], description: str) -> Any:
    extensions = [FreshLoaders(), ErrorsToPayload(payload)]
    return strawberry.mutation(resolver=resolver, extensions=extensions, description=description)


@strawberry.type(description="What one can do.")
class Mutation:
    """Root type of mutations."""

    sign_in: SignInPayload | None = _mutation_field(
        session_resolvers.sign_in,
        SignInPayload,
        "Sign in with e-mail address and password, and the code of a second factor.",
    )
    begin_passkey_sign_in: BeginPasskeySignInPayload | None = _mutation_field(
        session_resolvers.begin_passkey_sign_in,
        BeginPasskeySignInPayload,
        "Give the options with which a browser asks for a passkey, which `signInWithPasskey` takes.",
    )
    sign_in_with_passkey: SignInPayload | None = _mutation_field(
        session_resolvers.sign_in_with_passkey,
        SignInPayload,
        "Sign in with a passkey alone: its device has checked a PIN or a biometric, so it is two factors.",
    )
    refresh_session: SignInPayload | None = _mutation_field(
        session_resolvers.refresh_session, SignInPayload, "Exchange a refresh token for a fresh pair of tokens."
    )
    sign_out: bool = strawberry.mutation(
        resolver=session_resolvers.sign_out, description="End a session; whether the token was one's."
    )
    request_password_reset: bool = strawberry.mutation(
        resolver=session_resolvers.request_password_reset,
        description="Have a link to choose another password mailed to a member. Always true, whether or not there is "
        "such a member, and however often it was asked: at most a few mails an hour go out.",
    )
    set_password: SignInPayload | None = _mutation_field(
        session_resolvers.set_password,
        SignInPayload,
        "Choose a password with the token of an invitation or a reset, which works once. Ends every session of the "
        "member and signs in.",
    )
    end_session: EndSessionPayload | None = _mutation_field(
        session_resolvers.end_session,
        EndSessionPayload,
        "End one of one's own sessions, with its connections; its device is a new one from then on.",
    )
    end_other_sessions: EndOtherSessionsPayload | None = _mutation_field(
        session_resolvers.end_other_sessions,
        EndOtherSessionsPayload,
        "End all of one's own sessions but this one. Needs a sign-in within the last 10 minutes.",
    )
    end_member_sessions: EndMemberSessionsPayload | None = _mutation_field(
        session_resolvers.end_member_sessions,
        EndMemberSessionsPayload,
        "End every session of a member. Needs MANAGE_MEMBERS, and a sign-in within the last 10 minutes.",
    )
    begin_totp: BeginTotpPayload | None = _mutation_field(
        factor_resolvers.begin_totp,
        BeginTotpPayload,
        "Make a secret for an authenticator app, which `addTotp` adds. Needs a sign-in within the last 10 minutes.",
    )
    add_totp: AddFactorPayload | None = _mutation_field(
        factor_resolvers.add_totp,
        AddFactorPayload,
        "Add an authenticator app as a second factor. The first factor ends one's other sessions. Needs a sign-in within "
        "the last 10 minutes.",
    )
    begin_passkey: BeginPasskeyPayload | None = _mutation_field(
        factor_resolvers.begin_passkey,
        BeginPasskeyPayload,
        "Give the options with which a browser makes a passkey, which `addPasskey` adds. Needs a sign-in within the last "
        "10 minutes.",
    )
    add_passkey: AddFactorPayload | None = _mutation_field(
        factor_resolvers.add_passkey,
        AddFactorPayload,
        "Add a passkey as a second factor, which also signs in by itself. The first factor ends one's other sessions. Needs "
        "a sign-in within the last 10 minutes.",
    )
    remove_factor: RemoveFactorPayload | None = _mutation_field(
        factor_resolvers.remove_factor,
        RemoveFactorPayload,
        "Remove one of one's second factors; not the last where the organisation demands one. Needs a sign-in within the "
        "last 10 minutes.",
    )
    renew_recovery_codes: RenewRecoveryCodesPayload | None = _mutation_field(
        factor_resolvers.renew_recovery_codes,
        RenewRecoveryCodesPayload,
        "Make ten new recovery codes; the earlier ones become void. Needs a sign-in within the last 10 minutes.",
    )
    remove_member_factors: RemoveMemberFactorsPayload | None = _mutation_field(
        factor_resolvers.remove_member_factors,
        RemoveMemberFactorsPayload,
        "Remove all second factors of a member who has lost them, which ends their sessions. Needs MANAGE_MEMBERS, "
        "every role that the member has, and a sign-in within the last 10 minutes; only an administrator removes those of "
        "an administrator.",
    )
    update_factor_requirement: UpdateFactorRequirementPayload | None = _mutation_field(
        factor_resolvers.update_factor_requirement,
        UpdateFactorRequirementPayload,
        "Say of whom the organisation demands a second factor: of all members, of some roles, or of nobody. Needs "
        "MANAGE_SETTINGS, and a sign-in within the last 10 minutes.",
    )
    begin_sign_on: BeginSignOnPayload | None = _mutation_field(
        sign_on_resolvers.begin_sign_on,
        BeginSignOnPayload,
        "Begin a single sign-on, at the provider of an e-mail address's domain. What is answered depends on the domain "
        "alone, whether or not there is such a member.",
    )
    complete_sign_on: SignInPayload | None = _mutation_field(
        sign_on_resolvers.complete_sign_on,
        SignInPayload,
        "Complete a single sign-on with the token that the browser brought back; it can be tried once. FORBIDDEN where "
        "the provider knows the person and they have no account here.",
    )
    create_member: CreateMemberPayload | None = _mutation_field(
        member_resolvers.create_member,
        CreateMemberPayload,
        "Add a member to the organisation; a mail brings them a link to choose a password. Needs MANAGE_MEMBERS, and a "
        "sign-in within the last 10 minutes.",
    )
    update_member: UpdateMemberPayload | None = _mutation_field(
        member_resolvers.update_member,
        UpdateMemberPayload,
        "Change a member, or switch them off: then they lose everything at once. Needs MANAGE_MEMBERS, and a "
        "sign-in within the last 10 minutes.",
    )
    create_tracker: CreateTrackerPayload | None = _mutation_field(
        tracker_resolvers.create_tracker,
        CreateTrackerPayload,
        "Open a tracker; its assignee hears of it at once and by mail. Refused with all that is wrong, or done whole.",
    )
    update_tracker: UpdateTrackerPayload | None = _mutation_field(
        tracker_resolvers.update_tracker,
        UpdateTrackerPayload,
        "Change a tracker, as the one who last read it. Refused with all that is wrong, or done whole, as one event "
        "of its history.",
    )
    add_comment: AddCommentPayload | None = _mutation_field(
        comment_resolvers.add_comment,
        AddCommentPayload,
        "Say something about a tracker; its creator and its assignee hear of it. Its version stays as it is.",
    )
    mark_notifications_read: MarkNotificationsReadPayload | None = _mutation_field(
        notification_resolvers.mark_notifications_read,
        MarkNotificationsReadPayload,
        "Mark notifications as read. Those that were read before keep their time.",
    )
    create_tracker_type: CreateTrackerTypePayload | None = _mutation_field(
        tracker_type_resolvers.create_tracker_type,
        CreateTrackerTypePayload,
        "Make a tracker type of the organisation's own. Refused with all that is wrong with it. Needs MANAGE_SETTINGS, and a "
        "sign-in within the last 10 minutes.",
    )
    update_tracker_type: UpdateTrackerTypePayload | None = _mutation_field(
        tracker_type_resolvers.update_tracker_type,
        UpdateTrackerTypePayload,
        "Change, archive or restore a tracker type of the organisation's own, as the one who last read it. Every change "
        "is a new version; trackers keep the form that they were made with. Needs MANAGE_SETTINGS, and a "
        "sign-in within the last 10 minutes.",
    )
    update_process_automation: UpdateProcessAutomationPayload | None = _mutation_field(
        process_automation_resolvers.update_process_automation,
        UpdateProcessAutomationPayload,
        "Enable or disable a process automation of the organisation, or set its four-eyes rule. Needs MANAGE_SETTINGS, and a "
        "sign-in within the last 10 minutes.",
    )
    create_employer: CreateEmployerPayload | None = _mutation_field(
        employer_resolvers.create_employer,
        CreateEmployerPayload,
        "Add an employer. Whoever opens trackers may add one on the spot, unconfirmed: needs CREATE_TRACKERS or "
        "MANAGE_SETTINGS.",
    )
    update_employer: UpdateEmployerPayload | None = _mutation_field(
        employer_resolvers.update_employer,
        UpdateEmployerPayload,
        "Name an employer, or say whether it is confirmed. Needs MANAGE_SETTINGS.",
    )
