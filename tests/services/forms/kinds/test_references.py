"""Validation of reference values against the database."""

from uuid import UUID

import pytest

from models import Employer, Member, MemberKind, Organisation, Programme
from services.forms.definitions import FieldDefinition, ReferenceField, ReferenceTarget, TypeDefinition
from services.forms.kinds.types import Reference
from services.kernel.errors import ErrorCode
from services.kernel.global_ids import NIL_UUID
from tests.support import factories
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.form_samples.forms import CheckResult, check_value, check_values, problem_at

MEMBER = ReferenceField(key="who", label="Coach", target=ReferenceTarget.MEMBER)
EMPLOYER = ReferenceField(key="who", label="Employer", target=ReferenceTarget.EMPLOYER)
CONFIRMED = ReferenceField(key="who", label="Employer", target=ReferenceTarget.EMPLOYER, confirmed_only=True)
PROGRAMME = ReferenceField(key="who", label="Programme", target=ReferenceTarget.PROGRAMME)

NO_MEMBER = problem_at("who", ErrorCode.NOT_FOUND, "'Coach' must be an active member of your organisation.")
NO_EMPLOYER = problem_at("who", ErrorCode.NOT_FOUND, "'Employer' must be an employer of your organisation.")
NO_PROGRAMME = problem_at("who", ErrorCode.NOT_FOUND, "'Programme' must be a programme of your organisation.")
NOT_CONFIRMED = problem_at("who", ErrorCode.NOT_CONFIRMED, "'Employer' must be an employer that has been confirmed.")


@pytest.fixture
async def organisation(database: str) -> Organisation:
    return await Organisation.create(name="Northgate Training")


@pytest.fixture
async def other_organisation(database: str) -> Organisation:
    return await Organisation.create(name="Southbank Skills")


async def create_member(organisation: Organisation, *, active: bool = True) -> UUID:
    email = f"{organisation.id}-{active}@example.org"
    kind = MemberKind.TUTOR
    return (await Member.create(organisation=organisation, name="A", email=email, kind=kind, active=active)).id


async def create_employer(organisation: Organisation, *, confirmed: bool = True) -> UUID:
    name = f"Employer {confirmed}"
    return (await Employer.create(organisation=organisation, name=name, confirmed=confirmed)).id


async def create_programme(organisation: Organisation) -> UUID:
    return (await Programme.create(organisation=organisation, name="Adult care worker")).id


async def test_only_active_members_of_the_organisation_are_found(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    own, inactive, foreign = (
        await create_member(organisation),
        await create_member(organisation, active=False),
        await create_member(other_organisation),
    )
    assert await check_reference(MEMBER, ReferenceTarget.MEMBER, own, organisation) == CheckResult(str(own))
    assert await check_reference(MEMBER, ReferenceTarget.MEMBER, inactive, organisation) == CheckResult(
        str(inactive), (NO_MEMBER,)
    )
    assert await check_reference(MEMBER, ReferenceTarget.MEMBER, foreign, organisation) == CheckResult(
        str(foreign), (NO_MEMBER,)
    )


async def test_only_employers_of_the_organisation_are_found(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    own, unconfirmed, foreign = (
        await create_employer(organisation),
        await create_employer(organisation, confirmed=False),
        await create_employer(other_organisation),
    )
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, own, organisation) == CheckResult(str(own))
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, unconfirmed, organisation) == CheckResult(
        str(unconfirmed)
    )
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, foreign, organisation) == CheckResult(
        str(foreign), (NO_EMPLOYER,)
    )


async def test_a_field_can_be_limited_to_confirmed_employers(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    own, unconfirmed = await create_employer(organisation), await create_employer(organisation, confirmed=False)
    foreign = await create_employer(other_organisation, confirmed=False)
    assert await check_reference(CONFIRMED, ReferenceTarget.EMPLOYER, own, organisation) == CheckResult(str(own))
    assert await check_reference(CONFIRMED, ReferenceTarget.EMPLOYER, unconfirmed, organisation) == CheckResult(
        str(unconfirmed), (NOT_CONFIRMED,)
    )
    assert await check_reference(CONFIRMED, ReferenceTarget.EMPLOYER, foreign, organisation) == CheckResult(
        str(foreign), (NO_EMPLOYER,)
    )


async def test_only_programmes_of_the_organisation_are_found(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    own, foreign = await create_programme(organisation), await create_programme(other_organisation)
    assert await check_reference(PROGRAMME, ReferenceTarget.PROGRAMME, own, organisation) == CheckResult(str(own))
    assert await check_reference(PROGRAMME, ReferenceTarget.PROGRAMME, foreign, organisation) == CheckResult(
        str(foreign), (NO_PROGRAMME,)
    )


async def test_a_former_id_becomes_that_of_the_row_it_was_merged_into(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    employer = await Employer.create(organisation=organisation, name="Acme", confirmed=False)
    programme = await Programme.create(organisation=organisation, name="Prog A")
    former = await factories.name_merge(employer, "ACME")
    own = CheckResult(str(employer.id))
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, former, organisation) == own
    assert await check_reference(CONFIRMED, ReferenceTarget.EMPLOYER, former, organisation) == CheckResult(
        str(employer.id), (NOT_CONFIRMED,)
    )
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, former, other_organisation) == CheckResult(
        str(former), (NO_EMPLOYER,)
    )
    former = await factories.name_merge(programme, "PROG A")
    assert await check_reference(PROGRAMME, ReferenceTarget.PROGRAMME, former, organisation) == CheckResult(
        str(programme.id)
    )


async def test_an_id_of_another_type_is_not_found(organisation: Organisation) -> None:
    own = await create_employer(organisation)
    assert await check_reference(EMPLOYER, ReferenceTarget.PROGRAMME, own, organisation) == CheckResult(
        None, (NO_EMPLOYER,)
    )
    assert await check_reference(EMPLOYER, None, NIL_UUID, organisation) == CheckResult(None, (NO_EMPLOYER,))
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, UUID(int=1), organisation) == CheckResult(
        str(UUID(int=1)), (NO_EMPLOYER,)
    )


async def test_a_stored_employer_stays_when_it_is_no_longer_confirmed(organisation: Organisation) -> None:
    stored, confirmed = await create_employer(organisation, confirmed=False), await create_employer(organisation)
    definition = TypeDefinition(fields=(CONFIRMED,))
    entry = {"who": Reference(ReferenceTarget.EMPLOYER, stored)}
    form = await check_values(definition, entry, stored={"who": str(stored)}, organisation_id=organisation.id)
    assert (form.values, form.problems) == ({"who": str(stored)}, ())
    form = await check_values(definition, entry, stored={"who": str(confirmed)}, organisation_id=organisation.id)
    assert form.problems == (NOT_CONFIRMED,)


async def test_all_references_of_an_entry_take_one_statement(organisation: Organisation) -> None:
    own_employer, own_programme = await create_employer(organisation), await create_programme(organisation)
    fields: list[FieldDefinition] = []
    entry: dict[str, object] = {}
    for number in range(700):
        fields.append(ReferenceField(key=f"e{number}", label="E", target=ReferenceTarget.EMPLOYER))
        fields.append(ReferenceField(key=f"p{number}", label="P", target=ReferenceTarget.PROGRAMME))
        entry |= {
            f"e{number}": Reference(ReferenceTarget.EMPLOYER, own_employer),
            f"p{number}": Reference(ReferenceTarget.PROGRAMME, own_programme),
        }
    with record_statements() as statements:
        form = await check_values(TypeDefinition(fields=tuple(fields)), entry, organisation_id=organisation.id)
    assert form.problems == ()
    assert len(form.values) == 1_400
    assert len(statements) == 1


async def check_reference(
    field: ReferenceField, target: ReferenceTarget | None, id_: UUID, organisation: Organisation
) -> CheckResult:
    return await check_value(field, Reference(target, id_), organisation_id=organisation.id)
