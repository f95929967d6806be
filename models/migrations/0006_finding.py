"""Finding trackers: a listing of them for each who may list, kept by the database itself in the transaction of every change.

``docs/decisions/015-listing-and-search.md`` says why. Three views say what is listed; three tables hold it; ``list_trackers`` brings
the tables to what the views say of some trackers, and nothing else writes them.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.migrations import _0006_listing as listing

# Created times never go back as numbers grow: a list that is newest first goes by number alone.
IN_ORDER = """
UPDATE tracker t SET created_at = told.newest, updated_at = greatest(t.updated_at, told.newest) FROM (
    SELECT id, max(created_at) OVER (PARTITION BY organisation_id ORDER BY number) AS newest FROM tracker
) told WHERE told.id = t.id AND t.created_at < told.newest
"""
NEWEST = """
UPDATE organisation_counter c SET newest_at = (SELECT max(created_at) FROM tracker t WHERE t.organisation_id = c.organisation_id)
"""


def _function(name: str, text: str) -> ops.RunSQL:
    return ops.RunSQL(text, f"DROP FUNCTION {name}")


def _trigger(table: str, event: str, function: str, seen: str) -> ops.RunSQL:
    name = f"{table}_{event.lower()}_listed"
    return ops.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON {table}",
    )


def _table(name: str, view: str, key: str) -> list[ops.RunSQL]:
    """A table that holds what a view says, filled as time will fill it: rows of one time lie together."""
    return [
        ops.RunSQL(f"CREATE TABLE {name} AS SELECT * FROM {view} ORDER BY number", f"DROP TABLE {name}"),
        ops.RunSQL(f"ALTER TABLE {name} ADD PRIMARY KEY ({key})", "SELECT 1"),
    ]


def _index(name: str, rest: str) -> ops.RunSQL:
    return ops.RunSQL(f"CREATE INDEX {name} ON {rest}", f"DROP INDEX {name}")


def _by(name: str, keys: str, condition: str = "") -> ops.RunSQL:
    where = f" WHERE {condition}" if condition else ""
    return _index(f"tracker_listing_{name}", f"tracker_listing (scope, {keys}, number){where}")


_OPEN = "status <= 2"


class Migration(migrations.Migration):
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
        ops.RunSQL(IN_ORDER, "SELECT 1"),
        ops.RunSQL(NEWEST, "SELECT 1"),
        ops.RunSQL(listing.SPACED, "DROP FUNCTION spaced"),
        ops.RunSQL(listing.LISTED, "DROP VIEW tracker_listed"),
        ops.RunSQL(listing.GROUPED, "DROP VIEW tracker_grouped"),
        ops.RunSQL(listing.WORDED, "DROP VIEW tracker_worded"),
        *_table("tracker_listing", "tracker_listed", "scope, number"),
        *_table("tracker_in_group", "tracker_grouped", "scope, group_id, number"),
        *_table("tracker_words", "tracker_worded", "tracker_id"),
        _index("tracker_listing_tracker", "tracker_listing (tracker_id)"),
        _index("tracker_in_group_tracker", "tracker_in_group (tracker_id)"),
        *(
            _by(column, column)
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
        _by("updated_16", "(updated_day >> 4)"),
        _by("updated_256", "(updated_day >> 8)"),
        _by("due_first", "coalesce(due_date, 'infinity')"),
        _by("due_last", "coalesce(due_date, '-infinity')"),
        _by("due_day", "due_day"),
        _by("due_16", "(due_day >> 4)"),
        _by("due_256", "(due_day >> 8)"),
        _by("open_day", "due_day", _OPEN),
        _by("open_16", "(due_day >> 4)", _OPEN),
        _by("open_256", "(due_day >> 8)", _OPEN),
        # Without a list of pending entries, which every lot that a search looks into would have to read.
        _index(
            "tracker_words_search",
            "tracker_words USING gin (places, words gin_trgm_ops, codes) WITH (fastupdate = off)",
        ),
        _function("list_trackers", listing.LIST),
        _function("list_opened", listing.OPENED),
        _function("list_changed", listing.CHANGED),
        _function("list_deleted", listing.DELETED),
        _function("list_of_learners", listing.LEARNER_CHANGED),
        _function("list_regrouped", listing.REGROUPED),
        _trigger("tracker", "INSERT", "list_opened", "NEW TABLE AS after"),
        _trigger("tracker", "UPDATE", "list_changed", "OLD TABLE AS before NEW TABLE AS after"),
        _trigger("tracker", "DELETE", "list_deleted", "OLD TABLE AS before"),
        _trigger("learner", "UPDATE", "list_of_learners", "OLD TABLE AS before NEW TABLE AS after"),
        _trigger("learner_in_group", "INSERT", "list_regrouped", "NEW TABLE AS regrouped"),
        _trigger("learner_in_group", "DELETE", "list_regrouped", "OLD TABLE AS regrouped"),
        # Until PostgreSQL gathers statistics by itself, pages would read whole lists.
        ops.RunSQL("ANALYZE tracker, tracker_listing, tracker_in_group, tracker_words", "SELECT 1"),
    ]
