"""What types are declared with: fields and what they need, scalars, Relay's types, prices of fields, the schema class.

The types themselves are in ``schema``. May import from ``schema.context``, ``schema.reading``, ``schema.inputs.conversion``,
``services``, ``models``, graphql-core and strawberry.
"""
