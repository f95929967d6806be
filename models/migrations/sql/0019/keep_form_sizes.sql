-- Keeps the sizes of the largest form that an organisation has ever had, because its trackers may still show it.
CREATE FUNCTION keep_form_sizes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own record := form_sizes(NEW.definition);
BEGIN
    UPDATE organisation SET form_fields = greatest(form_fields, own.form_fields),
        form_choices = greatest(form_choices, own.form_choices)
    WHERE id = (SELECT organisation_id FROM tracker_type WHERE id = NEW.type_id)
        AND (form_fields < own.form_fields OR form_choices < own.form_choices);
    RETURN NULL;
END
$$
