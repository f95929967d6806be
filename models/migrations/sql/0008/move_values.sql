-- Replace the ids of merged rows in the values of trackers, and in what the record was before an automation.
WITH merged AS MATERIALIZED (
    SELECT old_id::text AS old, to_jsonb(new_id::text) AS new FROM name_merge
), moved AS (
    SELECT tracker.id,
        jsonb_object_agg(entry.key, merged.new) FILTER (WHERE place = 'values') AS "values",
        jsonb_object_agg(entry.key, merged.new) FILTER (WHERE place = 'record_before') AS record_before
    FROM tracker
    CROSS JOIN LATERAL (
        SELECT 'values' AS place, key, value FROM jsonb_each_text("values")
        UNION ALL SELECT 'record_before', key, value FROM jsonb_each_text(record_before)
        WHERE jsonb_typeof(record_before) = 'object'
    ) entry
    JOIN merged ON merged.old = entry.value
    GROUP BY tracker.id
)
UPDATE tracker SET "values" = tracker."values" || coalesce(moved."values", '{}'),
    record_before = tracker.record_before || coalesce(moved.record_before, '{}')
FROM moved WHERE moved.id = tracker.id
