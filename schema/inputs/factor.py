"""The inputs and payloads of the mutations for second factors."""

from uuid import UUID

import strawberry

import models
from schema.enums import Role
from schema.factor import Factor
from schema.input_error import InputError
from schema.inputs.ids import decode_id
from schema.member import Member
from schema.organisation import Organisation
from schema.viewer import Viewer

_NAME = "A name by which the member will know it, in at most 100 characters."


def _errors(description: str) -> list[InputError]:
    errors: list[InputError] = strawberry.field(default_factory=list, description=description)
    return errors


@strawberry.type(description="What came of beginning to add an authenticator app.")
class BeginTotpPayload:
    """Payload of the ``beginTotp`` mutation."""

    secret: str | None = strawberry.field(
        default=None,
        description="The secret to type into the app, in base32; null when refused. It is valid for ten minutes.",
    )
    uri: str | None = strawberry.field(
        default=None, description="The same as an `otpauth:` address, to be shown as a QR code; null when refused."
    )
    errors: list[InputError] = _errors("Why it was refused.")


@strawberry.input(description="What is entered to add the authenticator app of `beginTotp`.")
class AddTotpInput:
    """Input of the ``addTotp`` mutation."""

    code: str = strawberry.field(
        description="The six digits that the app shows. The same code does not sign in afterwards."
    )
    name: str = strawberry.field(description=_NAME)


@strawberry.type(description="What came of beginning to add a passkey.")
class BeginPasskeyPayload:
    """Payload of the ``beginPasskey`` mutation."""

    options: str | None = strawberry.field(
        default=None,
        description="JSON for `PublicKeyCredential.parseCreationOptionsFromJSON` and then `navigator.credentials.create`; "
        "null when refused. It works once, within five minutes.",
    )
    errors: list[InputError] = _errors("Why it was refused.")


@strawberry.input(description="What is entered to add the passkey that was made with the options of `beginPasskey`.")
class AddPasskeyInput:
    """Input of the ``addPasskey`` mutation."""

    credential: str = strawberry.field(
        description="What `navigator.credentials.create` returned, as JSON (`JSON.stringify(credential)`)."
    )
    name: str = strawberry.field(description=_NAME)


@strawberry.type(description="What came of adding a second factor.")
class AddFactorPayload:
    """Payload of the ``addTotp`` and ``addPasskey`` mutations."""

    factor: Factor | None = strawberry.field(default=None, description="The factor; null when refused.")
    recovery_codes: list[str] = strawberry.field(
        default_factory=list,
        description="With the first factor: ten codes, each of which stands in for a lost factor once. They are never shown "
        "again.",
    )
    errors: list[InputError] = _errors("All that is wrong with the entry.")


@strawberry.input(description="Which second factor to remove.")
class RemoveFactorInput:
    """Input of the ``removeFactor`` mutation."""

    id: strawberry.ID = strawberry.field(description="The factor, one of the viewer's own.")

    def decode(self) -> UUID:
        """Return the factor's id."""
        return decode_id(self.id, models.Factor)


@strawberry.type(description="What came of removing a second factor.")
class RemoveFactorPayload:
    """Payload of the ``removeFactor`` mutation."""

    viewer: Viewer | None = strawberry.field(
        default=None, description="The viewer with the factors that are left; null when refused."
    )
    errors: list[InputError] = _errors("Why it was refused.")


@strawberry.type(description="What came of making new recovery codes.")
class RenewRecoveryCodesPayload:
    """Payload of the ``renewRecoveryCodes`` mutation."""

    recovery_codes: list[str] = strawberry.field(
        default_factory=list, description="Ten codes, never shown again; empty when refused."
    )
    errors: list[InputError] = _errors("Why it was refused.")


@strawberry.input(description="Whose second factors to remove.")
class RemoveMemberFactorsInput:
    """Input of the ``removeMemberFactors`` mutation."""

    member_id: strawberry.ID = strawberry.field(description="Another member of the organisation.")

    def decode(self) -> UUID:
        """Return the member's id."""
        return decode_id(self.member_id, models.Member)


@strawberry.type(description="What came of removing a member's second factors.")
class RemoveMemberFactorsPayload:
    """Payload of the ``removeMemberFactors`` mutation."""

    member: Member | None = strawberry.field(default=None, description="The member; null when refused.")
    errors: list[InputError] = _errors("Why it was refused.")


@strawberry.input(description="Of whom the organisation is to demand a second factor. What is absent stays as it is.")
class UpdateFactorRequirementInput:
    """Input of the ``updateFactorRequirement`` mutation."""

    everyone: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether of every member. Null is refused."
    )
    roles: list[Role] | None = strawberry.field(
        default=strawberry.UNSET, description="If not of everyone: of those with any of these roles. Null is refused."
    )


@strawberry.type(description="What came of changing the demand of second factors.")
class UpdateFactorRequirementPayload:
    """Payload of the ``updateFactorRequirement`` mutation."""

    organisation: Organisation | None = strawberry.field(
        default=None, description="The organisation as it now demands; null when refused."
    )
    errors: list[InputError] = _errors("All that is wrong with the entry.")
