"""The profile of a table: counted, warned of, and shown."""
