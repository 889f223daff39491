"""Detectors of what is unusual in a series, one file each; a point is judged by itself and its past alone."""
