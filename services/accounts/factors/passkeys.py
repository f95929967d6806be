"""Passkeys: the options that browsers are given, and the verification of what authenticators answer (WebAuthn level 3).

A passkey signs in by itself, without an e-mail address or a password, so it must be discoverable, and its device must
have verified its user by a PIN or a biometric: then it is two factors. No attestation is asked for: any device will do.

The functions are slow, because they import and calculate; callers run them in a thread. They raise ``PasskeyRefused``
for whatever a client sent that is not right, however it is wrong.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from models import Member
from services.accounts.factors.challenges import LIFETIME_SECONDS
from services.accounts.factors.relying_party import RelyingParty

MAX_CREDENTIAL_CHARACTERS = 8_192
"""The most that is read of an authenticator's answer, as JSON. With an RSA key of 4,096 bits, it has 2,500."""
MAX_PUBLIC_KEY_BYTES = 1_024
MAX_CREDENTIAL_ID_BYTES = 1_023
"""The limit of WebAuthn."""

IsGenuine = Callable[[bytes], bool]
"""Returns whether a challenge was issued for what is being done."""


class PasskeyRefused(Exception):  # noqa: N818 - the client's error, not the server's
    """Raised if an authenticator's answer is not valid."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that an authenticator has made, and the challenge that it answered."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator answered to sign in, of which only the challenge has been verified.

    ``user_handle`` is the id of the member for whom the passkey was made, as the device has kept it.
    """

    text: str
    credential_id: bytes
    user_handle: bytes | None
    challenge: bytes


def registration_options(party: RelyingParty, member: Member, existing: Sequence[bytes], challenge: bytes) -> str:
    """Return the options of ``navigator.credentials.create`` as JSON. A device that has an existing passkey refuses."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.domain,
        rp_name=party.name,
        user_id=member.id.bytes,
        user_name=member.email,
        user_display_name=member.name,
        challenge=challenge,
        timeout=LIFETIME_SECONDS * 1_000,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in existing],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return options_to_json(options)


def sign_in_options(party: RelyingParty, challenge: bytes) -> str:
    """Return the options of ``navigator.credentials.get`` as JSON, which name no passkey: the device offers its own."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.domain,
        challenge=challenge,
        timeout=LIFETIME_SECONDS * 1_000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def verify_registration(text: str, party: RelyingParty, is_genuine: IsGenuine) -> NewPasskey:
    """Verify the JSON of what ``navigator.credentials.create`` returned, and return the new passkey."""
    from webauthn import verify_registration_response
    from webauthn.helpers.parse_registration_credential_json import parse_registration_credential_json

    with _refusing():
        credential = parse_registration_credential_json(_bounded(text))
        challenge = _challenge(credential.response.client_data_json, is_genuine)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.domain,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
        if (
            len(verified.credential_public_key) > MAX_PUBLIC_KEY_BYTES
            or len(verified.credential_id) > MAX_CREDENTIAL_ID_BYTES
        ):
            raise PasskeyRefused
        return NewPasskey(verified.credential_id, verified.credential_public_key, verified.sign_count, challenge)


def read_assertion(text: str, is_genuine: IsGenuine) -> Assertion:
    """Read the JSON of what ``navigator.credentials.get`` returned, and check that its challenge is ours."""
    from webauthn.helpers.parse_authentication_credential_json import parse_authentication_credential_json

    with _refusing():
        credential = parse_authentication_credential_json(_bounded(text))
        challenge = _challenge(credential.response.client_data_json, is_genuine)
        return Assertion(text, credential.raw_id, credential.response.user_handle, challenge)


def verify_assertion(assertion: Assertion, party: RelyingParty, *, public_key: bytes, sign_count: int) -> int:
    """Verify an assertion with the passkey's key, and return the new count of its signatures.

    A count that has not grown means that the passkey was copied, unless its device does not count and says 0.
    """
    from webauthn import verify_authentication_response

    with _refusing():
        verified = verify_authentication_response(
            credential=assertion.text,
            expected_challenge=assertion.challenge,
            expected_rp_id=party.domain,
            expected_origin=list(party.origins),
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
        return verified.new_sign_count


def _bounded(text: str) -> str:
    if len(text) > MAX_CREDENTIAL_CHARACTERS:
        raise PasskeyRefused
    return text


def _challenge(client_data_json: bytes, is_genuine: IsGenuine) -> bytes:
    """Return the challenge that was answered, if it is genuine and the page was not in a frame of another origin."""
    from webauthn.helpers import parse_client_data_json

    client_data = parse_client_data_json(client_data_json)
    if client_data.cross_origin or not is_genuine(client_data.challenge):
        raise PasskeyRefused
    return client_data.challenge


@contextmanager
def _refusing() -> Iterator[None]:
    """Raise ``PasskeyRefused`` for any exception in the block: the libraries raise many for hostile input."""
    try:
        yield
    except Exception as error:
        raise PasskeyRefused from error
