"""What a rule of alert promised, what it came to on other rows, and what may be said where it did not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from phantom_ml.config import Settings, ThresholdPolicy
from phantom_ml.core.kinds import field_precision, rate
from phantom_ml.metrics.drift import most_by_chance
from phantom_ml.metrics.intervals import clopper_pearson, poisson_bounds
from phantom_ml.metrics.threshold_claims import percent
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.wording import counted

#: Costs are told of so many rows.
COST_ROWS = 1_000


class Promise(Settings):
    """A promise, and what it came to.

    Attributes
    ----------
    rule : the setting of the threshold that promised.
    promised : by ``max_fpr`` a share of benign rows, by ``alerts_per_day`` alerts, by ``min_precision`` a
        share of alerts. By ``cost`` what 1,000 held-out rows cost, by ``top_k`` its share of those rows.
    came_to : None where the rows do not tell it.
    low, high : 95 % bounds of it.
    kept : whether the promise lies within the bounds, or on their better side; None where the rows do not tell.
    days : which alerts a day are counted of.
    """

    rule: str
    promised: float
    came_to: float | None = None
    low: float | None = None
    high: float | None = None
    kept: bool | None = None
    days: float | None = None

    @property
    def text(self) -> str:
        """Return it in words, for a terminal."""
        what = WORDS[self.rule]
        came = f"{what.promised.format(what.figure(self.promised))}; came to "
        if self.came_to is None or self.low is None or self.high is None:
            return f"{came}-"
        days = "" if self.days is None else f" a day in {counted(round(self.days, 1), 'day')}"
        return (
            f"{came}{what.figure(self.came_to)}{days} "
            f"({what.figure(self.low)} to {what.figure(self.high)})"
        )


@dataclass(frozen=True)
class Words:
    """How a rule's promise is told: of the promise, and of one that did not hold."""

    promised: str
    broken: str
    figure: Callable[[float | None], str]


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:,.3g}"


WORDS = {
    "max_fpr": Words(
        "{} of benign rows alerted", "{0} of benign rows were to be alerted, and {1} were", rate
    ),
    "alerts_per_day": Words(
        "at most {} alerts a day",
        "at most {0} alerts a day were to come, and {1} a day did ({2} to {3} if they come one by one)",
        _plain,
    ),
    "min_precision": Words(
        "{} of alerts right", "{0} of alerts were to be right, and {1} were ({2} to {3})", rate
    ),
    "cost": Words(
        "1,000 rows cost {}, as held out",
        "1,000 held-out rows cost {0}, and of these {1} ({2} to {3})",
        _plain,
    ),
    "top_k": Words(
        "{} of rows alerted, as held out",
        "{0} of rows were to alert, as of the held-out ones, and {1} did ({2} to {3})",
        rate,
    ),
}


def promise_of(held: Threshold, found: Threshold, days: float | None = None) -> Promise | None:
    """Return what a line of alert promised and came to; None where its rule promises nothing.

    Parameters
    ----------
    held, found : Threshold
        On the held-out rows that it was cut on, and on other rows.
    days : float or None
        How many days the other rows span.
    """
    policy = held.policy
    return None if policy is None else MEASURED[policy.rule](policy, held, found, days)


def _fpr(
    policy: ThresholdPolicy, held: Threshold, found: Threshold, days: float | None
) -> Promise | None:
    promised = policy.max_fpr or 0.0
    return Promise(
        rule="max_fpr",
        promised=promised,
        came_to=found.fpr,
        low=found.fpr_low,
        high=found.fpr_high,
        kept=None if found.fpr_low is None else found.fpr_low <= promised,
    )


def _alerts_per_day(
    policy: ThresholdPolicy, held: Threshold, found: Threshold, days: float | None
) -> Promise | None:
    promised = policy.alerts_per_day or 0.0
    if days is None:
        return Promise(rule="alerts_per_day", promised=promised)
    # Alerts of rows without an answer are among those a day.
    daily = found.alerts_per_day
    n_alerts = _n_alerts(found) if daily is None else round(daily * days)
    low, high = (float(bound) / days for bound in poisson_bounds(n_alerts))
    return Promise(
        rule="alerts_per_day",
        promised=promised,
        came_to=n_alerts / days,
        low=low,
        high=high,
        kept=low <= promised,
        days=days,
    )


def _precision(
    policy: ThresholdPolicy, held: Threshold, found: Threshold, days: float | None
) -> Promise | None:
    promised, prevalence = policy.min_precision or 0.0, policy.prevalence
    if prevalence is not None:
        came = field_precision(found.recall, found.fpr, prevalence)
        low = field_precision(found.recall_low, found.fpr_high, prevalence)
        high = field_precision(found.recall_high, found.fpr_low, prevalence)
    else:
        came, (low, high) = found.precision, _share(_n_right(found), _n_alerts(found))
    # Without a benign row every alert is right, whatever the line.
    told = None if came is None or found.n_negatives == 0 else high
    kept = None if told is None else told >= promised
    return Promise(
        rule="min_precision", promised=promised, came_to=came, low=low, high=high, kept=kept
    )


def _cost(
    policy: ThresholdPolicy, held: Threshold, found: Threshold, days: float | None
) -> Promise | None:
    promised, _, held_high = _costs(policy, held)
    came, low, high = _costs(policy, found)
    return Promise(
        rule="cost", promised=promised, came_to=came, low=low, high=high, kept=low <= held_high
    )


def _costs(policy: ThresholdPolicy, at: Threshold) -> tuple[float, float, float]:
    """Return what 1,000 rows cost with 95 % bounds."""
    if policy.cost is None:
        return 0.0, 0.0, 0.0
    false, missed = (
        policy.cost.false_positive * at.n_negatives,
        policy.cost.false_negative * at.n_positives,
    )
    rates = ((at.fpr, at.recall), (at.fpr_low, at.recall_high), (at.fpr_high, at.recall_low))
    n_rows = max(1, at.n_negatives + at.n_positives)
    value, low, high = (
        COST_ROWS * (false * (f or 0.0) + missed * (1.0 - (1.0 if r is None else r))) / n_rows
        for f, r in rates
    )
    return value, low, high


def _top_k(
    policy: ThresholdPolicy, held: Threshold, found: Threshold, days: float | None
) -> Promise | None:
    n_held, n_found = (t.n_negatives + t.n_positives for t in (held, found))
    k = min(policy.top_k or 0, n_held)
    low, high = _share(_n_alerts(found), n_found)
    held_high = _share(k, n_held)[1]
    return Promise(
        rule="top_k",
        promised=k / max(1, n_held),
        came_to=_n_alerts(found) / max(1, n_found),
        low=low,
        high=high,
        kept=(low or 0.0) <= (1.0 if held_high is None else held_high),
    )


MEASURED = {
    "max_fpr": _fpr,
    "alerts_per_day": _alerts_per_day,
    "min_precision": _precision,
    "cost": _cost,
    "top_k": _top_k,
}


def _n_right(found: Threshold) -> int:
    return round((found.recall or 0.0) * found.n_positives)


def _n_alerts(found: Threshold) -> int:
    return _n_right(found) + round((found.fpr or 0.0) * found.n_negatives)


def _share(hits: int, n: int) -> tuple[float | None, float | None]:
    if n == 0:
        return None, None
    low, high = clopper_pearson(hits, n)
    return float(low), float(high)


def broken_promise(
    promise: Promise | None,
    held: Threshold,
    found: Threshold,
    tested: Threshold | None = None,
    drifted: float | None = None,
    *,
    known: bool = False,
) -> str:
    """Return the sentence that says that a promise was not kept, or why that is not known; or an empty one.

    Of a false-positive rate also whether chance explains it. Drift is named only beyond what chance allows
    of the same model on its test part: held-out rows were scored by the models of the folds, of which the
    finished one differs.

    Parameters
    ----------
    promise : Promise or None
    held, found : Threshold
        On the held-out rows that it was cut on, and on the rows that are measured.
    tested : Threshold or None
        On the model's test part, at the same line.
    drifted : float or None
        The ROC AUC of the drift of which the model's own report warns; None where it warns of none.
    known : bool
        Whether the rows are not after those that the model counts as past already: no promise is of such.
    """
    if promise is None or promise.kept:
        return ""
    if promise.kept is None or promise.came_to is None:
        return f"Whether the promise holds is not known: {_why_untold(promise, found)}."
    what = WORDS[promise.rule]
    figures = (promise.promised, promise.came_to, promise.low, promise.high)
    told = f"The promise did not hold: {what.broken.format(*map(what.figure, figures))}"
    if known:
        return f"{told}. It is of rows that came after those of training, and these did not."
    if promise.rule != "max_fpr":
        return f"{told}."
    many = f"{promise.came_to / promise.promised:.1f} times as many"
    return f"{told}, {many}. {_reason(found, held, tested, drifted)}"


def more_false_alarms(held: Threshold, found: Threshold, tested: Threshold | None) -> str:
    """Return the sentence that says that benign rows alert more than those of the test part, or an empty one.

    Of a rule that promises no false-positive rate, whose promise may be kept all the same; only beyond chance.
    """
    has_rate = held.policy is not None and held.policy.rule == "max_fpr"
    if tested is None or has_rate or tested.fpr is None or found.fpr is None:
        return ""
    if tested.n_negatives == 0 or found.n_negatives == 0:
        return ""
    reason, is_beyond = _beyond_chance(found, tested, "its test part")
    if not is_beyond:
        return ""
    return f"{percent(found.fpr)} of benign rows are alerted. {reason}: {REASONS[True, True]}"


def _why_untold(promise: Promise, found: Threshold) -> str:
    if promise.rule == "alerts_per_day":
        return "no days can be counted by the time of the rows"
    if found.n_negatives == 0:
        return "none of the rows is benign"
    return "none of the rows is alerted" if found.n_positives else "none of the rows is a threat"


def _reason(
    found: Threshold, held: Threshold, tested: Threshold | None, drifted: float | None
) -> str:
    """Return whether more false alarms than before are more than chance allows."""
    before, where = (held, "the held-out rows") if tested is None else (tested, "its test part")
    if before.fpr is None or found.fpr is None or before.n_negatives == 0:
        return "How many of the rows that the threshold was cut on were alerted is not known."
    told, is_beyond = _beyond_chance(found, before, where)
    reason = REASONS[tested is not None, is_beyond]
    if tested is not None and not is_beyond and drifted is not None:
        reason = OF_DRIFT.format(drifted)
    return f"{told}: {reason}"


def _beyond_chance(found: Threshold, before: Threshold, where: str) -> tuple[str, bool]:
    """Return how false alarms compare with those before, in words, and whether chance allows less."""
    rate_before, rate_now = before.fpr or 0.0, found.fpr or 0.0
    hits = round(rate_before * before.n_negatives)
    most = most_by_chance(hits, before.n_negatives, found.n_negatives)
    is_beyond = round(rate_now * found.n_negatives) > most
    side = "above" if is_beyond else "within"
    told = (
        f"Of {where} {percent(rate_before)} were, from which chance allows up to "
        f"{percent(most / found.n_negatives)} here; {percent(rate_now)} lies {side} that"
    )
    return told, is_beyond


#: Of rows like a test part that itself was of another kind than the rows that the line was cut on.
OF_DRIFT = (
    "the model's own report already warns of drift: benign rows of its test part are told from those before with "
    "a ROC AUC of {:.2f}. Training again with newer rows may help."
)
#: By whether the same model was measured on a test part, and whether chance explains the difference.
REASONS = {
    (True, True): "these benign rows are unlike those (drift).",
    (
        True,
        False,
    ): "the line is too low for this model, and nothing says that rows changed. A higher "
    "confidence or a lower rate asks for more room.",
    (
        False,
        True,
    ): "the rows may have changed, or the finished model scores otherwise than those of the folds.",
    (False, False): "the rows that the threshold was cut on were too few to rule that out.",
}
