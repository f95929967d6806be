"""Single sign-on: an organisation's provider, its mail domains, the members bound to it, and what is under way."""

from typing import Any
from uuid import UUID

from tortoise import Model, fields

from models.base import Row, json_field
from models.member import Member, MemberKind, Session
from models.organisation import Organisation


class SignOnProvider(Row):
    """The OpenID Connect provider through which the members of an organisation sign in; the operator sets it."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="sign_on_providers", on_delete=fields.CASCADE
    )
    organisation_id: UUID
    issuer = fields.CharField(max_length=500)
    client_id = fields.CharField(max_length=200)
    client_secret = fields.BinaryField(description="encrypted")
    verified_claim = fields.CharField(max_length=100)
    """The claim that says that the e-mail address is the person's own."""
    make_members: MemberKind | None = fields.CharEnumField(  # type: ignore[assignment]
        MemberKind, max_length=20, null=True, description="of first sign-ons"
    )
    """The kind of the members that are made on their first sign-on; null means that none are."""
    role_claim = fields.CharField(max_length=100, null=True)
    """The claim that holds a person's groups; null means that roles are given here."""
    roles: Any = json_field(default=dict)
    """The roles of each group, by the group's name in the claim."""
    required = fields.BooleanField(default=False)
    """Whether members of its domains may sign in in no other way."""

    class Meta:
        table = "sign_on_provider"
        unique_together = (("organisation_id",),)
        indexes = (("issuer",),)


class SignOnDomain(Model):
    """A mail domain whose members sign in through a provider. A domain belongs to one organisation only."""

    domain = fields.CharField(max_length=253, primary_key=True)
    provider: fields.ForeignKeyRelation[SignOnProvider] = fields.ForeignKeyField(
        "models.SignOnProvider", related_name="domains", on_delete=fields.CASCADE
    )
    provider_id: UUID

    class Meta:
        table = "sign_on_domain"


class SignOnIdentity(Row):
    """The person at the provider to whom a member is bound since their first sign-on.

    The organisation is a part of the key, because the members of several organisations may have the same issuer.
    """

    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "models.Member", related_name="sign_on_identity", on_delete=fields.CASCADE
    )
    member_id: UUID
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="sign_on_identities", on_delete=fields.CASCADE
    )
    organisation_id: UUID
    issuer = fields.CharField(max_length=500)
    subject = fields.CharField(max_length=255)

    class Meta:
        table = "sign_on_identity"
        unique_together = (("organisation_id", "issuer", "subject"),)


class SignOnAttempt(Row):
    """A sign-on that has begun: it lives ten minutes, and is used once.

    The secrets that belong to it are derived from its id and the installation's secret, so none of them is stored.
    """

    provider: fields.ForeignKeyRelation[SignOnProvider] = fields.ForeignKeyField(
        "models.SignOnProvider", related_name="attempts", on_delete=fields.CASCADE
    )
    provider_id: UUID
    network = fields.CharField(max_length=64, description="hashed")
    redirect_url = fields.CharField(max_length=2000)
    reauthenticate = fields.BooleanField()
    created_at = fields.DatetimeField()
    answer = fields.BinaryField(null=True, description="the provider's answer, encrypted")
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_on_attempt"
        indexes = (("network", "created_at"), ("created_at",))


class SignOnSession(Row):
    """What the provider knows of a session that was opened by single sign-on."""

    session: fields.OneToOneRelation[Session] = fields.OneToOneField(
        "models.Session", related_name="sign_on", on_delete=fields.CASCADE
    )
    session_id: UUID
    provider: fields.ForeignKeyRelation[SignOnProvider] = fields.ForeignKeyField(
        "models.SignOnProvider", related_name="sessions", on_delete=fields.CASCADE
    )
    provider_id: UUID
    subject = fields.CharField(max_length=255)
    provider_session = fields.CharField(max_length=255, null=True)
    """The provider's own id of the session (``sid``), which it names when the person signs out there."""
    refresh_token = fields.BinaryField(null=True, description="the provider's, encrypted")
    confirmed_at = fields.DatetimeField()
    """When the provider last said that the person is signed in."""
    checked_until = fields.DatetimeField(null=True)
    """Until when one refresh alone may ask the provider; others wait for what it says."""

    class Meta:
        table = "sign_on_session"
        indexes = (("provider_id", "subject"),)


class SignOnLogout(Model):
    """The id of a logout token that was used, kept until the token is too old to be taken."""

    digest = fields.CharField(max_length=64, primary_key=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "sign_on_logout"
        indexes = (("created_at",),)
