"""Why: what a model looks at as a whole, and what moved the score of a row."""

from phantom_ml.explain.explanation import explain
from phantom_ml.explain.forms import Contribution, Explanation, Importance, RowExplanation
from phantom_ml.explain.permutation import PermutationPlan, permutation_importance

__all__ = [
    "Contribution",
    "Explanation",
    "Importance",
    "PermutationPlan",
    "RowExplanation",
    "explain",
    "permutation_importance",
]
