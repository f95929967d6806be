"""GraphQL input types and the payloads of mutations, one entity per module.

An input's ``decode`` method converts it to the argument of a service: global ids become UUIDs, and fields that the
client omitted become ``ABSENT``. May import from ``schema``, ``services``, ``models`` and strawberry.
"""
