"""GraphQL over HTTP at ``/graphql``: GET and POST requests, with responses in JSON or as server-sent events.

All other HTTP endpoints belong in ``endpoints``. May import from ``connections``, ``execution``, ``protocol`` and
``observability``.
"""
