"""A model measured on labelled rows that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.core.figures import Figure, figures_of
from phantom_ml.core.kinds import FieldFigures, field_precision, known_kinds, recall_by_kind
from phantom_ml.core.left_out import LeftOut
from phantom_ml.core.measured import measured
from phantom_ml.core.own_report import drifted, ranked, tested
from phantom_ml.core.promise import Promise, broken_promise, more_false_alarms, promise_of
from phantom_ml.core.recall import Ranked, fallen_recall, ranked_lower
from phantom_ml.core.repeats import RepeatReport, repeats_among
from phantom_ml.data.target.column import require_target
from phantom_ml.data.times.parse import nanoseconds
from phantom_ml.data.times.stray import days_of, strays_of, told_strays
from phantom_ml.errors import BadSetting
from phantom_ml.explain.truth import Answers, known_answers
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.spec import ModelSpec
from phantom_ml.model.suppression import Suppression
from phantom_ml.tasks.base import tasks
from phantom_ml.wording import counted


class Evaluation(FieldFigures):
    """A model measured on labelled rows that it has not seen, each scored as among all rows that were given.

    ``figures`` are the metrics by name with 95 % bootstrap intervals; ``threshold`` is the model's own line
    of alert, as it worked out on these rows, and ``promise`` what its rule promised and came to; ``repeats``
    tells of a model that suppresses repeated alerts what that comes to on them. Precision in the field and
    recall by kind of attack are told where the training named a prevalence and a type column, and the rows
    have it. ``n_skipped`` rows are left out of the figures: of a table ``n_unlabelled`` without a label and
    ``n_unknown`` whose label the model does not know, of which ``warnings`` tell; of a forecast those that do
    not lie ahead or have no value.
    """

    model_id: str
    n_rows: int
    n_skipped: int
    n_unlabelled: int = 0
    n_unknown: int = 0
    figures: dict[str, Figure]
    threshold: Threshold | None = None
    promise: Promise | None = None
    repeats: RepeatReport | None = None
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        n_rows = counted(self.n_rows, "row")
        lines = [f"{self.model_id} on {n_rows} (95 % bootstrap intervals)"]
        notes = list(self.warnings)
        for name, f in self.figures.items():
            lines.append(f"  {name:<22} {f.value:.5g}  [{f.low:.5g}, {f.high:.5g}]")
        if self.threshold is not None:
            t = self.threshold
            shown = [("recall", t.recall), ("FPR", t.fpr)]
            rates = ", ".join(f"{name} {rate:.4f}" for name, rate in shown if rate is not None)
            lines.append(
                f"  at its threshold {t.value:.4g} (cut on held-out rows: {t.rule}): {rates}"
            )
            notes = [*filter(None, [t.note]), *notes]
        if self.promise is not None:
            lines.append(f"  promised {self.promise.text}")
        told = [*self.field_lines(), *([] if self.repeats is None else self.repeats.lines())]
        return "\n".join([*lines, *(f"  {t}" for t in told), *(f"  Note: {n}" for n in notes)])

    def __str__(self) -> str:
        return repr(self)


def evaluate(
    model_id: str, manifest: Manifest, pipeline: Pipeline, frame: pl.DataFrame, folder: Path
) -> Evaluation:
    """Return the figures of a model, whose parts lie in ``folder``, on labelled rows.

    Rows without a label or of an unknown class are left out of the figures; for the others they happened.
    """
    spec = pipeline.spec
    require_target(frame.columns, spec.target)
    answers = known_answers(spec, frame[spec.target], manifest.card.get("odd_class"))
    truth, rows = answers.values, answers.rows
    unread = pipeline.unread_times(frame, _read_beside(manifest.card, spec))
    left_out = LeftOut.of(spec, frame[spec.target], answers)
    notes = (*pipeline.known_times(frame), *unread, *answers.notes, *left_out.notes)
    if len(rows) == 0:
        raise BadSetting(
            f"No row has a value of {spec.target!r} that the model knows{_unknown(frame[spec.target])}.",
            "Give rows with labels: " + ", ".join(str(c) for c in spec.classes),
        )
    # What has no answer that the model knows happened all the same.
    among = pipeline if len(rows) == frame.height else pipeline.among(frame)
    prediction = among.score(frame[rows])
    task = tasks.get(spec.task_type)
    own = [manifest.card["metric"]] if task.learns_from_answers else []
    names = [*own, *task.evaluated_by(spec.kind)]
    figures = figures_of(names, spec.kind, truth, prediction)
    found = Evaluation(
        model_id=model_id,
        n_rows=len(rows),
        n_skipped=frame.height - len(rows),
        n_unlabelled=left_out.n_unlabelled,
        n_unknown=left_out.n_unknown,
        figures=figures,
        warnings=notes,
    )
    if spec.threshold is None:
        return found
    plain = {name: figure.model_dump() for name, figure in figures.items()}
    scored = Scored(frame, rows, truth, prediction, _beside(among, frame, rows), plain)
    before = tested(manifest.card, spec.threshold, folder)
    told = _of_alerts(spec.threshold, before, manifest.card, pipeline, scored)
    return found.model_copy(update={**told, "warnings": (*notes, *told["warnings"])})


@dataclass(frozen=True)
class Scored:
    """Rows with the predictions of a model, some of them with an answer.

    Attributes
    ----------
    frame : DataFrame
        All rows.
    rows : int64 array of shape (n_answered,)
        Positions of those with an answer.
    truth, prediction : arrays of shape (n_answered,), (n_answered, n_outputs)
    beside : float64 array of shape (n_rows - n_answered, n_outputs) or None
        Of the others.
    figures : mapping of str to mapping
        ``value``, ``low`` and ``high`` of the metrics of those with an answer.
    """

    frame: pl.DataFrame
    rows: NDArray[np.int64]
    truth: Answers
    prediction: NDArray[np.float64]
    beside: NDArray[np.float64] | None
    figures: Mapping[str, Mapping[str, Any]]

    def repeats(self, rule: Suppression, threshold: Threshold) -> RepeatReport:
        """Return what suppression comes to among all rows, with an answer or without."""
        alert = threshold.alerts(self.prediction[:, 0])
        beside = None if self.beside is None else threshold.alerts(self.beside[:, 0])
        return repeats_among(rule, self.frame, self.rows, (alert, self.truth), beside)


def _unknown(answers: pl.Series) -> str:
    """Return in words an answer that the model does not know; nothing where there is no answer."""
    held = answers.drop_nulls().head(1).cast(pl.String, strict=False).to_list()
    return f": {held[0][:60]!r} is none" if held else ""


def _beside(
    pipeline: Pipeline, frame: pl.DataFrame, rows: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """Return the predictions of all rows but these; None where there is none."""
    others = np.setdiff1d(np.arange(frame.height), rows)
    return pipeline.score(frame[others]) if len(others) else None


def _read_beside(card: Mapping[str, Any], spec: ModelSpec) -> tuple[str | None, ...]:
    """Return the columns of times that an evaluation reads beside those of the model."""
    rule = spec.suppression
    time = dict(card.get("config") or {}).get("time_column")
    return (None if spec.threshold is None else time, None if rule is None else rule.time_column)


def _of_alerts(
    held: Threshold,
    before: Threshold | None,
    card: Mapping[str, Any],
    pipeline: Pipeline,
    scored: Scored,
) -> dict[str, Any]:
    """Return the fields of an evaluation that tell how a line of alert worked out."""
    truth, prediction, frame = scored.truth, scored.prediction, scored.frame[scored.rows]
    days, strays = _days(card, pipeline, scored.frame)
    found = measured(held, truth, prediction, days, scored.beside)
    alert = held.alerts(prediction[:, 0])
    asked = dict(dict(card.get("config") or {}).get("task_settings") or {})
    prevalence, type_column = asked.get("prevalence"), asked.get("type_column")
    told: dict[str, Any] = {
        "threshold": found,
        "field_precision": field_precision(found.recall, found.fpr, prevalence),
        "field_precision_low": field_precision(found.recall_low, found.fpr_high, prevalence),
    }
    notes = [*strays]
    if type_column in frame.columns:
        kinds = frame[type_column].cast(pl.String)
        told["kinds"] = recall_by_kind(kinds, alert, truth, known_kinds(card))
    elif type_column is not None:
        notes.append(f"Recall is not told by kind: the rows have no column {type_column!r}.")
    rule = pipeline.spec.suppression
    if rule is not None:
        told["repeats"] = scored.repeats(rule, held)
    promise = promise_of(held, found, days)
    known = bool(pipeline.known_times(scored.frame))
    broken = broken_promise(promise, held, found, before, drifted(card), known=known)
    fallen = fallen_recall(held, found, "here", before) or ranked_lower(
        Ranked.of(scored.figures, found), ranked(card)
    )
    unlike = "" if known else more_false_alarms(held, found, before)
    notes += [note for note in (broken, unlike, fallen) if note]
    return told | {"promise": promise, "warnings": tuple(notes)}


def _days(
    card: Mapping[str, Any], pipeline: Pipeline, frame: pl.DataFrame
) -> tuple[float | None, tuple[str, ...]]:
    """Return the days that rows span, by the time column of the training, and what to say of stray rows.

    None days where the rows do not tell them.
    """
    column = dict(card.get("config") or {}).get("time_column")
    if column not in frame.columns:
        return None, ()
    inputs = pipeline.spec.inputs
    form = inputs.column(column).time_form if column in inputs.names() else None
    times = nanoseconds(frame[column], form)
    stray = strays_of(frame[column], times)
    return days_of(times[~stray]), told_strays(column, times, stray)
