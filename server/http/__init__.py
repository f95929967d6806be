"""GraphQL over HTTP at ``/graphql``: requests by GET and POST, answers in JSON or as server-sent events.

May use ``execution``, ``protocol`` and ``observability``.
"""
