"""``phantom predict``, ``evaluate``, ``explain`` and ``threshold``: a model at work."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phantom_ml.cli.options import Common, File, Model, MovedRule, Reading

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from phantom_ml.core.evaluation import Evaluation
    from phantom_ml.data.reading.dataset import Dataset
    from phantom_ml.explain.evasion.report import EvasionReport
    from phantom_ml.explain.forms import Explanation

SHOWN_ROWS, SHOWN_COLUMNS, BLOCK_ROWS = 10, 8, 65_536
#: Two days of hours.
SHOWN_AHEAD = 48


@dataclass(frozen=True)
class Wanted:
    """What is told of the rows, and where."""

    horizon: Annotated[
        int | None,
        typer.Option(
            metavar="STEPS",
            help="Of a forecast: so many steps of each series; what FILE holds is not scored.",
        ),
    ] = None
    output: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Write there: .parquet, .csv or .jsonl."),
    ] = None
    state: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Go on from what earlier runs with this folder saw, and add FILE.",
        ),
    ] = None


def predict(
    model: Model,
    wanted: Wanted,
    reading: Reading,
    common: Common,
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="Rows to score; of a forecast, what is known ahead, if any."
        ),
    ] = None,
) -> None:
    """Score every row of a table.

    Shows the first alerts, or writes all to a file. With --json a line of JSON
    for each row, in the order of the file. A forecast needs no file.
    """
    output, horizon, state = wanted.output, wanted.horizon, wanted.state
    if output is not None:
        from phantom_ml.core.output import check_output

        check_output(output, file)
    core = common.core()
    known = core.get_model(model).id
    data = None if file is None else core.read(file, reading.options())
    notes = () if data is None else data.report.warnings
    from phantom_ml.cli.logged import collected

    with collected() as said:
        told = core.predict(known, data, horizon=horizon, output=output, state=state)
    notes = (*notes, *said)
    if file is None or data is None or horizon is not None:
        _tell_ahead(told, output, common, notes)
    elif output is not None:
        # The first rows come back, or of a forecast all: of a wide table more than it has.
        _tell_written(output, max(data.n_rows, told.height), common, notes)
    elif common.json:
        _write_lines(told, notes)
    else:
        _show_scored(told, data, [known, file], common, notes)


def _tell_ahead(
    told: pl.DataFrame, output: str | None, common: Common, notes: Sequence[str]
) -> None:
    """Show the first steps of a forecast, or where it was written."""
    from phantom_ml.cli.screen import brief, screen, show, show_notes, table
    from phantom_ml.wording import counted

    if output is not None:
        _tell_written(output, told.height, common, notes)
    elif common.json:
        _write_lines(told, notes)
    else:
        first = told.head(SHOWN_AHEAD)
        cells = zip(*([brief(value) for value in column] for column in first), strict=True)
        title = f"{counted(told.height, 'step')} ahead"
        title += f"; the first {first.height}" if first.height < told.height else ""
        console = screen()
        show(console, title, table(told.columns, cells, left=()))
        show_notes(console, notes)


def _write_lines(scored: pl.DataFrame, notes: Sequence[str]) -> None:
    """Write a line of JSON a row; what was noted goes to standard error, for it is no row."""
    if notes:
        print(json.dumps({"warnings": list(notes)}), file=sys.stderr)
    for start in range(0, scored.height, BLOCK_ROWS):
        sys.stdout.write(scored.slice(start, BLOCK_ROWS).write_ndjson())


def _tell_written(output: str, n_rows: int, common: Common, notes: Sequence[str]) -> None:
    from phantom_ml.cli.screen import screen, show_notes, write_json
    from phantom_ml.wording import counted

    if common.json:
        write_json({"output": output, "n_rows": n_rows, "warnings": notes})
        return
    console = screen()
    console.print(f"{counted(n_rows, 'prediction')} written to {output}", soft_wrap=True)
    show_notes(console, notes)


def _show_scored(
    scored: pl.DataFrame, data: Dataset, words: list[str], common: Common, notes: Sequence[str]
) -> None:
    """Print the first alerts, or the first rows where nothing is alerted, and what to do next."""
    import polars as pl

    from phantom_ml.cli.screen import command_line, screen, show, show_notes
    from phantom_ml.cli.summary import show_next
    from phantom_ml.wording import counted

    given = data.frame()
    # A wide table is forecast series by series, each with all of its rows.
    numbered = scored.with_row_index("row").with_columns(pl.col("row") % given.height + 1)
    alerts = numbered.filter("alert") if "alert" in scored.columns else numbered.clear()
    if "suppressed" in scored.columns:
        alerts = alerts.sort("suppressed", maintain_order=True)
    chosen = (alerts if alerts.height else numbered).head(SHOWN_ROWS)
    what = "alerts" if alerts.height else "rows"
    total = alerts.height if alerts.height else scored.height
    told = counted(scored.height, "row")
    if scored.height != given.height:
        told = f"{counted(scored.height, 'prediction')} of {counted(given.height, 'row')}"
    title = f"{told}{_counted_alerts(scored)}"
    if chosen.height < total:
        title += f"; the first {chosen.height} {what}"
    console = screen()
    show(console, title, scored_table(chosen, given, console.width))
    show_notes(console, notes)
    written = command_line(common, "predict", *words, "--output", "scores.csv")
    row = command_line(common, "explain", *words, "--row", str(chosen["row"][0]))
    show_next(console, [row, written])


def _counted_alerts(scored: pl.DataFrame) -> str:
    """Return how many alerts there are, and how many of them repeat others; empty where none is told."""
    from phantom_ml.wording import counted

    if "alert" not in scored.columns:
        return ""
    n_alerts = int(scored["alert"].sum())
    told = f", {counted(n_alerts, 'alert')}"
    if "suppressed" in scored.columns:
        told += f" of which {int(scored['suppressed'].sum()):,} suppressed"
    return told


def scored_table(chosen: pl.DataFrame, given: pl.DataFrame, width: int) -> Any:
    """Return predictions with as many columns of their rows as the width holds.

    Parameters
    ----------
    chosen : polars.DataFrame
        Predictions, with the ``row`` that each is of, counted from 1.
    given : polars.DataFrame
        All rows that were scored.
    width : int
        Of the terminal, in characters.
    """
    from phantom_ml.cli.screen import brief, table

    rows = given[[place - 1 for place in chosen["row"]]]
    cells = {name: [brief(v) for v in chosen[name]] for name in chosen.columns[:SHOWN_COLUMNS]}
    taken = sum(_width(name, column) for name, column in cells.items())
    for name in rows.columns:
        column = [brief(value) for value in rows[name]]
        taken += _width(name, column)
        if name in cells or taken > width - 2:
            break
        cells[name] = column
    return table(list(cells), zip(*cells.values(), strict=True), left=tuple(rows.columns))


def _width(name: str, column: list[str]) -> int:
    return 2 + max(len(name), *(len(cell) for cell in column))


def evaluate(
    model: Model,
    file: File,
    reading: Reading,
    common: Common,
    evasion: Annotated[
        bool,
        typer.Option(
            "--evasion", help="Also write attacks otherwise, and say how many are then missed."
        ),
    ] = False,
) -> None:
    """Measure a model on labelled rows.

    Rows that it has not seen, to be honest. Figures come with 95 % intervals.
    """
    core = common.core()
    known = core.get_model(model).id
    data = core.read(file, reading.options())
    found = core.evaluate(known, data)
    evaded = _said_once(core.check_evasion(known, data), found) if evasion else None
    from phantom_ml.cli.screen import number, screen, sentences, show, table, write_json
    from phantom_ml.cli.summary import show_evasion
    from phantom_ml.wording import counted

    if common.json:
        told = {} if evaded is None else {"evasion": evaded.to_dict()}
        write_json(found.model_dump(mode="json") | told)
        return
    rows = [
        (name, number(f.value), f"{number(f.low)} to {number(f.high)}")
        for name, f in found.figures.items()
    ]
    console = screen()
    title = f"{known} on {counted(found.n_rows, 'row')}{_left_out(found)}"
    show(console, title, table(("metric", "value", "95 % interval"), rows, left=("metric",)))
    _show_alerts(console, found)
    if found.warnings:
        show(console, "Notes", sentences(found.warnings))
    if evaded is not None:
        show_evasion(console, evaded)


def _left_out(found: Evaluation) -> str:
    """Return how many rows are not measured; of labels that the model does not know the notes tell."""
    n_rows = found.n_skipped - found.n_unknown
    what = "without a label" if found.n_unlabelled else "not ahead, or without a value,"
    return f" ({n_rows:,} {what} left out)" if n_rows else ""


def _said_once(evaded: EvasionReport, found: Evaluation) -> EvasionReport:
    """Return the report without what an evaluation of the same rows says already."""
    others = [note for note in evaded.notes if note not in found.warnings]
    return evaded.model_copy(update={"notes": tuple(others)})


def _show_alerts(console: Console, found: Evaluation) -> None:
    """Print how a line of alert worked out, what its alerts are worth, and how many repeat others."""
    from phantom_ml.cli.screen import facts, sentences, show
    from phantom_ml.cli.summary import threshold_facts

    if found.threshold is not None:
        promise = [] if found.promise is None else [("Promise", found.promise.text)]
        pairs = [*threshold_facts(found.threshold), *promise]
        show(console, "Its alerts on these rows", facts(pairs))
    if worth := found.field_lines():
        show(console, "What they are worth", sentences(worth))
    if found.repeats is not None:
        show(console, "After suppression", sentences(found.repeats.lines()))


def explain(
    model: Model,
    reading: Reading,
    common: Common,
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="Rows to explain; without it, the model as a whole."),
    ] = None,
    row: Annotated[int, typer.Option(min=1, help="Which row of FILE; the first is 1.")] = 1,
) -> None:
    """Say why a row was scored as it was.

    Without FILE: what the model looks at as a whole. Of a forecast FILE holds
    rows that lie ahead: times, series and columns known ahead. What 'phantom
    predict' wrote will do where the model knows of no column ahead; else give
    the file that predict was given.
    """
    core = common.core()
    known = core.get_model(model).id
    instance, data = None, None
    if file is not None:
        data = core.read(file, reading.options())
        instance = _row(data.lazy.slice(row - 1, 1).collect(), row, data.n_rows)
    explanation = numbered(core.explain_model(known, instance, before=data), row)
    from phantom_ml.cli.screen import screen, write_json

    if common.json:
        write_json(explanation.model_dump(mode="json"))
    else:
        screen().print(explanation.text())


def numbered(explanation: Explanation, row: int) -> Explanation:
    """Return the explanation of one row under the number that it has in its file."""
    rows = tuple(r.model_copy(update={"row": row}) for r in explanation.rows)
    return explanation.model_copy(update={"rows": rows})


def _row(frame: pl.DataFrame, row: int, n_rows: int) -> pl.DataFrame:
    from phantom_ml.errors import BadSetting

    if frame.height == 0:
        raise BadSetting(
            f"There is no row {row:,}: the file has {n_rows:,}.", "Give a row between 1 and that."
        )
    return frame


def threshold(model: Model, rule: MovedRule, common: Common) -> None:
    """Move a model's line of alert.

    Nothing is trained again: the held-out scores of the training are used.
    Where a missed threat costs as much as 100 false alerts: --cost 1,100.
    Where 9 of 10 alerts are to be right and one row in a thousand is a threat:
    --min-precision 0.9 --prevalence 0.001.
    """
    from phantom_ml.errors import BadSetting

    policy = rule.policy()
    if policy is None:
        raise BadSetting(
            "No rule of alert was given.",
            "Give one of --max-fpr, --alerts-per-day, --min-precision, --top-k and --cost.",
        )
    core = common.core()
    known = core.get_model(model).id
    found = core.set_threshold(known, policy)
    from phantom_ml.cli.screen import facts, screen, show, write_json
    from phantom_ml.cli.summary import threshold_facts

    if common.json:
        write_json(found.model_dump(mode="json"))
    else:
        show(screen(), f"{known} now alerts by this rule", facts(threshold_facts(found)))
