"""A training as it is asked for: the configuration and the data are read, in whatever form they come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phantom_ml.automl.question.ahead import check_settings
from phantom_ml.automl.trials.preload import preload_of
from phantom_ml.config import AutoMLConfig
from phantom_ml.core.result import AutoMLResult
from phantom_ml.core.shelf import Shelf
from phantom_ml.core.training import train
from phantom_ml.errors import BadSetting
from phantom_ml.process.child import warm_up
from phantom_ml.process.deadline import Deadline
from phantom_ml.progress import ProgressCallback

Config = AutoMLConfig | Mapping[str, Any] | str


def train_asked(
    shelf: Shelf, data: Any, config: Config | None, clock: Deadline, progress: ProgressCallback
) -> AutoMLResult:
    """Train on data, or from ``data_path`` of the configuration where that is given alone, as ``data``.

    Parameters
    ----------
    shelf : Shelf
        It reads the data, and its store keeps what is made.
    data : table or path; or the configuration alone
    config : AutoMLConfig, mapping or JSON text; or None
    clock : Deadline
        Its start is when the time of the budget began.
    progress : callable of Progress

    Raises
    ------
    DataError, ConfigError, SearchError
    """
    settings = AutoMLConfig.of(data if config is None else config)
    check_settings(settings)
    warm_up(preload_of(settings))
    source = settings.data_path if config is None else data
    if source is None:
        raise BadSetting(
            "There is no data: the configuration has no data_path.",
            'Give "data_path": "events.csv", or call auto_create_model(data, config).',
        )
    given = settings.validation_data
    validation = None if given is None else shelf.read(given)
    return train(shelf.store, shelf.read(source), settings, clock, progress, validation)
