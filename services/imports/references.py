"""Lookup of the programmes, groups, employers and tutors that imported learners refer to.

Names that differ by case alone are the same. Missing programmes, groups and employers are created, with the spelling
that comes first. Tutors must already be active members.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.base import new_id
from models.database import fetch
from services.imports.entry import EmployerReference, LearnerEntry
from services.kernel.names import name_key

_SELECT_BY_NUMBER = "SELECT id, employer_id FROM employer WHERE organisation_id = $1 AND employer_id = ANY($2)"
_INSERT_EMPLOYERS = """
INSERT INTO employer (id, organisation_id, name, employer_id, confirmed)
SELECT id, $1, name, number, confirmed
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::boolean[]) AS new(id, name, number, confirmed)
ON CONFLICT DO NOTHING"""
_SET_CONFIRMED = """
UPDATE employer SET confirmed = new.confirmed
FROM unnest($1::uuid[], $2::boolean[]) AS new(id, confirmed)
WHERE employer.id = new.id AND employer.confirmed <> new.confirmed"""
_SET_NUMBERS = """
UPDATE employer SET employer_id = new.number
FROM unnest($1::uuid[], $2::text[]) AS new(id, number)
WHERE employer.id = new.id AND employer.employer_id IS NULL"""

TWO_OF_ONE_NAME = (
    "An employer with another employerId has this name. If it is the same employer, use that employerId or leave it empty; "
    "otherwise give one of them a name that differs."
)
"""The message about an employer that has the name of another one and a different number: they are never merged."""


@dataclass(frozen=True, slots=True)
class References:
    """The ids of the rows that a batch of learners refers to."""

    programmes: dict[str, UUID]
    groups: dict[str, UUID]
    employers: dict[EmployerReference, UUID]
    tutors: dict[str, UUID]


async def resolve_references(organisation_id: UUID, entries: Sequence[LearnerEntry]) -> References:
    """Return the ids of the rows that the entries refer to, creating missing programmes, groups and employers."""
    groups = dict.fromkeys(name for entry in entries for name in entry.values.get("groups", ()))
    return References(
        programmes=await _find_or_create("programme", organisation_id, distinct_values(entries, "programme")),
        groups=await _find_or_create("learner_group", organisation_id, groups),
        employers=await _find_or_create_employers(organisation_id, distinct_values(entries, "employer")),
        tutors=await find_tutors(organisation_id, distinct_values(entries, "tutor_email")),
    )


def distinct_values(entries: Sequence[LearnerEntry], name: str) -> list[Any]:
    """Return the distinct values other than None that the entries have for a key, in the order of the file."""
    return list(dict.fromkeys(value for entry in entries if (value := entry.values.get(name)) is not None))


async def find_tutors(organisation_id: UUID, emails: Collection[str]) -> dict[str, UUID]:
    """Return the ids of the organisation's active members with these email addresses, by address."""
    if not emails:
        return {}
    statement = "SELECT email, id FROM member WHERE organisation_id = $1 AND active AND email = ANY($2)"
    return {row["email"]: row["id"] for row in await fetch(statement, organisation_id, list(emails))}


async def other_employers_of_one_name(
    organisation_id: UUID, references: Sequence[EmployerReference]
) -> Collection[EmployerReference]:
    """Return the references whose name is that of an employer with another number, stored or earlier among them.

    A number that an employer has already tells which one it is, whatever its name.
    """
    numbered = [reference for reference in references if reference.number]
    if not numbered:
        return ()
    by_number, by_name = await _find_employers(organisation_id, numbered)
    stored = await fetch("SELECT id, employer_id FROM employer WHERE id = ANY($1)", list(set(by_name.values())))
    numbers = {row["id"]: row["employer_id"] for row in stored}
    taken = {name_key(name): numbers[id_] for name, id_ in by_name.items()}
    known, others = set(by_number), []
    for reference in numbered:
        key = name_key(reference.name)
        if reference.number in known:
            continue
        if taken.get(key):
            others.append(reference)
        else:
            taken[key] = reference.number
            known.add(reference.number)
    return others


async def _find_or_create(table: str, organisation_id: UUID, names: Collection[str]) -> dict[str, UUID]:
    if not names:
        return {}
    ids = await _find_by_name(table, organisation_id, names)
    missing = [name for name in names if name not in ids]
    if missing:
        insert = f"""INSERT INTO {table} (id, organisation_id, name)
            SELECT id, $1, name FROM unnest($2::uuid[], $3::text[]) AS new(id, name) ON CONFLICT DO NOTHING"""
        await fetch(insert, organisation_id, [new_id() for _ in missing], missing)
        ids |= await _find_by_name(table, organisation_id, missing)
    return ids


async def _find_by_name(table: str, organisation_id: UUID, names: Collection[str]) -> dict[str, UUID]:
    """Return the ids of the rows with these names, by name as given; case is ignored.

    A row that an upgrade renamed, because another had the name too, is still found by its former spelling. LIMIT makes
    PostgreSQL use the index; otherwise it computes the keys of all rows.
    """
    statement = f"""SELECT wanted.name, coalesce(renamed.new_id, found.id) AS id FROM unnest($2::text[]) AS wanted (name)
        LEFT JOIN LATERAL (
            SELECT id, name FROM {table} WHERE organisation_id = $1 AND name_key(name) = name_key(wanted.name) LIMIT 1
        ) found ON true
        LEFT JOIN name_merge renamed ON renamed.organisation_id = $1 AND renamed.kind = $3
            AND renamed.old_id = renamed.new_id AND renamed.old_name = wanted.name
            AND found.name IS DISTINCT FROM wanted.name"""
    rows = await fetch(statement, organisation_id, list(names), table)
    return {row["name"]: row["id"] for row in rows if row["id"] is not None}


async def _find_or_create_employers(
    organisation_id: UUID, references: Sequence[EmployerReference]
) -> dict[EmployerReference, UUID]:
    """Return the ids of employers, matched by number or else by name, creating missing ones.

    If references to the same employer disagree on whether it is confirmed, the last one wins.
    """
    if not references:
        return {}
    by_number, by_name = await _find_employers(organisation_id, references)
    missing = [new for new in references if new.number not in by_number and new.name not in by_name]
    if missing:
        rows = ((new_id(), new.name, new.number, bool(new.confirmed)) for new in missing)
        await fetch(_INSERT_EMPLOYERS, organisation_id, *(list(column) for column in zip(*rows, strict=True)))
        by_number, by_name = await _find_employers(organisation_id, references)
    ids = {reference: by_number.get(reference.number) or by_name[reference.name] for reference in references}
    await _update_employers(ids)
    return ids


async def _find_employers(
    organisation_id: UUID, references: Sequence[EmployerReference]
) -> tuple[dict[str | None, UUID], dict[str, UUID]]:
    """Return the ids of existing employers in two mappings: by number, and by each name that names them."""
    numbers = [reference.number for reference in references if reference.number]
    rows = await fetch(_SELECT_BY_NUMBER, organisation_id, numbers) if numbers else ()
    names = list(dict.fromkeys(reference.name for reference in references))
    return {row["employer_id"]: row["id"] for row in rows}, await _find_by_name("employer", organisation_id, names)


async def _update_employers(ids: dict[EmployerReference, UUID]) -> None:
    """Update whether employers are confirmed, and set the numbers of employers that have none."""
    confirmed = {id_: reference.confirmed for reference, id_ in ids.items() if reference.confirmed is not None}
    if confirmed:
        await fetch(_SET_CONFIRMED, list(confirmed), list(confirmed.values()))
    numbers = {id_: reference.number for reference, id_ in ids.items() if reference.number}
    if numbers:
        await fetch(_SET_NUMBERS, list(numbers), list(numbers.values()))
