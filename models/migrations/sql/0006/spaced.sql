-- The folded text with a space after every character that is no letter or digit. Any part of a word is then preceded by
-- one of 37 characters (a-z, 0-9, space), so that two letters and what precedes them make a trigram, which the index
-- knows. The words of a search go through the same function.
CREATE FUNCTION spaced(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT regexp_replace(fold(value), '([^a-z0-9 ])', '\1 ', 'g') $$;
