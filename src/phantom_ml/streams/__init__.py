"""Anomalies in streams: detectors of one file each, and what makes one score a point of them."""
