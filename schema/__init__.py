"""The types of the GraphQL schema, one noun a module: object types, enums, scalars, and the edges between them.

Inputs and payloads are in ``inputs/``; root fields are in ``resolvers``. A type whitelists the attributes of a row: it
copies none and holds no rules, which are in ``services``. May use ``services``, ``models`` and strawberry.
"""
