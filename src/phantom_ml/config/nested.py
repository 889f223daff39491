"""The nested parts of a configuration: features, tuning, threshold, constraints, task settings."""

from __future__ import annotations

import json
import zoneinfo
from enum import StrEnum
from numbers import Integral
from typing import Annotated, Any, ClassVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from phantom_ml.config.faults import bad_setting
from phantom_ml.config.task_type import plain

#: Types that hold numbers, and None at most.
NUMBERS = ({int, float}, {int, type(None)}, {float, type(None)})


class Settings(BaseModel):
    """Frozen, and closed to names that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _a_truth_is_no_number(cls, value: Any, field: ValidationInfo) -> Any:
        if not isinstance(value, bool):
            return value
        kind = cls.model_fields[str(field.field_name)].annotation
        allowed = {kind, *get_args(kind)}
        if allowed & {int, float} and bool not in allowed:
            raise ValueError("it must be a number, not true or false")
        return value


class Written(Settings):
    """Settings that a person writes: made by hand, a wrong one raises BadSetting as in a mapping.

    Examples
    --------
    >>> ThresholdPolicy(top=3)
    Traceback (most recent call last):
    ...
    phantom_ml.errors.BadSetting: There is no setting 'threshold.top'. Did you mean 'top_k'? ...
    """

    #: What the sentence calls these settings.
    owner: ClassVar[str]

    def __init__(self, /, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            raise bad_setting(self.owner, error, type(self)) from None

    # Nested settings and those of a mapping are not made by hand: pydantic tells where in the whole they lie.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @field_validator("*", mode="before")
    @classmethod
    def _text_is_no_number(cls, value: Any, field: ValidationInfo) -> Any:
        kind = cls.model_fields[str(field.field_name)].annotation
        holds_numbers = kind in (int, float) or set(get_args(kind)) in NUMBERS
        if holds_numbers and isinstance(value, str | bytes):
            raise ValueError("it must be a number, not text")
        if kind == tuple[float, ...] and isinstance(value, list | tuple):
            wrong = [one for one in value if isinstance(one, str | bytes | bool)]
            if wrong:
                raise ValueError(f"each must be a number, which {wrong[0]!r} is not")
        return value


def _true_or_false(given: Any) -> Any:
    """Return a truth value; raises ValueError for words and numbers, which only look like one."""
    # By its name, so that NumPy need not be imported; its version 1 called it bool_.
    kind = type(given)
    if kind is bool or (kind.__module__ == "numpy" and kind.__name__ in ("bool", "bool_")):
        return bool(given)
    raise ValueError("it must be true or false")


#: On or off, and nothing that merely sounds so: nobody should have to guess what "no" does.
Switch = Annotated[bool, BeforeValidator(_true_or_false)]


def _known_zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError("it must be a name of the IANA list, such as Europe/Berlin or UTC")
    return value


KnownZone = Annotated[str, AfterValidator(_known_zone)]


class FeatureSettings(Written):
    """Which families of features are generated, and what a column is where the guess is wrong."""

    owner: ClassVar[str] = "features"

    text: Switch = Field(True, description="Character n-grams of text columns.")
    temporal: Switch = Field(True, description="Calendar features of timestamps.")
    statistical: Switch = Field(True, description="Frequencies, crosses, encodings.")
    security: Switch = Field(True, description="Features of IPs, URLs, command lines and the like.")
    kinds: dict[str, str] = Field(
        default_factory=dict, description="Column name to semantic kind, overriding the recogniser."
    )
    time_zone: KnownZone | None = Field(
        None, description="Of timestamps without one, and of the calendar: Europe/Berlin."
    )
    max_features: int | None = Field(None, ge=1, description="Keep so many at most, the best.")
    max_us_per_row: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="Leave out the dearest until all together cost so many microseconds.",
    )

    @property
    def is_limited(self) -> bool:
        """Return whether features are limited in number or in cost."""
        return self.max_features is not None or self.max_us_per_row is not None


Scalar = bool | int | float | str


class OptimizationMethod(StrEnum):
    """The four ways to search settings; the plan's spellings are accepted too."""

    BAYESIAN_OPTIMIZATION = "bayesian_optimization"
    RANDOM_SEARCH = "random_search"
    GRID_SEARCH = "grid_search"
    HYPERBAND = "hyperband"

    @classmethod
    def _missing_(cls, value: Any) -> OptimizationMethod | None:
        return next((m for m in cls if plain(m.value) == plain(str(value))), None)


class RangeSettings(Written):
    """Numbers between two inclusive ends; two whole numbers search whole numbers."""

    owner: ClassVar[str] = "range"

    # Text such as "10" and "yes" is refused, as it is in a list of values.
    low: StrictInt | StrictFloat
    high: StrictInt | StrictFloat
    log: StrictBool = Field(False, description="Equal ratios are equally likely, not equal steps.")


def _searched(given: Any) -> Any:
    """Return a list, or a range as one; raises ValueError, of which pydantic tells the place."""
    if isinstance(given, tuple):
        if len(given) not in (2, 3) or given[2:] not in ((), ("log",)):
            raise ValueError(f'a range is (low, high) or (low, high, "log"), not {given!r}')
        given = {"low": given[0], "high": given[1], "log": len(given) == 3}
    if isinstance(given, dict):
        try:
            return RangeSettings.model_validate({n: _python(v) for n, v in given.items()})
        except ValidationError:
            raise ValueError(
                "a range has numbers as low and high, no text, and log: true or false"
            ) from None
    if isinstance(given, RangeSettings):
        return given
    if not isinstance(given, list):
        raise ValueError("it must be a list of values, or a range with low and high")  # noqa: TRY004
    values = [_python(v) for v in given]
    if not all(isinstance(v, Scalar) for v in values):
        raise ValueError("a list holds numbers, words, true or false")
    _check_is_no_range(values)
    return values


def _check_is_no_range(values: list[Scalar]) -> None:
    """Raise ValueError for a list that is a range as Python's tuples are: JSON has no tuples."""
    numbers = values[:-1]
    if values[-1:] != ["log"] or len(numbers) < 2 or any(isinstance(v, str) for v in numbers):
        return
    low, high = map(json.dumps, (numbers[0], numbers[-1]))
    told = f'a range is written as {{"low": {low}, "high": {high}, "log": true}}'
    if len(numbers) > 2:
        told += ", and a list holds its values alone, without a word after them"
    raise ValueError(told)


def _python(value: Any) -> Any:
    """Return a number of numpy's, which is a number too, as Python's own; anything else as it is."""
    return value.item() if type(value).__module__ == "numpy" else value


Searched = Annotated[list[Scalar] | RangeSettings, BeforeValidator(_searched)]


class TuningSettings(Written):
    """How settings are searched: the first ones are known to be good, and what comes next is proposed."""

    owner: ClassVar[str] = "tuning"

    method: OptimizationMethod = OptimizationMethod.BAYESIAN_OPTIMIZATION
    spaces: dict[str, dict[str, Searched]] = Field(
        default_factory=dict,
        description="Algorithm to setting to what is searched: a list of values, or a range.",
    )


#: Only the ratio of two costs counts, and of so many rows it stays a number.
MOST_COST = 1e12


class CostSettings(Written):
    """What the two mistakes cost, in any one unit."""

    owner: ClassVar[str] = "cost"

    false_positive: float = Field(1.0, ge=0, le=MOST_COST)
    false_negative: float = Field(gt=0, le=MOST_COST)


class ThresholdPolicy(Written):
    """Where the line of an alert lies: exactly one of five rules.

    Examples
    --------
    >>> ThresholdPolicy(max_fpr=0.001).rule
    'max_fpr'
    """

    owner: ClassVar[str] = "threshold"

    max_fpr: float | None = Field(None, gt=0, lt=1, description="Share of benign rows alerted.")
    confidence: float | None = Field(
        None, ge=0.5, lt=1, description="How sure that share is kept, with max_fpr: 0.95."
    )
    alerts_per_day: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="Alerts a day; needs a time column."
    )
    min_precision: float | None = Field(
        None, gt=0, le=1, description="Share of alerts that are right."
    )
    prevalence: float | None = Field(
        None, gt=0, lt=1, description="Share of positives in the field, with min_precision."
    )
    cost: CostSettings | None = Field(None, description="Least expected cost.")
    top_k: int | None = Field(None, ge=1, description="At most so many of the held-out rows.")

    @model_validator(mode="after")
    def _one_rule(self) -> ThresholdPolicy:
        given = [n for n in RULES if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError(
                f"exactly one of {', '.join(RULES)} must be given, not {given or 'none'}"
            )
        if self.prevalence is not None and self.min_precision is None:
            raise ValueError("prevalence goes with min_precision")
        if self.confidence is not None and self.max_fpr is None:
            raise ValueError("confidence goes with max_fpr")
        return self

    @property
    def rule(self) -> str:
        """Return the name of the rule that is set."""
        return next(n for n in RULES if getattr(self, n) is not None)


RULES = ("max_fpr", "alerts_per_day", "min_precision", "cost", "top_k")


class Constraints(Written):
    """What the finished model must not exceed."""

    owner: ClassVar[str] = "constraints"

    predict_us_per_row: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="Microseconds a row, in batch."
    )
    max_bytes: int | None = Field(None, gt=0, description="Size of the model on disk.")
    explainable: Switch = Field(False, description="A single model whose contributions are exact.")


#: A century: no label takes longer.
MOST_DAYS = 36_525
#: No forecast goes further ahead.
MOST_STEPS = 100_000


def _whole(given: Any) -> Any:
    """Return a whole number; raises ValueError for text and for what only has a whole value, as 7.0."""
    if given is None:
        return None
    is_whole = isinstance(given, Integral) and not isinstance(given, bool)
    if not is_whole:
        raise ValueError("it must be a whole number")
    return int(given)


#: A number of steps, as ``predict`` takes it: whole numbers of NumPy too, neither text nor 7.0.
Steps = Annotated[int, BeforeValidator(_whole)]


class TaskSettings(Written):
    """What only some tasks need: forecasts, threat and anomaly detection read it."""

    owner: ClassVar[str] = "task_settings"

    horizon: Steps | None = Field(
        None, ge=1, le=MOST_STEPS, description="Steps ahead; None: one season."
    )
    quantiles: tuple[float, ...] = Field((0.1, 0.5, 0.9), description="Ascending, between 0 and 1.")
    series_columns: tuple[str, ...] = Field((), description="What tells series apart.")
    known_ahead: tuple[str, ...] = Field(
        (), description="Numbers beside a series whose future is known: holidays, plans."
    )
    past_only: tuple[str, ...] = Field(
        (), description="Numbers beside a series that are known up to now."
    )
    frequency: str | None = Field(None, description="1h, 1d, 1mo, ...; None: found.")
    season: int | None = Field(None, ge=1, description="Steps of a season; None: found.")
    time_zone: KnownZone | None = Field(
        None, description="The clock of steps, where times tell a zone: Europe/Berlin."
    )
    n_windows: int = Field(3, ge=1, le=50, description="Of a back-test, at most.")
    label_delay: float | None = Field(
        None,
        ge=0,
        le=MOST_DAYS,
        allow_inf_nan=False,
        description="Days until a label is known.",
    )
    prevalence: float | None = Field(
        None, gt=0, lt=1, description="Share of threats in the field, for the precision there."
    )
    type_column: str | None = Field(
        None, description="What kind of attack a row is: told by kind, and never a feature."
    )
    suppress_by: tuple[str, ...] = Field(
        (), description="Of the alerts that agree in these columns, the first in a while is shown."
    )
    suppress_hours: float = Field(
        24.0, gt=0, le=87_600, description="How long that while is; needs the time column."
    )
    normal_only: Switch = Field(
        False, description="Detectors learn from rows alone that the target says are normal."
    )
    sample_rows: int = Field(
        500,
        ge=0,
        le=10_000,
        description="Rows that an anomaly model keeps as they are, to tell the nearest ones; 0: none.",
    )

    @field_validator("series_columns", "known_ahead", "past_only", "suppress_by", mode="before")
    @classmethod
    def _one_name_is_a_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value
