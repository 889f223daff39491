"""Before the search: a test part kept aside, the table encoded, the folds, a first model."""
