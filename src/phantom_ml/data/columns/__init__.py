"""Columns: their names, the types they are given, and what can be known of their values."""
