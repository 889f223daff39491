"""A supervised child process: deadline, memory cap, and an exit that is understood."""

from phantom_ml.process.child import (
    DEFAULT_PRELOAD,
    Child,
    run_child,
    shut_down,
    start_child,
    wait_any,
    warm_up,
)
from phantom_ml.process.copy import Copy, Here
from phantom_ml.process.deadline import Deadline
from phantom_ml.process.memory import process_tree_pss_mb, total_memory_mb
from phantom_ml.process.outcome import Limits, Outcome, OutcomeStatus

__all__ = [
    "DEFAULT_PRELOAD",
    "Child",
    "Copy",
    "Deadline",
    "Here",
    "Limits",
    "Outcome",
    "OutcomeStatus",
    "process_tree_pss_mb",
    "run_child",
    "shut_down",
    "start_child",
    "total_memory_mb",
    "wait_any",
    "warm_up",
]
