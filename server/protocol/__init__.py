"""The data of GraphQL requests and responses: JSON, media types, request ids, error codes and error results.

Contains no connections and no executors. Within ``server``, this package may import from ``observability`` only.
"""
