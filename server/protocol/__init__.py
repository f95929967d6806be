"""GraphQL requests and answers as messages: parsing, media types, error codes and the JSON of errors.

Knows no socket and no executor. May use ``observability`` and ``limits``.
"""
