"""What rows that a line of alert was measured on support, and what rows without an answer do to it."""

from __future__ import annotations

from phantom_ml.config import ThresholdPolicy
from phantom_ml.metrics.tail import RISK
from phantom_ml.metrics.threshold_claims import (
    ENOUGH_POSITIVES,
    RULE_OF_THREE,
    percent,
    rows_for,
    rows_needed,
)
from phantom_ml.wording import counted


def unanswered_note(
    policy: ThresholdPolicy | None, n_unanswered: int, *, scored: bool = False
) -> str:
    """Return what to say of held-out days in which so many rows have no answer; empty where it is no matter.

    Examples
    --------
    >>> unanswered_note(ThresholdPolicy(top_k=10), 40)
    'Counted by rows with an answer alone: 40 rows of the held-out days have none.'
    >>> unanswered_note(ThresholdPolicy(max_fpr=0.01), 40)
    ''
    """
    if policy is None or not n_unanswered:
        return ""
    rows, have = counted(n_unanswered, "row"), "has" if n_unanswered == 1 else "have"
    if policy.alerts_per_day is not None and scored:
        return f"{rows} of the held-out days {have} no answer: they are counted by their scores."
    if policy.alerts_per_day is not None:
        taken = "it is" if n_unanswered == 1 else "they are"
        return f"{rows} of the held-out days {have} no answer: {taken} taken to alert as often as benign rows."
    if policy.max_fpr is not None or policy.prevalence is not None:
        return ""
    return f"Counted by rows with an answer alone: {rows} of the held-out days {have} none."


def unsupported(
    policy: ThresholdPolicy | None, positives: int, negatives: int, alerts: int, *, by_tail: bool
) -> str:
    """Return why measured rows are too few for what a line of alert claims, or an empty sentence.

    Parameters
    ----------
    policy : ThresholdPolicy or None
        By which the line was cut.
    positives, negatives, alerts : int
        Measured rows with an answer, and those of them that alert.
    by_tail : bool
        Whether the tail of the scores told the line.

    Examples
    --------
    >>> unsupported(ThresholdPolicy(max_fpr=0.01), 26, 32, 0, by_tail=False)
    'An FPR of at most 1 % can be told from 300 benign rows on; measured were 32.'
    """
    if by_tail:
        return _too_few("1 row in 1,000", rows_needed(RISK), "benign row", negatives)
    if policy is None:
        return _too_few("A line of the best F1", ENOUGH_POSITIVES, "positive row", positives)
    if policy.max_fpr is not None:
        claim = f"An FPR of at most {percent(policy.max_fpr)}"
        needed = rows_needed(policy.max_fpr)
        if policy.confidence is not None:
            needed = rows_for(policy.max_fpr, policy.confidence)
        return _too_few(claim, needed, "benign row", negatives)
    if policy.min_precision is None or policy.prevalence is not None or policy.min_precision == 1:
        return ""
    claim = f"A precision of at least {percent(policy.min_precision)}"
    return _too_few(claim, rows_needed(1.0 - policy.min_precision), "alert", alerts)


def too_short(policy: ThresholdPolicy | None, days: float | None) -> str:
    """Return why so many days are too few for a budget of alerts a day, or an empty sentence.

    Examples
    --------
    >>> too_short(ThresholdPolicy(alerts_per_day=0.5), 4.0)
    'At most 0.5 alerts a day can be told from 6 days on; measured were 4.'
    """
    if policy is None or policy.alerts_per_day is None or days is None:
        return ""
    budget = policy.alerts_per_day
    needed = max(1.0, RULE_OF_THREE / budget)
    if days * (1.0 + 1e-9) >= needed:
        return ""
    claim = f"At most {counted(budget, 'alert')} a day"
    return (
        f"{claim} can be told from {counted(round(needed, 1), 'day')} on; measured were {days:.3g}."
    )


def _too_few(claim: str, needed: int, of_what: str, found: int) -> str:
    if found >= needed:
        return ""
    return f"{claim} can be told from {counted(needed, of_what)} on; measured were {found:,}."
