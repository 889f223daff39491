"""Whether a detector keeps its promise: measured on rows that no search, no fit and no threshold saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.automl.preparation.holdout import Holdout
from phantom_ml.automl.question.problem import Problem
from phantom_ml.core.drift import Drift
from phantom_ml.core.figures import Figure
from phantom_ml.core.kinds import (
    FieldFigures,
    KindOfAttack,
    field_precision,
    rate,
    recall_by_kind,
)
from phantom_ml.core.look import Optimism, among, look
from phantom_ml.core.measured import measured
from phantom_ml.core.promise import Promise, broken_promise, promise_of
from phantom_ml.core.recall import all_missed, fallen_recall
from phantom_ml.core.repeats import RepeatReport, repeat_report, repeats_among
from phantom_ml.data.times.parse import NO_TIME
from phantom_ml.data.times.stray import days_of
from phantom_ml.metrics.base import Metric
from phantom_ml.metrics.intervals import bootstrap_interval
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.wording import counted

Array = NDArray[np.float64]
#: Parts of the test time whose recall is told.
PERIODS = 8


class ThreatReport(FieldFigures):
    """A detector on its test part: what was promised, and what it came to.

    Attributes
    ----------
    promise : what the rule of the threshold promised, and what it came to.
    promised_fpr : the false-positive rate that was asked for; None where another rule was.
    kept : whether the promise lies within the 95 % bounds of what it came to, or on their better side; None
        where the rows do not tell.
    days : how many days the test part spans, where there is a time.
    drift : how well benign rows of the test part can be told from those before, as a ROC AUC; 0.5: not at all.
    drift_low, drift_high : its 95 % bounds, by entities and by blocks of time where these are known.
    known_kinds : the kinds of attack in the rows that were learned from, by name.
    recall_by_period : recall in eight parts of equal length of the test part's time, where there is one; None for
        a part without a threat. Models saved before there was a None leave such parts out.
    aut : area under the recall over those of them that have one (TESSERACT).
    repeats : what suppression comes to, where ``suppress_by`` is set.
    """

    how: str
    n_rows: int
    promised_fpr: float | None
    threshold: Threshold
    kept: bool | None
    figures: dict[str, Figure]
    promise: Promise | None = None
    days: float | None = None
    drift: float | None = None
    drift_low: float | None = None
    drift_high: float | None = None
    optimism: Optimism | None = None
    known_kinds: tuple[str, ...] = ()
    recall_by_period: tuple[float | None, ...] = ()
    aut: float | None = None
    repeats: RepeatReport | None = None
    warnings: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the report for a terminal."""
        found = [f"Test part      {counted(self.n_rows, 'row')}, {self.how}", *self._promised()]
        for name, f in self.figures.items():
            found.append(f"{name:<22} {f.value:.4f}  [{f.low:.4f}, {f.high:.4f}]")
        if self.optimism is not None:
            found.append(self.optimism.line())
        if self.drift is not None:
            low, high = self.drift_low, self.drift_high
            bounds = "" if low is None or high is None else f" ({low:.3f} to {high:.3f})"
            found.append(
                f"Drift          benign rows are told from earlier ones with a ROC AUC of {self.drift:.3f}{bounds}"
            )
        found += self.field_lines()
        if self.aut is not None:
            found.append(self._over_time(self.aut))
        return found if self.repeats is None else [*found, *self.repeats.lines()]

    def _over_time(self, aut: float) -> str:
        """Return the recall of each part of the time, with what a dash means where there is one."""
        parts = ", ".join(map(rate, self.recall_by_period))
        n_empty = self.recall_by_period.count(None)
        of = f" of the {len(self.recall_by_period) - n_empty} parts with threats (-: none)"
        return f"Over time      recall {parts}; AUT {aut:.3f}{of if n_empty else ''}"

    def _promised(self) -> list[str]:
        """Return what the rule of the threshold came to; the rate of false alarms is told of every rule."""
        t = self.threshold
        rates = f"{rate(t.fpr)} ({rate(t.fpr_low)} to {rate(t.fpr_high)})"
        false = f"False alarms   {rates} of benign rows, recall {rate(t.recall)}"
        if self.promise is None:
            return [false]
        if self.promise.rule == "max_fpr":
            return [f"Promise        {self.promise.text}, recall {rate(t.recall)}"]
        return [f"Promise        {self.promise.text}", false]


@dataclass(frozen=True)
class Tested:
    """A pipeline's scores on the test part, beside the truth; ``rest`` are those of rows without an answer."""

    problem: Problem
    score: Array
    truth: NDArray[np.int64]
    threshold: Threshold
    rest: Array | None = None

    @classmethod
    def of(cls, pipeline: Pipeline, test: Problem, threshold: Threshold) -> Tested:
        """Return the scores of a pipeline at a line of alert, of rows without an answer as well."""
        whole, unlabelled = among(pipeline, test), test.unlabelled
        truth, score = test.target.values.astype(np.int64), whole.score(test.frame)[:, 0]
        # Their alerts come as well.
        rest = None if unlabelled is None else whole.score(unlabelled.frame)
        return cls(test, score, truth, threshold, rest)

    @property
    def days(self) -> float | None:
        """Return how many days all rows span, with an answer or without."""
        own, beside = self.problem.ties.time, self.problem.unlabelled
        days = self.problem.days(np.arange(self.problem.n_rows))
        if days is None or own is None or beside is None or beside.before.time is None:
            return days
        return days_of(np.concatenate([own, beside.before.time]))

    @property
    def alert(self) -> NDArray[np.bool_]:
        """Return which rows are alerted."""
        return self.threshold.alerts(self.score)


@dataclass(frozen=True)
class Beside:
    """What is known of rows beside their features.

    Attributes
    ----------
    kinds : Series or None
        The kind of attack of the test rows.
    known_kinds : tuple of str
        The kinds of attack in the rows that were learned from.
    prevalence : float or None
        Share of threats in the field.
    entities : DataFrame or None
        Of the test rows, the columns by which repeated alerts are suppressed.
    unlabelled_entities : DataFrame or None
        The same of the rows without an answer in the test part; None where there are none, or these are not told.
    """

    kinds: pl.Series | None = None
    known_kinds: tuple[str, ...] = ()
    prevalence: float | None = None
    entities: pl.DataFrame | None = None
    unlabelled_entities: pl.DataFrame | None = None

    def recall(self, tested: Tested) -> tuple[KindOfAttack, ...]:
        """Return the recall by kind of attack."""
        if self.kinds is None:
            return ()
        return recall_by_kind(self.kinds, tested.alert, tested.truth, self.known_kinds)


def threat_report(
    holdout: Holdout, pipeline: Pipeline, beside: Beside, tested: Tested
) -> ThreatReport:
    """Return how a model does on the test part.

    Parameters
    ----------
    holdout : Holdout
    pipeline : Pipeline
    beside : Beside
    tested : Tested
        What the model says of the test part.
    """
    threshold, days = tested.threshold, tested.days
    found = measured(threshold, tested.truth, tested.score[:, None], days, tested.rest)
    promise = promise_of(threshold, found, days)
    looked = look(holdout, pipeline)
    drift = looked.drift
    periods = _by_period(tested)
    return ThreatReport(
        how=holdout.how,
        n_rows=len(tested.score),
        promised_fpr=threshold.policy.max_fpr if threshold.policy else None,
        threshold=found,
        kept=promise is None or promise.kept,
        figures=_figures(tested),
        promise=promise,
        days=days,
        drift=None if drift is None else drift.auc,
        drift_low=None if drift is None else drift.low,
        drift_high=None if drift is None else drift.high,
        optimism=looked.optimism,
        field_precision=field_precision(found.recall, found.fpr, beside.prevalence),
        field_precision_low=field_precision(found.recall_low, found.fpr_high, beside.prevalence),
        kinds=beside.recall(tested),
        known_kinds=beside.known_kinds,
        recall_by_period=periods,
        aut=_aut(periods),
        repeats=_repeats(tested, beside),
        warnings=_warnings(
            broken_promise(promise, threshold, found),
            fallen_recall(threshold, found, "in the test part")
            or all_missed(found, "in the test part"),
            drift,
        ),
    )


def _figures(tested: Tested) -> dict[str, Figure]:
    names = (tested.problem.metric.name, "average_precision", "roc_auc", "recall_at_fpr_0.01")
    found = {}
    for name in dict.fromkeys(names):
        metric: Metric = get_metric(name, tested.problem.target.kind)
        low, high = bootstrap_interval(metric, tested.truth, tested.score[:, None])
        value = metric.score(tested.truth, tested.score[:, None])
        found[name] = Figure(value=value, low=low, high=high)
    return found


def _warnings(broken: str, fallen: str, drift: Drift | None) -> tuple[str, ...]:
    told = [sentence for sentence in (broken, fallen) if sentence]
    if drift is not None and drift.is_beyond_chance:
        told.append(
            f"Drift: benign rows of the test part can be told from those before (ROC AUC {drift.auc:.2f}, "
            f"{drift.low:.2f} to {drift.high:.2f}). Figures of held-out rows are too good for them."
        )
    return tuple(told)


def _repeats(tested: Tested, beside: Beside) -> RepeatReport | None:
    rule, entities, others = (
        tested.problem.suppression,
        beside.entities,
        beside.unlabelled_entities,
    )
    if rule is None or entities is None:
        return None
    if others is None or tested.rest is None:
        return repeat_report(rule, entities, tested.alert, tested.truth)
    whole, told = pl.concat([entities, others]), (tested.alert, tested.truth)
    rest = tested.threshold.alerts(tested.rest[:, 0])
    return repeats_among(rule, whole, np.arange(entities.height), told, rest)


def _by_period(tested: Tested) -> tuple[float | None, ...]:
    """Return the recall in parts of equal length of the test time, None for a part without a threat."""
    time = tested.problem.ties.time
    if time is None or tested.problem.days(np.arange(len(time))) is None:
        return ()
    known = time[time != NO_TIME]
    ends = np.linspace(known.min(), known.max(), PERIODS + 1)[1:-1]
    period = np.where(time == NO_TIME, -1, np.searchsorted(ends, time, side="right"))
    threats = [(period == k) & (tested.truth == 1) for k in range(PERIODS)]
    return tuple(float(tested.alert[rows].mean()) if rows.any() else None for rows in threats)


def _aut(recalls: Sequence[float | None]) -> float | None:
    """Return the area under what is known over time (TESSERACT, Pendlebury et al., USENIX Security 2019)."""
    values = [recall for recall in recalls if recall is not None]
    return float(np.trapezoid(values) / (len(values) - 1)) if len(values) > 1 else None
