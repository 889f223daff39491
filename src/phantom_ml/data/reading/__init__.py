"""From whatever holds a table to a Dataset and its fingerprint."""
