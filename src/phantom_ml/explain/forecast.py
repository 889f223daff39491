"""Why a forecast says what it says: what each member says, and what came at that place before.

A blend is a weighted mean, so that its forecast is the value of a season ago plus, for each member, its weight
times its own distance from there: exact, and all that holds for every forecaster. Why a member says so is not
told row by row; of columns that are known ahead it is told what leaving them unknown would change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.explain.explanation import MAX_ROWS
from phantom_ml.explain.forms import Contribution, Explanation, Importance, RowExplanation
from phantom_ml.explain.sentences import grouped, number, plain_value
from phantom_ml.forecasters.seasonal_naive import seasonal_naive
from phantom_ml.forecasters.series.from_frame import Ahead, as_long, known_ahead_of, rows_ahead
from phantom_ml.forecasters.series.grid import SeriesSet, told_times
from phantom_ml.model.forecast import ForecastModel, check_horizon, reach_of
from phantom_ml.wording import counted

Floats = NDArray[np.float64]
#: Earlier seasons whose value at the same place is told.
SEASONS = 3
HOW = (
    "A forecast starts at the value of a season ago, of a series without a season at the last one; each member "
    "moves it by its weight times its own distance from there. Why a member says so is not told row by row."
)
ASK = "Give rows that lie ahead, with all that is known ahead of them, and each forecast is explained."


def explain_forecast(
    model: ForecastModel, card: Mapping[str, Any], frame: pl.DataFrame | None = None
) -> Explanation:
    """Return what a blend is made of, and what each forecast rests on.

    Parameters
    ----------
    model : ForecastModel
    card : mapping
        What the model's manifest tells about it.
    frame : DataFrame or None
        Rows ahead: series and time columns, those that are known ahead, and the target where it came; the
        first 1,000 are explained. None: the blend as a whole.

    Raises
    ------
    ColumnMissing, DataError
        The rows have no time, or lack a column that is known ahead.
    """
    rows, notes = ((), (ASK,)) if frame is None or not frame.height else _explained(model, frame)
    return Explanation(
        target=model.spec.target,
        algorithm=str(card.get("algorithm", "")),
        method="members" if rows else "none",
        unit=model.spec.target,
        metric=str(card.get("metric", "")),
        importance=tuple(
            Importance(column=name, share=share)
            for name, share in dict(card.get("importance", {})).items()
        ),
        rows=rows,
        notes=(*_blend(model), *notes, *model.unread_times(frame)),
    )


def _blend(model: ForecastModel) -> tuple[str, ...]:
    """Return what a blend is made of, and of what series, in sentences."""
    members = ", ".join(f"{m.forecaster} {m.weight:.0%}" for m in model.spec.members)
    return (
        f"The forecast is a weighted mean: {members}.",
        f"{model.facts.text}.",
    )


def _explained(
    model: ForecastModel, frame: pl.DataFrame
) -> tuple[tuple[RowExplanation, ...], tuple[str, ...]]:
    """Return the rows that lie ahead with what they rest on, and what to say of the others."""
    frame = as_long(model.series, frame)
    some = frame.head(MAX_ROWS)
    ahead = rows_ahead(model.series, some)
    reach = reach_of(model.series, some, ahead, ahead.usable)
    places = np.flatnonzero(ahead.usable)
    notes = [HOW] if len(places) else []
    without = some.height - len(places)
    if without:
        have, they, are = ("has", "it lies", "is") if without == 1 else ("have", "they lie", "are")
        first = model.series.future_frame(1)[model.series.time].sort()[0]
        notes.append(
            f"{without:,} of {counted(some.height, 'row')} {have} no forecast to explain: {they} in the history, "
            f"or {are} of a series that the model does not know. The first step ahead is {first}."
        )
    if some.height < frame.height:
        notes.append(f"The first {MAX_ROWS} rows are explained, the others are not.")
    if not len(places):
        return (), tuple(notes)
    told = _Told.of(model, some, ahead)
    notes += model.beyond(reach)
    return tuple(told.row(at, int(place)) for at, place in enumerate(places)), tuple(notes)


@dataclass(frozen=True, eq=False)
class _Told:
    """What is said of some rows ahead, in their order.

    Attributes
    ----------
    shown : DataFrame
        What ``predict`` says of all rows.
    code, step : int64 arrays of shape (n_ahead,)
    exact : bool array of shape (n_ahead,)
        Whether a row's time is that of its step; else the nearest step is told.
    base : float64 array of shape (n_ahead,)
        The value of a season ago.
    says : float64 array of shape (n_ahead, n_members)
    known : dict of str to (values, changes), float64 arrays of shape (n_ahead,)
        Columns that are known ahead, and how much the forecast would be lower without.
    """

    model: ForecastModel
    shown: pl.DataFrame
    code: NDArray[np.int64]
    step: NDArray[np.int64]
    exact: NDArray[np.bool_]
    base: Floats
    says: Floats
    known: dict[str, tuple[Floats, Floats]]

    @classmethod
    def of(cls, model: ForecastModel, frame: pl.DataFrame, ahead: Ahead) -> _Told:
        """Return what is said of the rows of a frame that lie ahead."""
        code, step = ahead.codes[ahead.usable], ahead.steps[ahead.usable]
        horizon = check_horizon(int(step.max()) + 1)
        future = known_ahead_of(model.series, frame, horizon)
        members = [model.members[m.forecaster] for m in model.spec.members]
        says = np.stack([m.predict(horizon, future).mean[code, step] for m in members], axis=1)
        known = {}
        whole = model.forecast(horizon, future).mean[code, step]
        for j, name in enumerate(model.series.known_names):
            without = future.copy()
            without[:, :, j] = np.nan
            change = whole - model.forecast(horizon, without).mean[code, step]
            known[name] = (future[code, step, j], change)
        base = seasonal_naive(model.series, horizon, model.spec.levels).mean[code, step]
        exact = ahead.exact[ahead.usable]
        return cls(model, model.rows(frame), code, step, exact, base, says, known)

    def row(self, at: int, place: int) -> RowExplanation:
        """Return one row: its place among those ahead, and in the frame."""
        told = self.shown.row(place, named=True)
        moved = [self._moved(at, j) for j in range(self.says.shape[1])]
        return RowExplanation(
            row=place,
            prediction=float(told["prediction"]),
            alert=told.get("alert"),
            base=float(self.base[at]),
            total=float(told["prediction"]),
            contributions=tuple(sorted(moved, key=lambda c: -abs(c.amount))),
            facts=(
                self._when(at),
                *self._between(at),
                *self._before(at),
                *self._ahead(at),
                *_band(told, self.model.spec.levels, self.says[at]),
            ),
        )

    def _moved(self, at: int, j: int) -> Contribution:
        member, says = self.model.spec.members[j], float(self.says[at, j])
        amount = member.weight * (says - float(self.base[at]))
        target = self.model.spec.target
        verb = f"{'raises' if amount > 0 else 'lowers'} {target} by {number(abs(amount))}"
        return Contribution(
            column=member.forecaster,
            value=says,
            amount=amount,
            sentence=f"{member.forecaster}, {member.weight:.0%} of the weight, says {grouped(says)}: "
            + (verb if amount else f"leaves {target} as it is"),
        )

    def _when(self, at: int) -> str:
        series, code, step = self.model.series, self.code[at], int(self.step[at])
        names = [str(v) for v in series.ids.row(int(code))] if series.ids.width else []
        whose = f"{', '.join(names)}, " if names else ""
        end = _time(series, int(code), int(series.lengths[code]) - 1)
        return f"{whose}step {step + 1} after the history, which ends at {end}"

    def _between(self, at: int) -> tuple[str, ...]:
        """Return which step is told of a row whose time is none."""
        if self.exact[at]:
            return ()
        series, code = self.model.series, int(self.code[at])
        nearest = _time(series, code, int(series.lengths[code]) + int(self.step[at]))
        return (
            f"its time lies between the steps of {series.frequency.text}: the nearest, {nearest}, is told",
        )

    def _before(self, at: int) -> tuple[str, ...]:
        """Return what came at this place in the last seasons, or the last values where there is none."""
        series, code = self.model.series, int(self.code[at])
        length = int(series.lengths[code])
        back = int(self.step[at]) // series.season + 1
        steps = length + int(self.step[at]) - series.season * np.arange(back, back + SEASONS)
        values = [(s, series.values[series.bounds[code] + s]) for s in steps.tolist() if s >= 0]
        told = [f"{grouped(plain_value(float(v)))} ({_time(series, code, s)})" for s, v in values]
        where = "at this place in the last seasons" if series.season > 1 else "the last values"
        return (f"{where}: {', '.join(told)}",) if told else ()

    def _ahead(self, at: int) -> tuple[str, ...]:
        """Return what columns that are known ahead change, against not knowing them."""
        return tuple(
            f"{name} = {grouped(plain_value(float(value[at])))}, known ahead: without it the forecast would be "
            f"{number(abs(change[at]))} {'lower' if change[at] > 0 else 'higher'}"
            for name, (value, change) in self.known.items()
            if change[at] != 0.0
        )


def _time(series: SeriesSet, code: int, step: int) -> str:
    times = series.frequency.times(series.origins[[code]], np.array([step]))
    return str(told_times(pl.Series(times), series.time_type)[0])


def _band(told: Mapping[str, Any], levels: tuple[float, ...], says: Floats) -> tuple[str, ...]:
    """Return how wide the band is, how far apart the members are, and where a value that came lies."""
    found = []
    if len(levels) > 1:
        low, high = (float(told[f"quantile_{q:g}"]) for q in (levels[0], levels[-1]))
        share = f"{100 * (levels[-1] - levels[0]):.4g} %"
        found.append(
            f"{share} of values are expected from {grouped(low)} to {grouped(high)}: {number(high - low)} wide"
        )
    if len(says) > 1:
        least, most = grouped(float(says.min())), grouped(float(says.max()))
        found.append(f"the members say from {least} to {most}")
    if told.get("score") is not None:
        where, far = "outside" if told["alert"] else "inside", number(float(told["score"]))
        wide = told[f"quantile_{levels[0]:g}"] < told[f"quantile_{levels[-1]:g}"]
        how_far = f"{far} half widths from its middle" if wide else "which has no width"
        found.append(f"the value that came lies {where} the band, {how_far}")
    return tuple(found)
