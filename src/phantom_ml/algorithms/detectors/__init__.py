"""Detectors: algorithms that tell how unusual a row is, without any answers."""
