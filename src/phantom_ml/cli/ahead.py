"""Options of forecasts: how far ahead, of which series, beside what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import typer

from phantom_ml.cli.options import asked


@dataclass(frozen=True)
class Ahead:
    """What is asked of series."""

    owner: ClassVar[str] = "config.task_settings"
    #: Options whose names differ from those of the configuration.
    renamed: ClassVar[dict[str, str]] = {"series_column": "series_columns"}

    horizon: Annotated[
        int | None,
        typer.Option(metavar="STEPS", help="Forecasts: how far ahead. [default: a season]"),
    ] = None
    series_column: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Forecasts: what tells series apart (repeat)."),
    ] = None
    known_ahead: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Forecasts: numbers whose future is known (repeat)."),
    ] = None
    frequency: Annotated[
        str | None,
        typer.Option(metavar="STEP", help="Forecasts: 1h, 1d, 1mo. [default: found by looking]"),
    ] = None
    season: Annotated[
        int | None,
        typer.Option(metavar="STEPS", help="Forecasts: of a season. [default: found by looking]"),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Return what was given, by the configuration's names."""
        return {self.renamed.get(name, name): value for name, value in asked(self).items()}
