"""Phantom ML measured: beside its peers, against its own budget, in memory and in speed."""
