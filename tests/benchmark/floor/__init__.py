"""The floor: what the same answers cost without GraphQL, with bare starlette, asyncpg, orjson and hand-written SQL.

Each request takes the variables alone, as JSON. The floor checks the same token and reads the same session, then sends the
same bytes as this server. It reads from the product's own tables, makes the same rows, and checks nothing besides: no
rights, limits or rules; it logs nothing and wakes nobody.
"""
