"""A fitted forecaster on disk: which one it is, its own parts, and its history in Parquet."""

from __future__ import annotations

import json
from pathlib import Path

from phantom_ml.forecasters.base import FittedForecaster, forecasters
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.parts.saved import read_object

FILE = "forecaster.json"


def save_forecaster(fitted: FittedForecaster, folder: Path, *, with_history: bool = True) -> None:
    """Write a fitted forecaster into ``folder`` (made if absent).

    Members of a blend share one history: save it once by ``SeriesSet.save``, and the members without.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fitted.save(folder)
    (folder / FILE).write_text(json.dumps({"forecaster": fitted.forecaster}))
    if with_history:
        fitted.history.save(folder)


def load_forecaster(folder: Path, history: SeriesSet | None = None) -> FittedForecaster:
    """Return the forecaster in ``folder``, upon a shared history or the one beside it.

    Raises
    ------
    BundleDamaged
        A part is missing or not what a fit could have written.
    UnknownName
        No forecaster bears the name.
    """
    name = str(read_object(folder / FILE).get("forecaster"))
    if history is None:
        history = SeriesSet.load(folder)
    return forecasters.get(name).fitted.load(folder, history)
