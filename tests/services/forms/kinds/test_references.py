"""The check of references, against a real database."""

import logging
from uuid import UUID

import pytest

from models import Employer, Member, MemberKind, Organisation, Programme
from services.forms.definitions import FieldDefinition, ReferenceField, ReferenceTarget, TypeDefinition
from services.forms.kinds.types import Reference
from services.kernel.errors import ErrorCode
from services.kernel.global_ids import NIL_UUID
from tests.support.scenarios.forms import CheckResult, check_value, check_values, problem_at

MEMBER = ReferenceField(key="who", label="Coach", target=ReferenceTarget.MEMBER)
EMPLOYER = ReferenceField(key="who", label="Employer", target=ReferenceTarget.EMPLOYER)
CONFIRMED = ReferenceField(key="who", label="Employer", target=ReferenceTarget.EMPLOYER, confirmed_only=True)
PROGRAMME = ReferenceField(key="who", label="Programme", target=ReferenceTarget.PROGRAMME)

NO_MEMBER = problem_at("who", ErrorCode.NOT_FOUND, "Coach names no active member of your organisation.")
NO_EMPLOYER = problem_at("who", ErrorCode.NOT_FOUND, "Employer names no employer of your organisation.")
NO_PROGRAMME = problem_at("who", ErrorCode.NOT_FOUND, "Programme names no programme of your organisation.")
NOT_CONFIRMED = problem_at("who", ErrorCode.NOT_CONFIRMED, "Employer must be an employer that has been confirmed.")


@pytest.fixture
async def ours(database: str) -> Organisation:
    return await Organisation.create(name="Northgate Training")


@pytest.fixture
async def theirs(database: str) -> Organisation:
    return await Organisation.create(name="Southbank Skills")


async def member(organisation: Organisation, *, active: bool = True) -> UUID:
    email = f"{organisation.id}-{active}@example.org"
    kind = MemberKind.TUTOR
    return (await Member.create(organisation=organisation, name="A", email=email, kind=kind, active=active)).id


async def employer(organisation: Organisation, *, confirmed: bool = True) -> UUID:
    name = f"Employer {confirmed}"
    return (await Employer.create(organisation=organisation, name=name, confirmed=confirmed)).id


async def programme(organisation: Organisation) -> UUID:
    return (await Programme.create(organisation=organisation, name="Adult care worker")).id


async def test_a_member_is_an_active_one_of_the_organisation(ours: Organisation, theirs: Organisation) -> None:
    mine, gone, other = await member(ours), await member(ours, active=False), await member(theirs)
    assert await check_reference(MEMBER, ReferenceTarget.MEMBER, mine, ours) == CheckResult(str(mine))
    assert await check_reference(MEMBER, ReferenceTarget.MEMBER, gone, ours) == CheckResult(str(gone), (NO_MEMBER,))
    assert await check_reference(MEMBER, ReferenceTarget.MEMBER, other, ours) == CheckResult(str(other), (NO_MEMBER,))


async def test_an_employer_is_one_of_the_organisation(ours: Organisation, theirs: Organisation) -> None:
    mine, unconfirmed, other = await employer(ours), await employer(ours, confirmed=False), await employer(theirs)
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, mine, ours) == CheckResult(str(mine))
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, unconfirmed, ours) == CheckResult(str(unconfirmed))
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, other, ours) == CheckResult(
        str(other), (NO_EMPLOYER,)
    )


async def test_some_fields_take_confirmed_employers_only(ours: Organisation, theirs: Organisation) -> None:
    mine, unconfirmed = await employer(ours), await employer(ours, confirmed=False)
    other = await employer(theirs, confirmed=False)
    assert await check_reference(CONFIRMED, ReferenceTarget.EMPLOYER, mine, ours) == CheckResult(str(mine))
    assert await check_reference(CONFIRMED, ReferenceTarget.EMPLOYER, unconfirmed, ours) == CheckResult(
        str(unconfirmed), (NOT_CONFIRMED,)
    )
    assert await check_reference(CONFIRMED, ReferenceTarget.EMPLOYER, other, ours) == CheckResult(
        str(other), (NO_EMPLOYER,)
    )


async def test_a_programme_is_one_of_the_organisation(ours: Organisation, theirs: Organisation) -> None:
    mine, other = await programme(ours), await programme(theirs)
    assert await check_reference(PROGRAMME, ReferenceTarget.PROGRAMME, mine, ours) == CheckResult(str(mine))
    assert await check_reference(PROGRAMME, ReferenceTarget.PROGRAMME, other, ours) == CheckResult(
        str(other), (NO_PROGRAMME,)
    )


async def test_an_id_of_another_type_is_not_found(ours: Organisation) -> None:
    mine = await employer(ours)
    assert await check_reference(EMPLOYER, ReferenceTarget.PROGRAMME, mine, ours) == CheckResult(None, (NO_EMPLOYER,))
    assert await check_reference(EMPLOYER, None, NIL_UUID, ours) == CheckResult(None, (NO_EMPLOYER,))
    assert await check_reference(EMPLOYER, ReferenceTarget.EMPLOYER, UUID(int=1), ours) == CheckResult(
        str(UUID(int=1)), (NO_EMPLOYER,)
    )


async def test_a_stored_employer_stays_when_it_is_no_longer_confirmed(ours: Organisation) -> None:
    stored, confirmed = await employer(ours, confirmed=False), await employer(ours)
    definition = TypeDefinition(fields=(CONFIRMED,))
    entry = {"who": Reference(ReferenceTarget.EMPLOYER, stored)}
    form = await check_values(definition, entry, stored={"who": str(stored)}, organisation_id=ours.id)
    assert (form.values, form.problems) == ({"who": str(stored)}, ())
    form = await check_values(definition, entry, stored={"who": str(confirmed)}, organisation_id=ours.id)
    assert form.problems == (NOT_CONFIRMED,)


async def test_all_references_of_an_entry_take_one_statement_for_each_target(
    ours: Organisation, caplog: pytest.LogCaptureFixture
) -> None:
    own_employer, own_programme = await employer(ours), await programme(ours)
    fields: list[FieldDefinition] = []
    entry: dict[str, object] = {}
    for number in range(700):
        fields.append(ReferenceField(key=f"e{number}", label="E", target=ReferenceTarget.EMPLOYER))
        fields.append(ReferenceField(key=f"p{number}", label="P", target=ReferenceTarget.PROGRAMME))
        entry |= {
            f"e{number}": Reference(ReferenceTarget.EMPLOYER, own_employer),
            f"p{number}": Reference(ReferenceTarget.PROGRAMME, own_programme),
        }
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        form = await check_values(TypeDefinition(fields=tuple(fields)), entry, organisation_id=ours.id)
    assert form.problems == ()
    assert len(form.values) == 1_400
    assert sorted(record.getMessage().split('FROM "')[1].split('"')[0] for record in caplog.records) == [
        "employer",
        "programme",
    ]


async def check_reference(
    field: ReferenceField, target: ReferenceTarget | None, id_: UUID, organisation: Organisation
) -> CheckResult:
    return await check_value(field, Reference(target, id_), organisation_id=organisation.id)
