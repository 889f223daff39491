"""What is asked of feature engineering: families, limits, and the column that features are judged by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, ValidationError, field_validator

from phantom_ml.config import AutoMLConfig, AutoMLTaskType, FeatureSettings, bad_setting
from phantom_ml.config.json_text import settings_of
from phantom_ml.config.nested import MOST_DAYS
from phantom_ml.data.times.parse import DAY_NS
from phantom_ml.errors import BadSetting, listed, nearest

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

#: What they have in common of the settings of tasks.
DELAY = "label_delay"


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
    label_delay: float | None = Field(
        None,
        ge=0,
        le=MOST_DAYS,
        allow_inf_nan=False,
        description="Days until an answer is known.",
    )
    seed: int = Field(0, ge=0, lt=2**31)

    @property
    def delay_ns(self) -> int:
        """Return the nanoseconds until an answer is known."""
        return int((self.label_delay or 0.0) * DAY_NS)

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
        what features have to do with. Families may also stand under ``features``, and ``label_delay`` under
        ``task_settings``, as they do there.
        """
        if isinstance(config, FeatureSettings):
            config = config.model_dump()
        if isinstance(config, AutoMLConfig):
            shared = {name: True for name in (*SHARED, "features")}
            config = config.model_dump(include={**shared, "task_settings": {DELAY}})
        given = _given(_mapping(config))
        # A family under "features" is told by the path that was written.
        given_as = {plain: name.removeprefix("features.") for plain, (name, _) in given.items()}
        try:
            return cls.model_validate({plain: value for plain, (_, value) in given.items()})
        except ValidationError as error:
            raise bad_setting("features", error, cls, given_as) from None


def _given(config: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """Return each setting with the name that it was given by; raises BadSetting where two contradict."""
    given: dict[str, tuple[str, Any]] = {}
    for written, plain, value in _written(config):
        known_as, known = given.setdefault(plain, (written, value))
        if known is None:
            given[plain] = (written, value)
        elif value is not None and value is not known and value != known:
            raise BadSetting(
                f"Of the feature settings {known_as} is {known!r}, and {written} is {value!r}.",
                "They are one setting: give one of them.",
            )
    return given


def _written(config: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield each setting as it is written, by its plain name, and its value."""
    for name, value in config.items():
        if name in ("features", "task_settings") and isinstance(value, Mapping):
            inner = value if name == "features" else _delay_alone(value)
            yield from ((f"{name}.{n}", _plain_name(n), v) for n, v in inner.items())
        else:
            yield name, _plain_name(name), value


def _delay_alone(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what features have to do with of the settings of tasks; raises BadSetting for others."""
    others = [name for name in given if name != DELAY]
    if others:
        raise BadSetting(
            f"features.task_settings has {listed(others)}, and features have nothing to do with it."
            f"{nearest(others[0], [DELAY])}",
            f"Leave all out but {DELAY}.",
        )
    return given


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
        values = settings_of(config)
    except ValueError as error:
        raise BadSetting(f"The feature settings are not JSON: {error}.", expected) from None
    if not isinstance(values, dict):
        raise BadSetting(f"The feature settings are a {type(values).__name__}.", expected)
    return values
