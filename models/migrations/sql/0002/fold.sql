-- Lower case without accents, so that search finds a name however it is typed.
-- unaccent() is only STABLE, because its dictionary could be changed; an index needs a function that is IMMUTABLE.
CREATE FUNCTION fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT lower(public.unaccent('public.unaccent', value)) $$;
