"""Which rows a model is fitted on, and which it is measured on."""

from phantom_ml.data.splits.delayed import has_forward, require_forward
from phantom_ml.data.splits.entities import join_entities
from phantom_ml.data.splits.folds import choose_folds
from phantom_ml.data.splits.halves import halves
from phantom_ml.data.splits.make import NOT_FORWARD, given_split, make_splits
from phantom_ml.data.splits.plan import RowTies, Scheme, Split, SplitPlan

__all__ = [
    "NOT_FORWARD",
    "RowTies",
    "Scheme",
    "Split",
    "SplitPlan",
    "choose_folds",
    "given_split",
    "halves",
    "has_forward",
    "join_entities",
    "make_splits",
    "require_forward",
]
