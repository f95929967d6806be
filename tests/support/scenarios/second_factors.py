"""What tests of second factors share: the refusals, an organisation's demand, and what is mailed."""

import math
from typing import Any

from models import Mail, Organisation, Role
from models.database import fetch
from tests.support.clients.signing_in.factors import SIGN_IN_WITH_PASSKEY, run_signed_out

Json = dict[str, Any]

WRONG_CODE = {
    "path": ["code"],
    "code": "INVALID_CREDENTIALS",
    "message": "The code is wrong, or has been used already.",
    "parameters": [],
}
NO_SESSION = {"session": None}
REFUSED = {
    "session": None,
    "errors": [
        {
            "path": [],
            "code": "INVALID_CREDENTIALS",
            "message": "The passkey was not accepted. Try again, or sign in with your password.",
            "parameters": [],
        }
    ],
}
NOT_ADDED = {
    "factor": None,
    "recoveryCodes": [],
    "errors": [
        {
            "path": ["credential"],
            "code": "INVALID_CREDENTIALS",
            "message": "The passkey was not accepted, or took too long. Begin again.",
            "parameters": [],
        }
    ],
}
FACTOR_REQUIRED = {
    "message": "Your organisation demands a second factor: add one first.",
    "extensions": {"code": "FACTOR_REQUIRED"},
}


async def mails() -> list[str]:
    """Return the kinds of email about factors that have been enqueued, oldest first."""
    kinds = [mail.kind.value for mail in await Mail.all().order_by("created_at", "id")]
    return [kind for kind in kinds if kind != "NEW_DEVICE"]


async def answer(credential: str, *, client: str = "192.0.2.1") -> Json:
    """Run ``signInWithPasskey`` and return its payload."""
    return await run_signed_out(SIGN_IN_WITH_PASSKEY, client=client, credential=credential)


async def demand(organisation: Organisation, *roles: Role, everyone: bool = False) -> None:
    """Make an organisation demand a second factor."""
    await fetch(
        "UPDATE organisation SET factor_required = $2, factor_required_roles = $3 WHERE id = $1",
        organisation.id,
        everyone,
        [role.value for role in roles],
    )


def errors(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the top-level errors of an answer, without their places."""
    return [{"message": error["message"], "extensions": error["extensions"]} for error in answer.get("errors", ())]


def attempts_within(seconds: float) -> int:
    """Return the most codes that can be tried within some seconds: five at once, then after 1, 2, 4 … seconds each."""
    return 5 + int(math.log2(seconds + 1))
