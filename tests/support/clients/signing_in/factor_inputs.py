"""The inputs of the mutations for second factors, in the cases of the permission table."""

from services.accounts.factor_additions import begin_passkey
from services.accounts.factors.totp_secrets import begin_enrolment
from services.accounts.passkey_sign_in import begin_passkey_sign_in
from tests.support.clients.graphql import INSTALLATION, gid, viewer
from tests.support.clients.signing_in import authenticator
from tests.support.clients.signing_in.factors import ORIGIN, current_code, give_passkey
from tests.support.scenarios.college import Json
from tests.support.scenarios.permissions import Case


async def totp_code(case: Case) -> Json:
    """Return the input that adds an authenticator app."""
    member = case.member or case.rows.member
    return {"code": current_code(await begin_enrolment(INSTALLATION, member.id)), "name": "Phone"}


async def new_passkey(case: Case) -> Json:
    """Return the input that adds a passkey."""
    options = await begin_passkey(case.viewer or await viewer(case.rows.member), INSTALLATION)
    return {"credential": authenticator.create(options, ORIGIN)[1], "name": "Laptop"}


async def used_passkey(case: Case) -> Json:
    """Return the input that signs the member of the rows in."""
    _, passkey = await give_passkey(case.rows.member)
    return {"credential": authenticator.use(passkey, await begin_passkey_sign_in(INSTALLATION), ORIGIN)}


async def own_factor(case: Case) -> Json:
    """Return a factor of the member's own."""
    return {"id": gid((await give_passkey(case.member or case.rows.member))[0])}


async def other_factor(case: Case) -> Json:
    """Return a factor of the member of the rows."""
    return {"id": gid((await give_passkey(case.rows.member))[0])}


async def member_with_factor(case: Case) -> Json:
    """Return the member of the rows, who has a factor."""
    await give_passkey(case.rows.member)
    return {"memberId": gid(case.rows.member)}
