"""GraphQL requests and responses as data: JSON, media types, request ids, error codes and the results of errors.

Knows no connection and no executor; may use ``observability`` and ``limits``.
"""
