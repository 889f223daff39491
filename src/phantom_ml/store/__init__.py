"""Where experiments, trials and models are kept."""

from phantom_ml.store.records import ExperimentRecord, ExperimentStatus, ModelRecord
from phantom_ml.store.store import Store

__all__ = ["ExperimentRecord", "ExperimentStatus", "ModelRecord", "Store"]
