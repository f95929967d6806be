"""Helpers that add second factors through the API, and sign in with them."""

from typing import Any

from pyotp import TOTP

from models import Factor, FactorKind, Member
from models.database import fetch
from schema.context import Context
from services.accounts.sessions.authentication import viewer_of_session
from tests.support import factories as make
from tests.support.clients.graphql import ask_in, ask_with, context_of
from tests.support.clients.signing_in import authenticator
from tests.support.clients.signing_in.authenticator import Passkey
from tests.support.clients.signing_in.sign_in import PASSWORD

ORIGIN = "http://localhost:8000"
"""The origin of the installation of tests, whose public address is this machine's."""
ERRORS = "errors { path code message parameters { name value } }"
FACTOR = "factor { id kind name createdAt lastUsedAt }"
BEGIN_TOTP = f"mutation {{ beginTotp {{ secret uri {ERRORS} }} }}"
ADD_TOTP = f"mutation ($input: AddTotpInput!) {{ addTotp(input: $input) {{ {FACTOR} recoveryCodes {ERRORS} }} }}"
BEGIN_PASSKEY = f"mutation {{ beginPasskey {{ options {ERRORS} }} }}"
ADD_PASSKEY = (
    f"mutation ($input: AddPasskeyInput!) {{ addPasskey(input: $input) {{ {FACTOR} recoveryCodes {ERRORS} }} }}"
)
REMOVE = f"mutation ($input: RemoveFactorInput!) {{ removeFactor(input: $input) {{ viewer {{ factors {{ id }} recoveryCodesLeft }} {ERRORS} }} }}"
RENEW = f"mutation {{ renewRecoveryCodes {{ recoveryCodes {ERRORS} }} }}"
REMOVE_OF_MEMBER = f"mutation ($input: RemoveMemberFactorsInput!) {{ removeMemberFactors(input: $input) {{ member {{ id }} {ERRORS} }} }}"
REQUIRE = (
    "mutation ($input: UpdateFactorRequirementInput!) { updateFactorRequirement(input: $input) "
    f"{{ organisation {{ factorRequirement {{ everyone roles }} }} {ERRORS} }} }}"
)
BEGIN_SIGN_IN = f"mutation {{ beginPasskeySignIn {{ options {ERRORS} }} }}"
SIGN_IN_WITH_PASSKEY = (
    "mutation ($input: SignInWithPasskeyInput!) { signInWithPasskey(input: $input) "
    f"{{ session {{ accessToken viewer {{ member {{ name }} mustAddFactor }} }} {ERRORS} }} }}"
)
SIGN_IN = (
    "mutation ($input: SignInInput!) { signIn(input: $input) "
    f"{{ session {{ accessToken viewer {{ member {{ name }} mustAddFactor }} }} {ERRORS} }} }}"
)

Json = dict[str, Any]


async def run(context: Context, document: str, **entry: Any) -> Json:
    """Execute a mutation with one root field, with an input if there is any, and return its payload."""
    answer = await ask_in(context, document, **({"input": entry} if entry else {}))
    assert "errors" not in answer, answer["errors"]
    ((_, payload),) = answer["data"].items()
    assert isinstance(payload, dict)
    return payload


async def run_signed_out(document: str, *, client: str = "192.0.2.1", **entry: Any) -> Json:
    """Execute a mutation with one root field, with an input if there is any, without a session; return its payload."""
    variables: Json = {"input": entry} if entry else {}
    return await run_document(document, client=client, **variables)


async def run_document(document: str, *, client: str = "192.0.2.1", **variables: Any) -> Json:
    """Execute a mutation with one root field and these variables without a session, and return its payload."""
    answer = await ask_with(None, document, client=client, **variables)
    assert "errors" not in answer, answer["errors"]
    ((_, payload),) = answer["data"].items()
    assert isinstance(payload, dict)
    return payload


async def signed_in(member: Member) -> Context:
    """Return the context of a member with a session in which no factor was proved."""
    return await context_of(member)


async def again(context: Context) -> Context:
    """Return the context of the next request in the session of a context."""
    viewer = context.viewer
    assert viewer is not None
    current = await viewer_of_session(viewer.session_id, expires=viewer.expires_at.timestamp())
    return context.for_viewer(current)


async def add_totp(context: Context, name: str = "Phone") -> tuple[str, list[str]]:
    """Add an authenticator app, and return its secret and the recovery codes. Its current code can be used again."""
    secret = (await run(context, BEGIN_TOTP))["secret"]
    payload = await run(context, ADD_TOTP, code=current_code(secret), name=name)
    assert payload["errors"] == []
    await forget_steps()
    return secret, payload["recoveryCodes"]


async def add_passkey(context: Context, name: str = "Laptop", **options: Any) -> Passkey:
    """Add a passkey, and return it."""
    passkey, credential = authenticator.create((await run(context, BEGIN_PASSKEY))["options"], ORIGIN, **options)
    payload = await run(context, ADD_PASSKEY, credential=credential, name=name)
    assert payload["errors"] == []
    return passkey


async def give_passkey(member: Member, name: str = "Laptop") -> tuple[Factor, Passkey]:
    """Give a member a passkey without their doing, and return its row and it."""
    passkey = Passkey(authenticator.new_key("ES256"), "localhost", member.id.bytes)
    factor = await Factor.create(
        member=member,
        kind=FactorKind.PASSKEY,
        name=name,
        created_at=make.now(),
        credential_id=passkey.credential_id,
        public_key=authenticator.public_key(passkey.key),
        sign_count=0,
    )
    return factor, passkey


def current_code(secret: str) -> str:
    """Return the code that an authenticator app shows now."""
    return TOTP(secret).now()


async def forget_steps() -> None:
    """Let codes be used again, as if some minutes had passed."""
    await fetch("UPDATE factor SET last_step = last_step - 10 WHERE kind = 'TOTP'")


async def sign_in_with_code(
    code: str | None, email: str = "ada@example.org", password: str = PASSWORD, *, client: str = "192.0.2.1"
) -> Json:
    """Run ``signIn`` with a code, and return its payload."""
    return await run_signed_out(SIGN_IN, client=client, email=email, password=password, code=code)


async def sign_in_with(passkey: Passkey, *, client: str = "192.0.2.1", origin: str = ORIGIN, **options: Any) -> Json:
    """Sign in with a passkey, and return the payload of ``signInWithPasskey``."""
    challenge = (await run_signed_out(BEGIN_SIGN_IN, client=client))["options"]
    credential = authenticator.use(passkey, challenge, origin, **options)
    return await run_signed_out(SIGN_IN_WITH_PASSKEY, client=client, credential=credential)
