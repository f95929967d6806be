"""The root fields of the GraphQL schema: queries, mutations and subscriptions, one noun a module.

``query``, ``mutation`` and ``subscription`` list them; ``schema_root`` assembles the schema. A resolver decodes its input,
calls a service and returns rows: no rules, which are in ``services``, and no types, which are in ``schema``. May use
``schema``, ``services``, ``models`` and strawberry.
"""
