"""What may be claimed of a threshold: the rule of three, and the sentences that refuse."""

from __future__ import annotations

import math

from phantom_ml.config import ThresholdPolicy
from phantom_ml.metrics.ranking import SLACK
from phantom_ml.metrics.threshold_rules import Cuts
from phantom_ml.wording import counted

#: So many expected events without one seen bound their rate at 95 %.
RULE_OF_THREE = 3.0
#: A best F1 of fewer positives tells little of the alerts to come; docs/decisions/0039 has what was measured.
ENOUGH_POSITIVES = 20
#: So many known anomalies must be measured for the line of the best F1 to stand in place of the tail's, and so
#: many for it to be supported: they are often more of the held-out rows than of the table.
LEAST_KNOWN, ENOUGH_KNOWN = 20, 50


def rows_needed(rate: float) -> int:
    """Return how many rows without one event bound its rate by ``rate`` at 95 %: 3 / rate.

    Examples
    --------
    >>> rows_needed(0.001)
    3000
    """
    # The ratio of two decimals may end a hair above a whole number.
    return math.ceil(RULE_OF_THREE / rate - 1e-6)


def rows_for(rate: float, confidence: float) -> int:
    """Return how many benign rows without an alert make a rate so sure: (1 - rate)^n <= 1 - confidence.

    Examples
    --------
    >>> rows_for(0.001, 0.95), rows_for(0.001, 0.99)
    (2995, 4603)
    """
    return math.ceil(math.log1p(-confidence) / math.log1p(-rate) - 1e-6)


def percent(share: float) -> str:
    """Return a share in percent for a sentence; only a whole is 100 %.

    Examples
    --------
    >>> percent(0.0001), percent(0.9999), percent(1.0)
    ('0.01 %', '99.99 %', '100 %')
    """
    return f"{percentage(share)} %"


def percentage(share: float) -> str:
    """Return a share in percent without the sign."""
    digits = 6 if 0.9995 <= share < 1 else 3
    return f"{100.0 * share:.{digits}g}"


def rule_text(policy: ThresholdPolicy | None) -> str:
    """Return a policy in words; None is the rule of those who set none, the best F1.

    Examples
    --------
    >>> rule_text(ThresholdPolicy(max_fpr=0.001))
    'FPR at most 0.1 %'
    """
    if policy is None:
        return "best F1"
    if policy.max_fpr is not None:
        sure = "" if policy.confidence is None else f", {percent(policy.confidence)} sure"
        return f"FPR at most {percent(policy.max_fpr)}{sure}"
    if policy.alerts_per_day is not None:
        return f"at most {counted(policy.alerts_per_day, 'alert')} a day"
    if policy.min_precision is not None:
        field = (
            "" if policy.prevalence is None else f" where {percent(policy.prevalence)} are threats"
        )
        return f"precision at least {percent(policy.min_precision)}{field}"
    if policy.cost is not None:
        return f"least cost, {policy.cost.false_positive:g} : {policy.cost.false_negative:g}"
    return "the highest row" if policy.top_k == 1 else f"the {policy.top_k:,} highest rows"


def refusal(policy: ThresholdPolicy, cuts: Cuts, place: int, negatives: float) -> str:
    """Return the sentence that says why the policy's claim is not supported, or an empty one.

    Parameters
    ----------
    policy : ThresholdPolicy
    cuts : Cuts
    place : int
        The cut that was chosen.
    negatives : float
        Benign held-out rows (as many as they are worth, where they are weighted).
    """
    if policy.max_fpr is not None and policy.confidence is not None:
        return _not_sure(policy.max_fpr, policy.confidence, negatives)
    if policy.max_fpr is not None:
        return _too_few(policy.max_fpr, negatives)
    if policy.alerts_per_day is not None or policy.top_k is not None:
        return _budget_refusal(policy, cuts)
    if policy.min_precision is not None:
        return _precision_refusal(policy, cuts, place, negatives)
    return ""


def few_positives(positives: float, *, of_anomalies: bool) -> str:
    """Return why so many held-out positives do not support a line of the best F1, or an empty sentence.

    Examples
    --------
    >>> few_positives(12, of_anomalies=False)
    'A line of the best F1 can be told from 20 held-out positives on; there are 12.'
    """
    enough = ENOUGH_KNOWN if of_anomalies else ENOUGH_POSITIVES
    if positives >= enough:
        return ""
    what = "measured anomalies" if of_anomalies else "held-out positives"
    return f"A line of the best F1 can be told from {enough} {what} on; {_there(int(positives))}."


def _too_few(rate: float, negatives: float) -> str:
    if negatives >= rows_needed(rate):
        return ""
    return f"An FPR of at most {percent(rate)} {_from_rows_on(rate, negatives)}"


def _not_sure(rate: float, confidence: float, negatives: float) -> str:
    needed = rows_for(rate, confidence)
    if negatives >= needed:
        return ""
    rows = counted(needed, "benign held-out row")
    sure = f"{percent(confidence)} sure of an FPR of at most {percent(rate)}"
    return f"To be {sure} takes {rows}; {_there(int(negatives))}."


def _from_rows_on(rate: float, negatives: float) -> str:
    return (
        f"can be claimed from {counted(rows_needed(rate), 'benign held-out row')} on; "
        f"{_there(int(negatives))}."
    )


def _there(n: int) -> str:
    return f"there {'is' if n == 1 else 'are'} {n:,}"


def _budget_refusal(policy: ThresholdPolicy, cuts: Cuts) -> str:
    n_rows, days = cuts.alerts[-1], cuts.days or 0.0
    budget = policy.top_k or policy.alerts_per_day or 0.0
    a_day = "" if policy.top_k else " a day"
    comes = n_rows if cuts.daily is None or policy.top_k else cuts.daily[-1] * days
    if comes <= (budget if policy.top_k else budget * days):
        limit = counted(budget, f"alert{a_day} is", f"alerts{a_day} are")
        return f"All {counted(n_rows, 'held-out row')} are alerted: {limit} no limit to them."
    if policy.top_k:
        return ""
    if days < 1:
        return f"The held-out rows span {days:.2g} days only: alerts per day are extrapolated."
    # Seen are alerts of rows with an answer: where each stands for several, it takes as many times the days.
    least = RULE_OF_THREE * cuts.stands_for
    if days * budget * SLACK < least:
        return (
            f"At most {counted(budget, 'alert')} a day can be claimed from "
            f"{counted(math.ceil(least / budget - 1e-6), 'held-out day')} on; there are {days:.3g}."
        )
    return ""


def tail_refusal(rate: float, n_rows: int, n_apart: int, n_above: int, n_known: int = 0) -> str:
    """Return why rows taken for normal do not support a line that one in so many exceeds, or an empty sentence.

    Parameters
    ----------
    rate : float
        The share of rows that is told to lie beyond the line.
    n_rows, n_apart : int
        Held-out rows, and those of them that lie beyond a gap, above all others.
    n_above : int
        Of the latter, those above the line: it lies no higher than its rate of usual rows is told to.
    n_known : int
        Known anomalies that were measured, too few for a line of their own.

    Examples
    --------
    >>> tail_refusal(0.001, 500, 0, 0)
    '1 row in 1,000 can be claimed from 3,000 held-out rows on; there are 500.'
    """
    told = []
    if n_rows < rows_needed(rate):
        told.append(
            f"1 row in {1 / rate:,.0f} can be claimed from {counted(rows_needed(rate), 'held-out row')} on; "
            f"{_there(n_rows)}."
        )
    if n_apart > rate * n_rows:
        lie = counted(n_apart, "held-out row lies", "held-out rows lie")
        alerted = "such rows as well" if n_above >= n_apart else f"{n_above:,} of them"
        told.append(
            f"{lie} far above all others, and had no part in the line: it alerts {alerted}."
        )
    if n_known:
        were = counted(n_known, "known anomaly was", "known anomalies were")
        told.append(
            f"{were} measured, too few to tell the line of the best F1 ({LEAST_KNOWN} are needed)."
        )
    return " ".join(told)


def _precision_refusal(policy: ThresholdPolicy, cuts: Cuts, place: int, negatives: float) -> str:
    wanted = policy.min_precision or 0.0
    if place == 0:
        return f"No threshold reaches a precision of {percent(wanted)}."
    if wanted == 1:
        return "No number of rows supports a precision of 100 %."
    if policy.prevalence is not None:
        return _field_refusal(wanted, policy.prevalence, cuts, place, negatives)
    alerts = int(cuts.alerts[place])
    if alerts >= rows_needed(1.0 - wanted):
        return ""
    return (
        f"A precision of at least {percent(wanted)} can be claimed from "
        f"{counted(rows_needed(1.0 - wanted), 'held-out alert')} on; {_there(alerts)}."
    )


def _field_refusal(
    wanted: float, prevalence: float, cuts: Cuts, place: int, negatives: float
) -> str:
    recall = float(cuts.true_positives[place]) / cuts.positives
    odds = prevalence / (1.0 - prevalence)
    # The FPR at which the wanted precision is just met in the field: the PPV formula solved for it.
    rate = min(1.0, recall * odds * (1.0 - wanted) / wanted)
    if negatives >= rows_needed(rate):
        return ""
    return (
        f"A precision of {percent(wanted)} where {percent(prevalence)} are threats takes an FPR of "
        f"at most {percent(rate)}, which {_from_rows_on(rate, negatives)}"
    )


def nothing_alerted(policy: ThresholdPolicy | None, cuts: Cuts, place: int) -> str:
    """Return the sentence for a threshold above every held-out row, or an empty one."""
    if place > 0:
        return ""
    return f"No held-out row is alerted{_why_none(policy, cuts)}."


def _why_none(policy: ThresholdPolicy | None, cuts: Cuts) -> str:
    if policy is None or policy.min_precision is not None:
        return ""
    if policy.cost is not None:
        return ": every alert would cost more than it saves"
    if policy.max_fpr is not None:
        return f": {_why_no_rate(policy, cuts)}"
    if policy.alerts_per_day is not None and policy.alerts_per_day * (cuts.days or 0.0) < 1:
        span = counted(cuts.days or 0.0, "day")
        return f": one in {span} would already be more than {policy.alerts_per_day:,.4g} a day"
    return ": the rows that share the highest score are already too many"


def _why_no_rate(policy: ThresholdPolicy, cuts: Cuts) -> str:
    if _is_unsure(policy, cuts):
        return "even a line without one false alarm would not be sure enough"
    if cuts.positives:
        return "no held-out threat lies above as few false alarms"
    if policy.confidence is not None:
        return "a line that alerts the highest would not be sure enough"
    return f"the highest would already be more than {percent(policy.max_fpr or 0.0)} of them"


def _is_unsure(policy: ThresholdPolicy, cuts: Cuts) -> bool:
    """Return whether so few benign rows make no line sure, were there not one false alarm."""
    rate, confidence = policy.max_fpr, policy.confidence
    return (
        rate is not None and confidence is not None and cuts.negatives < rows_for(rate, confidence)
    )


def way_out(policy: ThresholdPolicy) -> str:
    """Return how a line that alerts no held-out row may be moved; empty where it was asked for as it is.

    Examples
    --------
    >>> way_out(ThresholdPolicy(max_fpr=0.001))
    'A higher max_fpr or a budget of alerts (alerts_per_day, top_k) moves it without another training.'
    """
    budget = "a budget of alerts (alerts_per_day, top_k)"
    if policy.min_precision is not None:
        return f"A lower min_precision or {budget} moves it without another training."
    if policy.max_fpr is None:
        return ""
    if policy.confidence is None:
        return f"A higher max_fpr or {budget} moves it without another training."
    return (
        f"More benign rows make the rate sure; a higher max_fpr, confidence=None or {budget} moves the line "
        "without another training."
    )
