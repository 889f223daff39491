"""A kept model in use, be it one of rows or of series: it predicts, is measured, is fitted again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from phantom_ml.automl.trials.preload import PRELOAD
from phantom_ml.core.evaluation import Evaluation, evaluate
from phantom_ml.core.shelf import Shelf
from phantom_ml.errors import BadSetting
from phantom_ml.model.forecast import ForecastModel
from phantom_ml.process.child import warm_up


def predicted_by(
    shelf: Shelf,
    model_id: str,
    data: Any,
    horizon: int | None,
    output: str | Path | None,
    state: str | Path | None,
) -> pl.DataFrame:
    """Return what a model says of rows, or of the steps ahead of its series.

    Parameters
    ----------
    shelf : Shelf
        It has the model, and reads the rows.
    model_id : str
    data, horizon, output, state
        As for ``PhantomMLCore.predict``.

    Raises
    ------
    ModelNotFound, ColumnMissing, TypeUnsafe, BadSetting
    """
    pipeline = shelf.kept(model_id)[1]
    if isinstance(pipeline, ForecastModel):
        from phantom_ml.core.forecasts import told_ahead

        known = None if data is None else shelf.frame(shelf.logged(data))
        return told_ahead(pipeline, known, horizon, output)
    if data is None or horizon is not None:
        raise BadSetting(
            "The model predicts rows: it needs data, and has no horizon.",
            "Give the rows to score, and leave horizon out.",
        )
    from phantom_ml.core.predicting import predicted

    return predicted(shelf, pipeline, data, output, state)


def measured_on(shelf: Shelf, model_id: str, labelled_data: Any) -> Evaluation:
    """Return a model's figures on labelled rows, with 95 % intervals, and what reading them had to say.

    Parameters
    ----------
    shelf : Shelf
    model_id : str
    labelled_data : table or path

    Raises
    ------
    ModelNotFound, DataError, BadSetting
    """
    manifest, pipeline = shelf.kept(model_id)
    labelled_data, notes = shelf.noted(labelled_data)
    if isinstance(pipeline, ForecastModel):
        from phantom_ml.core.forecasts import evaluate_forecast
        from phantom_ml.forecasters.series.from_frame import value_columns

        # A wide table has no column of the target's name.
        frame = shelf.frame(labelled_data, once=value_columns(pipeline.series))
        told = evaluate_forecast(shelf.record(model_id).id, manifest, pipeline, frame)
    else:
        frame = shelf.frame(labelled_data, pipeline.spec.target)
        known = shelf.record(model_id).id
        folder = shelf.store.model_folder(known)
        told = evaluate(known, manifest, pipeline, frame, folder)
    return told.model_copy(update={"warnings": (*notes, *told.warnings)})


def refitted(shelf: Shelf, model_id: str, data: Any) -> str:
    """Return the id of the same model, fitted on other labelled rows.

    Parameters
    ----------
    shelf : Shelf
        It has the model, reads the rows, and its store keeps the new one.
    model_id : str
    data : table or path

    Raises
    ------
    ModelNotFound, DataError, BadSetting
    """
    warm_up(PRELOAD)
    manifest, model = shelf.kept(model_id)
    if isinstance(model, ForecastModel):
        from phantom_ml.core.forecasts import refit_on

        return refit_on(shelf.store, model_id, manifest, model, shelf.read(data))
    from phantom_ml.core.again import refit

    return refit(shelf.store, model_id, manifest, model, shelf.read(data))
