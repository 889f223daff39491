"""Columns a learner cannot read, turned into columns that it can; one file a kind."""
