"""Forms of tracker types: the definitions of their fields, entries that fill them, and forms as large as is allowed."""
