"""The sentences of the GraphQL over HTTP specification that bind a server, each with a request and its response.

The text is ``spec/GraphQLOverHTTP.md`` of https://github.com/graphql/graphql-over-http at commit 33765ac of September
2026, the last change before the first release; the sentences are paraphrased. Where two sections differ (the example of
errors from fields still says 200), 294 is right. What needs bytes of its own or a slow client is in
``tests/server/http/test_specification.py``; status 503 needs an outage, in ``tests/server/observability/test_outage.py``.
"""
