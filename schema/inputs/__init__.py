"""The input types of the graph, one noun a file, and what they become in Python.

An input decodes ids and names here, so that services see UUIDs and snake_case. May use ``services`` and strawberry.
"""
