-- Rename an employer, unless another one has the new name, and return whether it was renamed.
WITH renamed AS (
    UPDATE employer SET name = $2 WHERE id = $1 AND NOT EXISTS (
        SELECT FROM employer other
        WHERE other.organisation_id = employer.organisation_id AND name_key(other.name) = name_key($2)
    ) RETURNING id, organisation_id, name
)
INSERT INTO name_merge (old_id, organisation_id, new_id, kind, old_name, new_name)
SELECT id, organisation_id, id, 'employer', $3, name FROM renamed RETURNING old_id
