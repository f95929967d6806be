"""The rules: plain async functions over the rows. They would be true if a command line called them."""
