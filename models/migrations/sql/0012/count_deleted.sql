-- Count deleted notifications as read, for the trigger of notification: their cursors are never used again.
CREATE FUNCTION count_deleted() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE inbox SET read_count = read_count + deleted.count
    FROM (
        SELECT recipient_id, count(*) FILTER (WHERE read_at IS NULL) AS count FROM old_rows GROUP BY recipient_id
    ) deleted
    WHERE inbox.member_id = deleted.recipient_id AND deleted.count <> 0;
    RETURN NULL;
END
$$;
