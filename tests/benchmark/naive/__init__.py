"""A naive server: strawberry's own ASGI application over Tortoise models, as a tutorial would write it.

It answers the same documents with the same fields from the same tables; it prefetches what a list needs, and has no loaders.
It asks for a session as this server does, and checks no rights, limits or rules; it has no ``validateTracker``.
"""
