"""Forecasters of one or many series, one file each, and what measures, blends and bounds them."""
