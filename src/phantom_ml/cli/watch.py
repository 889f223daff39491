"""``phantom watch``: rows of series, each scored by what came before it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from phantom_ml.cli.options import Common, File, Reading, asked

if TYPE_CHECKING:
    import polars as pl

    from phantom_ml.data.reading.dataset import Dataset

SHOWN_ROWS = 20
NOTHING = "No row lies beyond what its series showed before."


@dataclass(frozen=True)
class Watched:
    """What is watched, and what is remembered."""

    owner: ClassVar[str] = "streams"
    #: Options whose names differ from those of the settings.
    renamed: ClassVar[dict[str, str]] = {
        "series_column": "series_columns",
        "value_column": "value_columns",
    }

    time_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Rows of a series lie along it.")
    ] = None
    series_column: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="What tells series apart (repeat)."),
    ] = None
    value_column: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="What is watched (repeat). [default: every number]"),
    ] = None
    line: Annotated[
        float | None,
        typer.Option(metavar="NATS", help="Surprise from which a row is odd. [default: 5]"),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Return what was given, by the names of the settings."""
        return {self.renamed.get(name, name): value for name, value in asked(self).items()}


def watch(
    file: File,
    watched: Watched,
    reading: Reading,
    common: Common,
    state: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Go on from what earlier runs with it saw."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Write there: .parquet, .csv or .jsonl."),
    ] = None,
) -> None:
    """Score rows of series by what came before them.

    Nothing is trained: each series is judged by its own past, in constant
    memory. Shows where something new began, and where a level changed for good.
    The first row of FILE is row 1, in the table, in JSON and in errors.
    """
    from phantom_ml.cli.logged import collected
    from phantom_ml.core.output import check_output, write_table
    from phantom_ml.core.watch import watch as scored
    from phantom_ml.data.files.source import ReadOptions
    from phantom_ml.streams.settings import StreamConfig

    if output is not None:
        check_output(output, file)
    config = StreamConfig(**watched.settings())
    options = reading.options() or ReadOptions()
    options = options.model_copy(update={"keep_infinite": True})
    data = common.core().read(file, options)
    frame = data.frame()
    with collected() as logged:
        told = scored(frame, config, None if state is None else Path(state).expanduser())
    if output is not None:
        write_table(frame.hstack(told), output)
    _show(data, told, output, common, [*data.report.warnings, *logged])


def _show(
    data: Dataset, told: pl.DataFrame, output: str | None, common: Common, warnings: list[str]
) -> None:
    import polars as pl

    from phantom_ml.cli.screen import screen, show, show_notes, write_json
    from phantom_ml.cli.use import scored_table
    from phantom_ml.wording import counted

    n_alerts, n_changes = int(told["alert"].sum()), int(told["change_point"].sum())
    if common.json:
        places = told["alert"].arg_true().to_list(), told["change_point"].arg_true().to_list()
        alerts, changes = ([place + 1 for place in found] for found in places)
        marked = {"alerts": alerts, "change_points": changes, "warnings": warnings}
        write_json({"output": output, "n_rows": told.height, **marked})
        return
    counts = ((told.height, "row"), (n_alerts, "alert"), (n_changes, "change point"))
    title = ", ".join(counted(n, what) for n, what in counts)
    console = screen()
    numbered = told.with_row_index("row", offset=1)
    chosen = numbered.filter(pl.col("alert") | pl.col("change_point"))
    if chosen.height > SHOWN_ROWS:
        title += f"; the first {SHOWN_ROWS} of both"
    chosen = chosen.head(SHOWN_ROWS)
    if chosen.height:
        title += "; the first row of the file is row 1"
    found = scored_table(chosen, data.frame(), console.width) if chosen.height else NOTHING
    show(console, title, found)
    show_notes(console, warnings)
    if output is not None:
        rows = counted(told.height, "row with its score", "rows with their scores")
        console.print(f"{rows} written to {output}", soft_wrap=True)
