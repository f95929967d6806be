"""The business logic, as plain async functions that know nothing of GraphQL or HTTP.

Code belongs here if a command-line interface would need it too. Persistent state is defined in ``models``, the API in
``schema``, and connections and processes in ``server``. A function takes the viewer first, then its entry or rows, and
options by keyword; it takes ids as UUIDs, and raises ``ValidationFailed`` with all errors at once. May import from
``models``, tortoise, asyncpg and aiosmtplib.
"""
