"""AutoMLConfig: one question to the engine, the same in Python, as JSON text, on disk and on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, ClassVar

from pydantic import Field, ValidationError, field_serializer, field_validator, model_validator

from phantom_ml.config.counts import MOST_THREADS
from phantom_ml.config.faults import bad_setting
from phantom_ml.config.json_text import settings_of
from phantom_ml.config.nested import (
    Constraints,
    FeatureSettings,
    Scalar,
    Switch,
    TaskSettings,
    ThresholdPolicy,
    TuningSettings,
    Written,
)
from phantom_ml.config.task_type import AutoMLTaskType
from phantom_ml.errors import BadSetting

Metric = str | Callable[..., float]
DEFAULT_BUDGET_SECONDS = 600.0


class AutoMLConfig(Written):
    """What to learn, from what, and how hard to look. ``None`` means: decide, and say what was decided.

    Raises
    ------
    BadSetting
        A setting has no such name, or cannot have such a value.

    Examples
    --------
    >>> config = AutoMLConfig(target_column="is_threat", time_budget_minutes=10)
    >>> config.time_budget_seconds, config.task_type.value
    (600.0, 'classification')
    """

    owner: ClassVar[str] = "config"

    data_path: str | None = Field(None, description="A file, a folder or a glob.")
    target_column: str | None = Field(None, description="The column to predict.")
    task_type: AutoMLTaskType = AutoMLTaskType.CLASSIFICATION
    optimization_metric: Metric | None = Field(
        None,
        description="A metric's name, or a function of (truth, prediction) where more is better.",
    )
    time_budget_seconds: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="Wall clock, everything included."
    )
    time_budget_minutes: float | None = Field(None, gt=0, allow_inf_nan=False, exclude=True)
    max_trials: int | None = Field(
        None, ge=1, description="Stop after so many trials; no decision looks at the clock then."
    )
    algorithms_to_try: tuple[str, ...] | None = Field(
        None, description="Each of these is tried, at any budget; None lets the engine choose."
    )
    feature_engineering: Switch = True
    ensemble_methods: Switch = True
    validation_data: Any = Field(
        None, exclude=True, description="A path or frame that replaces the folds."
    )
    time_column: str | None = Field(None, description="Validate forward in time.")
    group_columns: tuple[str, ...] = Field((), description="Rows of one entity never part.")
    weight_column: str | None = None
    ignored_columns: tuple[str, ...] = ()
    positive_class: Scalar | None = Field(None, description="Which of two classes is the alert.")
    memory_limit_mb: int | None = Field(None, ge=256, description="For the whole process tree.")
    n_threads: int | None = Field(None, ge=1, le=MOST_THREADS)
    seed: int = Field(0, ge=0, lt=2**31)
    features: FeatureSettings = Field(default_factory=FeatureSettings)
    tuning: TuningSettings = Field(default_factory=TuningSettings)
    threshold: ThresholdPolicy | None = None
    constraints: Constraints = Field(default_factory=Constraints)
    task_settings: TaskSettings = Field(default_factory=TaskSettings)

    @model_validator(mode="before")
    @classmethod
    def _one_budget(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            values = dict(values)
            minutes: Any = values.get("time_budget_minutes")
            if minutes is not None and values.get("time_budget_seconds") is not None:
                raise ValueError("give time_budget_seconds or time_budget_minutes, not both")
            # What is no budget is told of in the unit that it was given in.
            is_number = isinstance(minutes, Real) and not isinstance(minutes, bool)
            if is_number and 0 < float(minutes) < float("inf"):
                values["time_budget_seconds"] = float(minutes) * 60.0
                values["time_budget_minutes"] = None
        return values

    @field_validator("group_columns", "ignored_columns", "algorithms_to_try", mode="before")
    @classmethod
    def _one_name_is_a_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("algorithms_to_try")
    @classmethod
    def _names_some(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if names == ():
            raise ValueError("it names no algorithm: name one, or leave it out to try what fits")
        return names

    @field_serializer("optimization_metric")
    def _metric_name(self, metric: Metric | None) -> str | None:
        return getattr(metric, "__name__", "custom") if callable(metric) else metric

    @property
    def budget_seconds(self) -> float | None:
        """Return the budget in seconds; None where ``max_trials`` alone decides."""
        if self.time_budget_seconds is None and self.max_trials is None:
            return DEFAULT_BUDGET_SECONDS
        return self.time_budget_seconds

    @classmethod
    def of(cls, config: AutoMLConfig | Mapping[str, Any] | str) -> AutoMLConfig:
        """Return a configuration from one, a mapping or JSON text; raises BadSetting in one sentence.

        Examples
        --------
        >>> AutoMLConfig.of('{"target_column": "y", "time_budget_seconds": 30}').target_column
        'y'
        """
        if isinstance(config, AutoMLConfig):
            return config
        values = _mapping(config)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise bad_setting(cls.owner, error, cls) from None


def _mapping(config: Mapping[str, Any] | str) -> Mapping[str, Any]:
    if not isinstance(config, str):
        return config
    try:
        values = settings_of(config)
    except json.JSONDecodeError as error:
        raise BadSetting(
            f"The configuration is not JSON: {error.msg} at character {error.pos}.",
            'Give an object such as {"data_path": "events.csv", "target_column": "is_threat"}.',
        ) from None
    if not isinstance(values, dict):
        raise BadSetting(
            f"The configuration is JSON, but a {type(values).__name__}.", "Give an object: {...}."
        )
    return values
