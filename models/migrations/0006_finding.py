"""Add a denormalised listing of trackers, with one row for each scope in which a tracker is listed.

Triggers update the listing in the transaction of every change. Three views define its contents and three tables store
them; only the function ``list_trackers`` writes to the tables. See ``docs/decisions/015-listing-and-search.md``.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.migrations import _migration
from models.migrations._sql import read_sql


def _function(name: str) -> ops.RunSQL:
    return ops.RunSQL(read_sql(f"0006/{name}"), f"DROP FUNCTION {name}")


def _view(name: str) -> ops.RunSQL:
    return ops.RunSQL(read_sql(f"0006/{name}"), f"DROP VIEW {name}")


def _trigger(table: str, event: str, function: str, transition_tables: str) -> ops.RunSQL:
    name = f"{table}_{event.lower()}_listed"
    return ops.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {transition_tables} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON {table}",
    )


def _table(name: str, view: str, key: str) -> list[ops.RunSQL]:
    # In the order of numbers, as rows will be added: rows of one time lie together.
    return [
        ops.RunSQL(f"CREATE TABLE {name} AS SELECT * FROM {view} ORDER BY number", f"DROP TABLE {name}"),
        ops.RunSQL(f"ALTER TABLE {name} ADD PRIMARY KEY ({key})", "SELECT 1"),
    ]


def _index(name: str, definition: str) -> ops.RunSQL:
    return ops.RunSQL(f"CREATE INDEX {name} ON {definition}", f"DROP INDEX {name}")


def _listing_index(name: str, keys: str, condition: str = "") -> ops.RunSQL:
    where = f" WHERE {condition}" if condition else ""
    return _index(f"tracker_listing_{name}", f"tracker_listing (scope, {keys}, number){where}")


_OPEN = "status <= 2"


class Migration(_migration.Migration):
    dependencies = [("models", "0005_uploads")]

    operations = [
        ops.AddField(
            model_name="OrganisationCounter",
            name="newest_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        *(
            ops.RemoveIndex(model_name="Tracker", name=None, fields=[*columns, "created_at", "id"])
            for columns in (
                ["organisation_id"],
                ["organisation_id", "status"],
                ["organisation_id", "type_id"],
                ["assignee_id"],
                ["created_by_id"],
                ["learner_id"],
            )
        ),
        *(
            ops.AddIndex(model_name="Tracker", index=Index(fields=columns))
            for columns in (
                ["organisation_id", "created_at", "number"],
                ["assignee_id", "learner_id"],
                ["created_by_id", "learner_id"],
                ["learner_id"],
            )
        ),
        ops.RunSQL(read_sql("0006/lift_created_times"), "SELECT 1"),
        ops.RunSQL(read_sql("0006/set_newest_at"), "SELECT 1"),
        _function("spaced"),
        _view("tracker_listed"),
        _view("tracker_grouped"),
        _view("tracker_worded"),
        *_table("tracker_listing", "tracker_listed", "scope, number"),
        *_table("tracker_in_group", "tracker_grouped", "scope, group_id, number"),
        *_table("tracker_words", "tracker_worded", "tracker_id"),
        _index("tracker_listing_tracker", "tracker_listing (tracker_id)"),
        _index("tracker_in_group_tracker", "tracker_in_group (tracker_id)"),
        *(
            _listing_index(column, column)
            for column in (
                "status",
                "category",
                "type_id",
                "assignee_id",
                "created_by_id",
                "learner_id",
                "tutor_id",
                "employer_id",
                "programme_id",
                "sub_programme",
                "programme_status",
                "learner_name",
                "updated_at",
                "updated_day",
            )
        ),
        _index(
            "tracker_listing_assigned",
            "tracker_listing (scope, number) WHERE assignee_id <> '00000000-0000-0000-0000-000000000000'",
        ),
        _listing_index("updated_16", "(updated_day >> 4)"),
        _listing_index("updated_256", "(updated_day >> 8)"),
        _listing_index("due_first", "coalesce(due_date, 'infinity')"),
        _listing_index("due_last", "coalesce(due_date, '-infinity')"),
        _listing_index("due_day", "due_day"),
        _listing_index("due_16", "(due_day >> 4)"),
        _listing_index("due_256", "(due_day >> 8)"),
        _listing_index("open_day", "due_day", _OPEN),
        _listing_index("open_16", "(due_day >> 4)", _OPEN),
        _listing_index("open_256", "(due_day >> 8)", _OPEN),
        # Without a list of pending entries, which a search would have to read for every block of numbers.
        _index(
            "tracker_words_search",
            "tracker_words USING gin (places, words gin_trgm_ops, codes) WITH (fastupdate = off)",
        ),
        _function("list_trackers"),
        _function("list_opened"),
        _function("list_changed"),
        _function("list_deleted"),
        _function("list_of_learners"),
        _function("list_regrouped"),
        _trigger("tracker", "INSERT", "list_opened", "NEW TABLE AS after"),
        _trigger("tracker", "UPDATE", "list_changed", "OLD TABLE AS before NEW TABLE AS after"),
        _trigger("tracker", "DELETE", "list_deleted", "OLD TABLE AS before"),
        _trigger("learner", "UPDATE", "list_of_learners", "OLD TABLE AS before NEW TABLE AS after"),
        _trigger("learner_in_group", "INSERT", "list_regrouped", "NEW TABLE AS regrouped"),
        _trigger("learner_in_group", "DELETE", "list_regrouped", "OLD TABLE AS regrouped"),
        # Without statistics, which PostgreSQL gathers later by itself, pages would read whole lists.
        ops.RunSQL("ANALYZE tracker, tracker_listing, tracker_in_group, tracker_words", "SELECT 1"),
    ]
