-- The number of fields of a form, and of the choices of all of them.
CREATE FUNCTION form_sizes(definition jsonb, OUT form_fields int, OUT form_choices int) LANGUAGE sql IMMUTABLE AS $$
    SELECT count(*)::int, coalesce(sum(jsonb_array_length(field -> 'choices')), 0)::int
    FROM jsonb_array_elements(definition -> 'fields') field
$$
