"""What is asked of feature engineering: families, limits, and the column that features are judged by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError, field_validator

from phantom_ml.config import AutoMLConfig, AutoMLTaskType, FeatureSettings, bad_setting
from phantom_ml.errors import BadSetting

FAMILIES = ("text", "temporal", "statistical", "security")
#: What a request and the configuration of a training have in common, beside the families.
SHARED = (
    "target_column",
    "task_type",
    "time_column",
    "group_columns",
    "ignored_columns",
    "seed",
)


class FeatureRequest(FeatureSettings):
    """Which features are wanted, and what they are scored by.

    Examples
    --------
    >>> FeatureRequest.of({"include_text_features": False, "target_column": "label"}).text
    False
    """

    target_column: str | None = Field(None, description="Score the features by this column.")
    task_type: AutoMLTaskType | None = Field(
        None, description="None: classes, or numbers where the column holds many."
    )
    time_column: str | None = Field(None, description="Rows come before others by this column.")
    group_columns: tuple[str, ...] = Field((), description="Entities whose rows hang together.")
    ignored_columns: tuple[str, ...] = Field((), description="Columns that no feature is made of.")
    seed: int = Field(0, ge=0, lt=2**31)

    @property
    def order(self) -> tuple[str, ...]:
        """Return the columns that say which rows count for a training row: the time, or else the groups."""
        return self.group_columns if self.time_column is None else (self.time_column,)

    @field_validator("group_columns", "ignored_columns", mode="before")
    @classmethod
    def _one_name_is_a_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("task_type")
    @classmethod
    def _of_rows(cls, value: AutoMLTaskType | None) -> AutoMLTaskType | None:
        if value == AutoMLTaskType.TIME_SERIES:
            raise ValueError("features are made of rows, and a forecaster makes its own of series")
        return value

    @classmethod
    def of(
        cls, config: FeatureSettings | AutoMLConfig | Mapping[str, Any] | str | None
    ) -> FeatureRequest:
        """Return a request from settings, a mapping or JSON text; raises BadSetting.

        ``include_text_features`` and ``text_features`` mean ``text``, and so on; of an AutoMLConfig counts
        what features have to do with. Families may also stand under ``features``, as they do there.
        """
        if isinstance(config, FeatureSettings):
            config = config.model_dump()
        if isinstance(config, AutoMLConfig):
            config = config.model_dump(include={*SHARED, "features"})
        values = _mapping(config)
        if isinstance(values.get("features"), Mapping):
            values = {**values["features"], **{k: v for k, v in values.items() if k != "features"}}
        plain = {_plain_name(name): value for name, value in values.items()}
        try:
            return cls.model_validate(plain)
        except ValidationError as error:
            raise bad_setting("features", error, cls) from None


def _plain_name(name: str) -> str:
    family = name.removeprefix("include_").removesuffix("_features")
    return family if family in FAMILIES else name


def _mapping(config: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    expected = 'Give an object such as {"target_column": "is_threat"}.'
    if config is None or isinstance(config, Mapping):
        return config or {}
    if not isinstance(config, str):
        raise BadSetting(f"The feature settings are a {type(config).__name__}.", expected)
    try:
        values = json.loads(config)
    except ValueError as error:
        raise BadSetting(f"The feature settings are not JSON: {error}.", expected) from None
    if not isinstance(values, dict):
        raise BadSetting(f"The feature settings are a {type(values).__name__}.", expected)
    return values
