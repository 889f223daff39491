"""What a run comes to, over rows or over series, and what is said of one that ended early."""

from __future__ import annotations

from dataclasses import dataclass

from phantom_ml.automl.trials.draft import Draft
from phantom_ml.model.trial import Trial

INTERRUPTED = "The search was interrupted; the best so far was kept."
FIRST_STANDS = "The time was over before the folds were ready: the first model stands."


@dataclass(frozen=True)
class EngineResult:
    """What a run came to.

    Attributes
    ----------
    trials : tuple of Trial
        All rows of the leaderboard, the finished model among them.
    best : Trial
        The finished model's row.
    draft : Draft
    validation : str
        How it was validated, in words.
    warnings : tuple of str
        What a person should know.
    """

    trials: tuple[Trial, ...]
    best: Trial
    draft: Draft
    validation: str
    warnings: tuple[str, ...]
