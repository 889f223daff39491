"""``phantom features``: what can be made of a table's columns, and what it is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from phantom_ml.cli.meanings import Meanings
from phantom_ml.cli.options import Common, File, Reading, Task, asked
from phantom_ml.model.text_table import shortened
from phantom_ml.wording import counted

if TYPE_CHECKING:
    from rich.table import Table

    from phantom_ml.features.feature_set import FeatureSet, GeneratedFeature

SHOWN_FEATURES = 40


@dataclass(frozen=True)
class Judgement:
    """What features are judged by, and which rows hang together."""

    owner: ClassVar[str] = "features"
    #: Options whose names differ from those of the settings.
    renamed: ClassVar[dict[str, str]] = {
        "target": "target_column",
        "task": "task_type",
        "group_column": "group_columns",
        "ignore": "ignored_columns",
    }

    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Score the features by this column.")
    ] = None
    task: Annotated[Task | None, typer.Option(case_sensitive=False, help="What is learned.")] = None
    time_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Rows come before others by this column.")
    ] = None
    label_delay: Annotated[
        float | None,
        typer.Option(
            metavar="DAYS", help="Days until an answer is known; needs --target and --time-column."
        ),
    ] = None
    group_column: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Rows of one user, host, ... hang together (repeat)."),
    ] = None
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Make nothing of this column (repeat)."),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Return what was given, by the names of the settings."""
        return {self.renamed.get(name, name): value for name, value in asked(self).items()}


def features(
    file: File,
    judgement: Judgement,
    meanings: Meanings,
    reading: Reading,
    common: Common,
    output: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Write the kept features: .parquet, .csv or .jsonl."),
    ] = None,
) -> None:
    """Show which features a table gives.

    Each with the columns that it is made of, what it costs and what it is worth:
    to a target, or without one in telling real rows from mixed ones.
    """
    settings = judgement.settings() | meanings.settings()
    if output is not None:
        from phantom_ml.core.output import check_output

        check_output(output, file)
    with _watched(quiet=common.json) as progress:
        core = common.core()
        data = core.read(file, reading.options())
        found = core.auto_feature_engineering(data, settings, progress=progress)
    if output is not None:
        from phantom_ml.core.output import write_table
        from phantom_ml.errors import BadSetting

        if not found.selected:
            _show(found, common, None)
            raise BadSetting(
                "No feature is kept: there is nothing to write.", "Leave --output out."
            )
        write_table(found.frame.select(found.selected).collect(), output)
    _show(found, common, output)


def _show(found: FeatureSet, common: Common, output: str | None) -> None:
    from phantom_ml.cli.screen import screen, sentences, show, table, write_json

    if common.json:
        write_json(found.model_dump(mode="json") | {"output": output})
        return
    head = ("feature", "share", "us/row", "kept", "what it is")
    rows = [_feature(feature) for feature in found.features[:SHOWN_FEATURES]]
    console = screen()
    body = table(head, rows, left=("feature", "kept", "what it is"), gives=("what it is",))
    show(console, found.title, body)
    show(console, "Columns", _columns(found))
    more = len(found.features) - SHOWN_FEATURES
    remarks = [f"{more} more with --json"] if more > 0 else []
    remarks += [*found.remarks, *found.warnings]
    if output is not None:
        kept, of = counted(len(found.selected), "feature"), counted(found.n_rows, "row")
        remarks.append(f"{kept} of {of} written to {output}")
    if remarks:
        show(console, "Also", sentences(remarks))


def _columns(found: FeatureSet) -> Table:
    from phantom_ml.cli.screen import table

    rows = [(shortened(name, 40), *told) for name, *told in found.by_column()]
    head = ("column", "taken for", "features kept", "because")
    return table(head, rows, left=("column", "taken for", "because"), gives=("because",))


def _feature(feature: GeneratedFeature) -> tuple[str, ...]:
    cost = "-" if feature.cost_us is None else f"{feature.cost_us:.2f}"
    kept = "yes" if feature.selected else feature.reason
    return shortened(feature.name, 40), feature.share, cost, kept, feature.description


@contextmanager
def _watched(*, quiet: bool) -> Iterator[Callable[[str, float], None] | None]:
    """Show a bar with the time that is left, where a person is looking on."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    ]
    with Progress(*columns, console=console, transient=True) as bar:
        work = bar.add_task("Reading", total=1.0)

        def told(stage: str, share: float) -> None:
            bar.update(work, description=stage, completed=share)

        yield told
