"""Keeping score: metrics, thresholds, calibration, intervals, drift."""

from phantom_ml.metrics.base import Metric, metrics
from phantom_ml.metrics.calibration import Calibrator, fit_calibration
from phantom_ml.metrics.intervals import bootstrap_interval, clopper_pearson
from phantom_ml.metrics.lookup import default_metric, get_metric
from phantom_ml.metrics.thresholds import (
    Threshold,
    ThresholdTable,
    ValidationScores,
    threshold_for,
    threshold_table,
)

__all__ = [
    "Calibrator",
    "Metric",
    "Threshold",
    "ThresholdTable",
    "ValidationScores",
    "bootstrap_interval",
    "clopper_pearson",
    "default_metric",
    "fit_calibration",
    "get_metric",
    "metrics",
    "threshold_for",
    "threshold_table",
]
