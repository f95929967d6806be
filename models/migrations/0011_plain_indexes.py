"""Replace the denormalised listing of trackers by plain indexes on ``tracker`` and ``learner``.

Generated columns hold what lists are searched and ordered by, so that no trigger is needed. See
``docs/decisions/015-listing-and-search.md``.
"""

from tortoise.migrations import operations as ops

from models.migrations import _migration
from models.migrations._sql import read_sql

_TRIGGERS = (
    ("tracker", "INSERT", "list_opened", "NEW TABLE AS after"),
    ("tracker", "UPDATE", "list_changed", "OLD TABLE AS before NEW TABLE AS after"),
    ("tracker", "DELETE", "list_deleted", "OLD TABLE AS before"),
    ("learner", "UPDATE", "list_of_learners", "OLD TABLE AS before NEW TABLE AS after"),
    ("learner_in_group", "INSERT", "list_regrouped", "NEW TABLE AS regrouped"),
    ("learner_in_group", "DELETE", "list_regrouped", "OLD TABLE AS regrouped"),
)
_FUNCTIONS = ("list_regrouped", "list_of_learners", "list_deleted", "list_changed", "list_opened")
_NAME = "btrim(given_names || ' ' || family_name)"


def _drop_trigger(table: str, event: str, function: str, transition_tables: str) -> ops.RunSQL:
    name = f"{table}_{event.lower()}_listed"
    return ops.RunSQL(
        f"DROP TRIGGER {name} ON {table}",
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {transition_tables} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    )


def _drop_function(name: str, arguments: str = "") -> ops.RunSQL:
    return ops.RunSQL(f"DROP FUNCTION {name}({arguments})", read_sql(f"0006/{name}"))


def _drop_view(name: str) -> ops.RunSQL:
    return ops.RunSQL(f"DROP VIEW {name}", read_sql(f"0006/{name}"))


def _index(name: str, definition: str) -> ops.RunSQL:
    return ops.RunSQL(f"CREATE INDEX {name} ON {definition}", f"DROP INDEX {name}")


def _columns(table: str, columns: dict[str, str]) -> ops.RunSQL:
    """Return the operation that adds generated columns, with one rewrite of the table."""
    added = ", ".join(
        f"ADD COLUMN {name} {definition.format('GENERATED ALWAYS AS')} STORED" for name, definition in columns.items()
    )
    dropped = ", ".join(f"DROP COLUMN {name}" for name in columns)
    return ops.RunSQL(f"ALTER TABLE {table} {added}", f"ALTER TABLE {table} {dropped}")


class Migration(_migration.Migration):
    dependencies = [("models", "0010_imported_errors")]

    operations = [
        *(_drop_trigger(*trigger) for trigger in _TRIGGERS),
        *(_drop_function(name) for name in _FUNCTIONS),
        _drop_function("list_trackers", "uuid[]"),
        ops.RunSQL("DROP TABLE tracker_words, tracker_in_group, tracker_listing", read_sql("0011/restore_listing")),
        _drop_view("tracker_worded"),
        _drop_view("tracker_grouped"),
        _drop_view("tracker_listed"),
        *(
            ops.RemoveIndex(model_name="Tracker", name=None, fields=columns)
            for columns in (["assignee_id", "learner_id"], ["created_by_id", "learner_id"], ["learner_id"])
        ),
        *(
            ops.RemoveIndex(model_name="Learner", name=None, fields=columns)
            for columns in (["organisation_id", "uln"], ["tutor_id"], ["employer_id"], ["programme_id"])
        ),
        ops.RunSQL(
            "DROP INDEX learner_search",
            "CREATE INDEX learner_search ON learner USING gin (fold(given_names || ' ' || family_name) gin_trgm_ops)",
        ),
        ops.RunSQL(
            "DROP INDEX learner_name_order",
            "CREATE INDEX learner_name_order ON learner (organisation_id, ((fold(family_name) || E'\\t' || fold(given_names) "
            "|| E'\\t' || family_name || E'\\t' || given_names) COLLATE \"C\"), id)",
        ),
        ops.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public", "SELECT 1"),
        _columns(
            "tracker",
            {
                "words": "text {} (' ' || spaced(description))",
                "due_order": "date {} (coalesce(due_date, 'infinity'::date))",
            },
        ),
        _columns(
            "learner",
            {
                "words": "text {} (' ' || spaced(given_names || ' ' || family_name))",
                "family_order": "text COLLATE \"C\" {} (fold(family_name) || E'\\t' || fold(given_names) || E'\\t' "
                "|| family_name || E'\\t' || given_names)",
                "name_order": f"text COLLATE \"C\" {{}} (fold({_NAME}) || E'\\t' || {_NAME})",
            },
        ),
        _index("tracker_status", "tracker (organisation_id, status, number)"),
        _index("tracker_type_status", "tracker (organisation_id, type_id, number) INCLUDE (status)"),
        _index("tracker_due", "tracker (organisation_id, due_order, number) INCLUDE (status)"),
        _index("tracker_updated", "tracker (organisation_id, updated_at, number)"),
        _index("tracker_unassigned", "tracker (organisation_id, number) WHERE assignee_id IS NULL"),
        _index(
            "tracker_assignee",
            "tracker (assignee_id, number) INCLUDE (status, learner_id) WHERE assignee_id IS NOT NULL",
        ),
        _index("tracker_system", "tracker (organisation_id, number) WHERE created_by_id IS NULL"),
        _index(
            "tracker_creator", "tracker (created_by_id, number) INCLUDE (learner_id) WHERE created_by_id IS NOT NULL"
        ),
        _index("tracker_learner", "tracker (learner_id, number) INCLUDE (status, due_order)"),
        _index("learner_family_name", "learner (organisation_id, family_order, id)"),
        _index("learner_name", "learner (organisation_id, name_order, id)"),
        _index("learner_programme_status", "learner (organisation_id, programme_status, id)"),
        _index("learner_sub_programme", "learner (organisation_id, sub_programme, id) WHERE sub_programme IS NOT NULL"),
        # For prefixes, whatever the collation of the database.
        _index("learner_uln", "learner (organisation_id, uln text_pattern_ops) WHERE uln IS NOT NULL"),
        *(
            _index(f"learner_{reference}", f"learner ({reference}_id, id) WHERE {reference}_id IS NOT NULL")
            for reference in ("tutor", "employer", "programme")
        ),
        _index("learner_in_group_group", "learner_in_group (group_id, learner_id)"),
        _index("learner_words", "learner USING gin (organisation_id, words gin_trgm_ops) WITH (fastupdate = off)"),
        # Blocks of 16384 numbers, so that what is found can be read in the order of numbers, block by block. Inserting is much
        # cheaper with a list of pending entries; it is short, because each search reads it once for each block.
        _index(
            "tracker_words",
            "tracker USING gin ((organisation_id || ':' || (number >> 14)), words gin_trgm_ops) "
            "WITH (fastupdate = on, gin_pending_list_limit = 512)",
        ),
        # The table has been rewritten: without statistics, which PostgreSQL gathers later by itself, plans are guesses.
        ops.RunSQL("ANALYZE tracker, learner, learner_in_group", "SELECT 1"),
    ]
