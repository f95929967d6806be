"""The input types of the GraphQL schema with the payloads of their mutations, one noun a module.

The ``decode`` of an input returns what the services take: UUIDs instead of global ids, ABSENT for a field that was left
out. May use the types in ``schema``, ``services``, ``models`` and strawberry.
"""
