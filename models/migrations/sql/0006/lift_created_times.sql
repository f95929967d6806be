-- Lift created_at where it is earlier than that of a tracker with a smaller number of the same organisation:
-- a list that is newest first is ordered by number alone.
UPDATE tracker t SET created_at = lifted.at, updated_at = greatest(t.updated_at, lifted.at) FROM (
    SELECT id, max(created_at) OVER (PARTITION BY organisation_id ORDER BY number) AS at FROM tracker
) lifted WHERE lifted.id = t.id AND t.created_at < lifted.at;
