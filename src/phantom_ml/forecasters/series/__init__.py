"""Rows become series on a regular grid: their frequency, their season, their gaps."""
