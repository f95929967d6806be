"""GraphQL object types, interfaces, enums and scalars, one entity per module, with the resolvers of their fields.

Inputs and payloads are in ``schema.inputs``, root fields in ``resolvers``. An object type declares which attributes of
a row the API exposes; strawberry reads them from the row itself. Business rules belong in ``services``. May import from
``services``, ``models`` and strawberry.
"""
