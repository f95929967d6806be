"""Resolvers of the root fields (queries, mutations and subscriptions), one entity per module.

``query``, ``mutation`` and ``subscription`` define the root types; ``schema_root`` assembles the schema. A resolver
decodes its input, calls a service and returns rows. Business rules belong in ``services``, GraphQL types in ``schema``.
May import from ``schema``, ``services``, ``models`` and strawberry.
"""
