"""The rules of the application, as plain async functions that know neither GraphQL nor HTTP.

Here belongs whatever would be true if a command line called it. What survives a restart is in ``models``, what the SDL
says in ``schema``, what begins with a connection or a process in ``server``. A function takes the viewer first and
everything else by keyword, takes ids as UUIDs, and raises ``ValidationFailed`` with every error at once. May use
``models``, tortoise, asyncpg and aiosmtplib.
"""
