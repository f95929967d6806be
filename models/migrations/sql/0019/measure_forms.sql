UPDATE organisation SET form_fields = largest.form_fields, form_choices = largest.form_choices FROM (
    SELECT type.organisation_id, max(size.form_fields) AS form_fields, max(size.form_choices) AS form_choices
    FROM tracker_type type JOIN tracker_type_version version ON version.type_id = type.id,
        LATERAL form_sizes(version.definition) size
    WHERE type.organisation_id IS NOT NULL GROUP BY type.organisation_id
) largest WHERE organisation.id = largest.organisation_id
