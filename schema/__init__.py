"""The graph: its nouns (types, inputs, errors) and the edges between them."""
