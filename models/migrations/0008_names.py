"""Merge employers, programmes and groups of the same name, keep them unique by key, and index lists by name.

``services/kernel/names.py`` says how a name is kept and when two are the same; this migration has its own copy. The
table ``name_merge`` says what was merged and what was renamed.
"""

import unicodedata
from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.migrations import _migration
from models.migrations._sql import read_sql

_NAMES = (
    ("employer", "name"),
    ("programme", "name"),
    ("learner_group", "name"),
    ("organisation", "name"),
    ("member", "name"),
    ("learner", "given_names"),
    ("learner", "family_name"),
    ("learner", "sub_programme"),
    ("learner", "job_title"),
)
"""The columns with names. Those of the first three tables are unique in an organisation."""
_MAX_NAME_LENGTH = 200
_JOINERS = "\u200c\u200d"


def _clean_name(text: str) -> str:
    """Return a name as it is kept, or the text itself if nothing would remain."""
    visible = "".join(
        character
        for position, character in enumerate(text)
        if character.isspace()
        or unicodedata.category(character) not in ("Cc", "Cf")
        or (character in _JOINERS and _is_letter(text[:position][-1:]) and _is_letter(text[position + 1 :][:1]))
    )
    return unicodedata.normalize("NFC", " ".join(visible.split())) or text


def _is_letter(character: str) -> bool:
    return character != "" and unicodedata.category(character)[0] in "LM"


async def _correct_names(_apps: Any, editor: Any) -> None:
    """Merge the rows whose names are the same, and keep all names on one line.

    Employers with different numbers are not merged; all of them but one get their number added to their name.
    """
    query = editor.client.execute_query_dict
    await query("CREATE TEMPORARY TABLE kept_name (id uuid PRIMARY KEY, name text) ON COMMIT DROP")
    for table, column in _NAMES[:3]:
        await _note_kept_names(query, table, column)
    await query(read_sql("0008/note_merges"))
    if await query("SELECT FROM name_merge LIMIT 1"):
        for name in ("move_employers", "move_programmes", "move_groups", "move_values", "merge_employers"):
            await query(read_sql(f"0008/{name}"))
        await query("DELETE FROM programme USING name_merge WHERE id = old_id")
        await query("DELETE FROM learner_group USING name_merge WHERE id = old_id")
    for table, _ in _NAMES[:3]:
        await query(f"UPDATE {table} SET name = kept.name FROM kept_name kept WHERE kept.id = {table}.id")
    for employer in await query(read_sql("0008/employers_of_one_name")):
        await _rename(query, employer)
    for table, column in _NAMES[3:]:
        await query("TRUNCATE kept_name")
        await _note_kept_names(query, table, column)
        other = f"SELECT FROM {table} other WHERE other.{column} = kept.name"
        free = f"AND NOT EXISTS ({other})" if table == "organisation" else ""
        await query(f"UPDATE {table} SET {column} = kept.name FROM kept_name kept WHERE kept.id = {table}.id {free}")


async def _note_kept_names(query: Any, table: str, column: str) -> None:
    """Write to ``kept_name`` the names that are to be kept in another form."""
    for row in await query(f"SELECT id, {column} AS name FROM {table} WHERE {column} ~ '[^ -~]|  |^ | $'"):
        kept = _clean_name(row["name"])
        if kept != row["name"]:
            await query("INSERT INTO kept_name VALUES ($1, $2)", [row["id"], kept])


async def _rename(query: Any, employer: Any) -> None:
    attempt, ending = 1, f" ({employer['number']})"
    statement, old_name = read_sql("0008/rename_employer"), employer["name"]
    while not await query(statement, [employer["id"], old_name[: _MAX_NAME_LENGTH - len(ending)] + ending, old_name]):
        attempt += 1
        ending = f" ({employer['number']}, {attempt})"


async def _keep_names(_apps: Any, _editor: Any) -> None:
    """Do nothing: what was merged cannot be taken apart."""


def _index(name: str, definition: str) -> ops.RunSQL:
    return ops.RunSQL(f"CREATE INDEX {name} ON {definition}", f"DROP INDEX {name}")


def _unique_names(table: str) -> ops.RunSQL:
    return ops.RunSQL(
        f"CREATE UNIQUE INDEX {table}_name_key ON {table} (organisation_id, name_key(name))",
        f"DROP INDEX {table}_name_key",
    )


def _name_order(table: str) -> ops.RunSQL:
    folded = "(fold(name) || E'\\t' || name) COLLATE \"C\""
    return _index(f"{table}_name_order", f"{table} (organisation_id, ({folded}), id)")


class Migration(_migration.Migration):
    dependencies = [("models", "0007_failed_automations")]

    operations = [
        ops.CreateModel(
            name="NameMerge",
            fields=[
                ("old_id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="name_merges",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("new_id", fields.UUIDField()),
                ("kind", fields.CharField(description="the table", max_length=20)),
                ("old_name", fields.CharField(max_length=200)),
                ("new_name", fields.CharField(max_length=200)),
            ],
            options={
                "table": "name_merge",
                "app": "models",
                "pk_attr": "old_id",
                "table_description": "An employer, programme or group that an upgrade merged into another of the same "
                "name, or had to rename.",
            },
            bases=["Model"],
        ),
        *(
            ops.RemoveConstraint(model_name=model, name=None, fields=["organisation_id", "name"])
            for model in ("Employer", "Group", "Programme")
        ),
        ops.RunSQL(read_sql("0008/name_key"), "DROP FUNCTION name_key"),
        ops.RunPython(_correct_names, _keep_names),
        _unique_names("employer"),
        _unique_names("programme"),
        _unique_names("learner_group"),
        ops.RemoveIndex(
            model_name="Learner", name=None, fields=["organisation_id", "family_name", "given_names", "id"]
        ),
        ops.RemoveIndex(model_name="Member", name=None, fields=["organisation_id", "name", "id"]),
        # Lists of names are ordered without regard to case and accents, and then by the names as they are.
        _name_order("employer"),
        _name_order("member"),
        _name_order("programme"),
        _index(
            "learner_name_order",
            "learner (organisation_id, ((fold(family_name) || E'\\t' || fold(given_names) || E'\\t' || family_name "
            "|| E'\\t' || given_names) COLLATE \"C\"), id)",
        ),
        ops.RunSQL("ANALYZE employer, learner, member, programme", "SELECT 1"),
    ]
