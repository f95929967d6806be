"""What learners are filed under: programmes, employers and groups by name, made on first mention, and tutors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.base import new_id
from models.database import fetch
from services.imports.entry import EmployerMention, LearnerEntry

_MAKE_EMPLOYERS = """
INSERT INTO employer (id, organisation_id, name, employer_id, confirmed)
SELECT id, $1, name, number, confirmed
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::boolean[]) AS new(id, name, number, confirmed)
ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Filing:
    """The ids behind the names that some learners mention."""

    programmes: dict[str, UUID]
    groups: dict[str, UUID]
    employers: dict[EmployerMention, UUID]
    tutors: dict[str, UUID]


async def resolve_references(organisation_id: UUID, entries: Sequence[LearnerEntry]) -> Filing:
    """The ids of everything that the entries mention; what is missing is made."""
    groups = {name for entry in entries for name in entry.values.get("groups", ())}
    return Filing(
        programmes=await _named("programme", organisation_id, mentions(entries, "programme")),
        groups=await _named("learner_group", organisation_id, groups),
        employers=await _employers(organisation_id, mentions(entries, "employer")),
        tutors=await tutors(organisation_id, mentions(entries, "tutor_email")),
    )


def mentions(entries: Sequence[LearnerEntry], name: str) -> list[Any]:
    """Every value of that name that an entry carries, once each, in the order of the file."""
    return list(dict.fromkeys(value for entry in entries if (value := entry.values.get(name)) is not None))


async def tutors(organisation_id: UUID, emails: Collection[str]) -> dict[str, UUID]:
    """The organisation's active members with these e-mail addresses."""
    if not emails:
        return {}
    statement = "SELECT email, id FROM member WHERE organisation_id = $1 AND active AND email = ANY($2)"
    return {row["email"]: row["id"] for row in await fetch(statement, organisation_id, list(emails))}


async def _named(table: str, organisation_id: UUID, names: Collection[str]) -> dict[str, UUID]:
    if not names:
        return {}
    select = f"SELECT name, id FROM {table} WHERE organisation_id = $1 AND name = ANY($2)"
    found = {row["name"]: row["id"] for row in await fetch(select, organisation_id, list(names))}
    missing = [name for name in names if name not in found]
    if missing:
        insert = f"""INSERT INTO {table} (id, organisation_id, name)
            SELECT id, $1, name FROM unnest($2::uuid[], $3::text[]) AS new(id, name) ON CONFLICT DO NOTHING"""
        await fetch(insert, organisation_id, [new_id() for _ in missing], missing)
        found.update({row["name"]: row["id"] for row in await fetch(select, organisation_id, missing)})
    return found


async def _employers(organisation_id: UUID, wanted: Sequence[EmployerMention]) -> dict[EmployerMention, UUID]:
    """Matched by number, else by name. Of two statements in a file whether one is confirmed, the later one holds."""
    if not wanted:
        return {}
    by_number, by_name = await _known_employers(organisation_id, wanted)
    made: dict[str, EmployerMention] = {}
    for mention in wanted:
        if mention.number not in by_number and mention.name not in by_name:
            made.setdefault(mention.name, mention)
    if made:
        rows = list(made.values())
        columns = zip(*((new_id(), row.name, row.number, bool(row.confirmed)) for row in rows), strict=True)
        await fetch(_MAKE_EMPLOYERS, organisation_id, *(list(column) for column in columns))
        by_number, by_name = await _known_employers(organisation_id, wanted)
    found = {mention: by_number.get(mention.number) or by_name[mention.name] for mention in wanted}
    await _settle(found)
    return found


async def _known_employers(
    organisation_id: UUID, wanted: Sequence[EmployerMention]
) -> tuple[dict[str | None, UUID], dict[str, UUID]]:
    statement = """SELECT id, name, employer_id FROM employer
        WHERE organisation_id = $1 AND (employer_id = ANY($2) OR name = ANY($3))"""
    numbers, names = [mention.number for mention in wanted if mention.number], [mention.name for mention in wanted]
    rows = await fetch(statement, organisation_id, numbers, names)
    by_number = {row["employer_id"]: row["id"] for row in rows if row["employer_id"]}
    return by_number, {row["name"]: row["id"] for row in rows}


async def _settle(found: dict[EmployerMention, UUID]) -> None:
    """Give an employer that was met by its number its number, and note who is said to be confirmed or not."""
    said = {employer: mention.confirmed for mention, employer in found.items() if mention.confirmed is not None}
    if said:
        statement = """UPDATE employer SET confirmed = said.confirmed
            FROM unnest($1::uuid[], $2::boolean[]) AS said(id, confirmed)
            WHERE employer.id = said.id AND employer.confirmed <> said.confirmed"""
        await fetch(statement, list(said), list(said.values()))
    numbers = {employer: mention.number for mention, employer in found.items() if mention.number}
    if numbers:
        statement = """UPDATE employer SET employer_id = said.number
            FROM unnest($1::uuid[], $2::text[]) AS said(id, number)
            WHERE employer.id = said.id AND employer.employer_id IS NULL"""
        await fetch(statement, list(numbers), list(numbers.values()))
