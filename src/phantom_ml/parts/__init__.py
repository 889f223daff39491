"""Saved parts of a model, and the checks before they are believed."""
