-- Keep inbox.read_count up to date, for the trigger of notification after each statement that marks rows as read.
CREATE FUNCTION count_read() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE inbox SET read_count = read_count + marked.count
    FROM (
        SELECT after.recipient_id, count(after.read_at) - count(before.read_at) AS count
        FROM new_rows after JOIN old_rows before ON before.id = after.id
        GROUP BY after.recipient_id
    ) marked
    WHERE inbox.member_id = marked.recipient_id AND marked.count <> 0;
    RETURN NULL;
END
$$;
