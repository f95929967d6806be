"""Store the folded names of members and tracker types, so that ordering trackers by them folds no name for each tracker."""

from tortoise.migrations import operations as ops

from models.migrations import _migration


def _folded(table: str) -> ops.RunSQL:
    return ops.RunSQL(
        f'ALTER TABLE {table} ADD COLUMN folded_name text COLLATE "C" GENERATED ALWAYS AS (fold(name)) STORED',
        f"ALTER TABLE {table} DROP COLUMN folded_name",
    )


class Migration(_migration.Migration):
    dependencies = [("models", "0013_types_version")]

    operations = [_folded("member"), _folded("tracker_type")]
