"""What the role that serves may do in a database whose tables belong to another role.

It reads and writes rows, and nothing else: it owns no table, so it can neither alter one nor drop or disable its triggers.
Of a table whose trigger refuses changes (``refuse_change``), it may not even try them.
"""

from models.database import fetch, transaction

_SELECT_TABLES = """
SELECT quote_ident(c.relname) AS name,
    bool_or(t.tgtype & 16 > 0) IS TRUE AS refuses_update, bool_or(t.tgtype & 8 > 0) IS TRUE AS refuses_delete
FROM pg_class c LEFT JOIN (
    SELECT trigger.* FROM pg_trigger trigger JOIN pg_proc p ON p.oid = trigger.tgfoid WHERE p.proname = 'refuse_change' AND trigger.tgqual IS NULL
) t ON t.tgrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND pg_has_role(c.relowner, 'USAGE')
GROUP BY c.oid, c.relname ORDER BY c.relname
"""
"""The tables of the current role. A trigger with a condition refuses only some changes; the bits of ``tgtype`` are those of PostgreSQL's catalogue ``pg_trigger``."""
_MIGRATIONS_TABLE = "tortoise_migrations"

_SELECT_EXCESS = """
SELECT r.rolsuper AS is_superuser,
    EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
        AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE')) AS is_owner,
    has_table_privilege('tracker_event', 'UPDATE, DELETE, TRUNCATE, TRIGGER')
        OR has_table_privilege('audit_entry', 'UPDATE, DELETE, TRUNCATE, TRIGGER') AS may_change_history
FROM pg_roles r WHERE r.rolname = current_user
"""


async def grant_serving_rights(role: str) -> None:
    """Let a role read and write the rows of the current role's tables, as far as these are not append-only.

    What it was granted before on these tables is revoked. Raises asyncpg.UndefinedObjectError if there is no such role.
    """
    async with transaction():
        (row,) = await fetch("SELECT quote_ident($1) AS role, quote_ident(current_schema()) AS schema", role)
        grantee, schema = row["role"], row["schema"]
        await fetch(f"GRANT USAGE ON SCHEMA {schema} TO {grantee}")
        await fetch(f"REVOKE CREATE ON SCHEMA {schema} FROM {grantee}")
        for table in await fetch(_SELECT_TABLES):
            rights = ["SELECT"]
            if table["name"] != _MIGRATIONS_TABLE:
                rights += ["INSERT"]
                rights += [] if table["refuses_update"] else ["UPDATE"]
                rights += [] if table["refuses_delete"] else ["DELETE"]
            await fetch(f"REVOKE ALL ON TABLE {schema}.{table['name']} FROM {grantee}")
            await fetch(f"GRANT {', '.join(rights)} ON TABLE {schema}.{table['name']} TO {grantee}")
        await fetch(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {grantee}")


async def excess_rights() -> str | None:
    """Return which right the current role has that serving does not need, in words; None if it has none of them."""
    (role,) = await fetch(_SELECT_EXCESS)
    if role["is_superuser"]:
        return "is a superuser"
    if role["is_owner"]:
        return "owns the tables"
    if role["may_change_history"]:
        return "may change the history"
    return None
