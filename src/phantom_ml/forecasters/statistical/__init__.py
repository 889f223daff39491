"""Forecasters of statsforecast, one file each, and what they share."""
