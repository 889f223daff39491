"""Imports all algorithms and metrics, which each fit looks up by name: the fork server does it once."""

from __future__ import annotations

from phantom_ml.algorithms.base import algorithms
from phantom_ml.metrics.base import families, metrics

for registry in (algorithms, metrics, families):
    registry.names()
