"""What is chosen of a scorer of streams: one rule for all series."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)

from phantom_ml.config import Settings, bad_setting
from phantom_ml.streams.base import stream_detectors

#: The detectors of events that are averaged. To each of them something else is odd: what the last steps and
#: the season did not foretell, columns and steps that do not go together, a new mix of values, a mean gone away.
#: Further ones were tried; benchmarks/STREAMS.md has the figures.
MEMBERS = ("SeasonalForecast", "PrincipalComponents", "RelativeEntropy", "LevelShift")


class StreamConfig(Settings):
    """Columns of the table, the line of alert, and what may be remembered.

    Raises
    ------
    BadSetting
        A setting is none of these, or outside its bounds.
    UnknownName
        A detector bears another name.
    """

    time_column: str | None = Field(None, description="Rows of a series must not go back in it.")
    series_columns: tuple[str, ...] = Field(
        (), description="What names a series; none: one series."
    )
    value_columns: tuple[str, ...] | None = Field(
        None, description="What is watched; not given: every numeric column but those above."
    )
    detectors: tuple[str, ...] = Field(MEMBERS, description="Detectors whose mean is an event.")
    line: float = Field(
        5.0, gt=0, le=100, description="Nats of surprise from which a row is anomalous."
    )
    quiet_rows: int = Field(
        100,
        ge=0,
        le=1_000_000,
        description="Rows after an event in which only a far higher one is something new.",
    )
    lasting_rows: int = Field(
        60, ge=2, le=10_000, description="Rows that a change lasts before it is a change point."
    )
    max_series: int = Field(
        1_000, ge=1, le=1_000_000, description="The one seen least lately is forgotten beyond."
    )
    seed: int = Field(0, ge=0, description="Of detectors that draw lots.")

    # Before the one that tells its errors, which wraps what stands above it.
    @model_validator(mode="after")
    def _one_use_of_a_column(self) -> StreamConfig:
        watched = () if self.value_columns is None else self.value_columns
        time = () if self.time_column is None else (self.time_column,)
        uses = Counter((*time, *self.series_columns, *watched))
        name, times = uses.most_common(1)[0] if uses else ("", 0)
        if times > 1:
            raise ValueError(
                f"the column {name!r} can be the time, name a series or be watched, only one of these"
            )
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _told_in_words(
        cls, values: Any, made: ModelWrapValidatorHandler[StreamConfig]
    ) -> StreamConfig:
        try:
            return made(values)
        except ValidationError as error:
            raise bad_setting("streams", error, cls) from None

    @field_validator("line", mode="before")
    @classmethod
    def _a_number(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        raise ValueError("it must be a number, not text")

    @field_validator("time_column", "series_columns", "value_columns")
    @classmethod
    def _names_of_columns(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        names = (value,) if isinstance(value, str) else value or ()
        if "" in names:
            raise ValueError("a column has a name: leave it out where there is none")
        twice = [name for name, times in Counter(names).items() if times > 1]
        if twice:
            raise ValueError(f"the column {twice[0]!r} is named twice")
        return value

    @field_validator("value_columns")
    @classmethod
    def _something_is_watched(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if names == ():
            raise ValueError("name a column at least, or leave it out to watch every number")
        return names

    @field_validator("series_columns", "value_columns", "detectors", mode="before")
    @classmethod
    def _one_name_is_a_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("detectors")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise ValueError("at least one detector is needed")
        return tuple(dict.fromkeys(stream_detectors.name_of(name) for name in names))
