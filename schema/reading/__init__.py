"""What an operation reads: the columns and rows that its selection asks for, data loaders, events of subscriptions.

The statements themselves belong in ``services``. May import from ``schema.context``, ``services``, ``models``, graphql-core
and strawberry.
"""
