"""Whether members are fitted again on all rows, instead of the folds' fits being the model."""

from __future__ import annotations

from phantom_ml.data.splits import SplitPlan


def refits(plan: SplitPlan) -> bool:
    """Return whether members are fitted again on all rows, instead of the folds' fits being the model.

    A single holdout leaves a fifth unused, and forward folds leave the newest rows unused.
    """
    if plan.scheme == "halves":
        return True
    return plan.scheme != "given" and (plan.n_splits == 1 or is_forward(plan))


def is_forward(plan: SplitPlan) -> bool:
    """Return whether later rows measure what earlier ones taught."""
    return plan.scheme in ("forward", "forward_grouped")
