"""What types are declared with: fields and what they need, scalars, Relay's types, the prices of fields, the schema class."""
