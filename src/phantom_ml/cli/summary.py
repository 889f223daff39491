"""What a training came to: leaderboard, thresholds, importance, notes, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from phantom_ml.cli.progress_bar import duration
from phantom_ml.cli.screen import bars, facts, number, sentences, show, table
from phantom_ml.metrics.threshold import Threshold
from phantom_ml.metrics.threshold_claims import percent, percentage
from phantom_ml.model.families import Family, family_rows
from phantom_ml.model.leaderboard import BESIDE, Leaderboard, LeaderboardRow, without_rank
from phantom_ml.wording import counted

if TYPE_CHECKING:
    from phantom_ml.core import AutoMLResult
    from phantom_ml.explain.evasion.report import EvasionReport
    from phantom_ml.metrics.thresholds import ThresholdTable

TOP, TOP_COLUMNS, TOLD_REASONS = 10, 8, 5
#: From these widths on a leaderboard shows all columns, and a rate its interval.
WIDE, WIDER = 100, 112
#: Headings of what there is to say of lines of alert.
UNSUPPORTED, OF_THRESHOLDS = "What these rows cannot support", "Notes on thresholds"


def show_result(console: Console, result: AutoMLResult) -> None:
    """Print the best model and how it was found."""
    show(console, "Best model", facts(_best(result)))
    show_leaderboard(console, result.leaderboard, TOP)
    if result.thresholds is not None:
        show_thresholds(console, result.thresholds)
    if result.threat is not None:
        show(console, "On rows that no search saw", sentences(result.threat.lines()))
    shares = [(name, share) for name, share in result.feature_importance.items() if share > 0]
    if shares:
        show(console, "What it looks at", bars(shares[:TOP_COLUMNS]))
    show_families(console, result.families)
    if notes := result.notes():
        show(console, "Notes", sentences(notes))


def show_families(console: Console, families: Sequence[Family]) -> None:
    """Print what the race of families of features came to, if anything is known of it."""
    if not families:
        return
    head = ("family", "features", "with", "without", "lower in", "outcome")
    body = table(head, family_rows(families), left=("family", "outcome"), gives=(head[-1],))
    figure = next((f"by {family.figure} " for family in families if family.figure), "")
    show(console, f"Families of features, raced {figure}on held-out rows", body)


def _best(result: AutoMLResult) -> list[tuple[str, str]]:
    pairs = [
        ("Model", result.model_id),
        ("Algorithm", result.best_algorithm),
        ("Score", _score(result)),
        ("Validation", result.validation),
        ("Time", duration(result.training_time_seconds)),
    ]
    if result.series is not None:
        pairs.insert(2, ("Series", result.series.text))
    if len(result.members) > 1:
        pairs.insert(2, ("Members", ", ".join(result.members)))
    return pairs


def _score(result: AutoMLResult) -> str:
    if result.best_score is None:
        return f"no {result.metric}: the leaderboard says why"
    return f"{result.metric} {number(result.best_score, 5)} on held-out rows"


def show_leaderboard(console: Console, board: Leaderboard, top: int | None = None) -> None:
    """Print the ranked trials, and why others have no rank; ``top`` of them and a few reasons, or all."""
    done = [row for row in board.rows if row.status.value == "done"]
    failed = [row for row in board.rows if row.status.value == "failed"]
    shown = done[:top]
    count = f"{len(done)}" if len(shown) == len(done) else f"{len(shown)} of {len(done)}"
    by = f"by {board.metric}" if any(row.rank for row in done) else f"without a {board.metric}"
    title = f"Leaderboard of {board.experiment_id}: {count} {by}"
    show(console, title, leaderboard_table(shown, wide=console.width >= WIDE))
    for name, rows in (("Without a score", done), ("Failed", failed)):
        reasons = without_rank(rows)
        told = reasons if top is None else _first(reasons, board.experiment_id)
        if told:
            show(console, name, sentences(told))


def _first(reasons: Sequence[str], experiment_id: str) -> list[str]:
    """Return the first reasons, and where the others are."""
    more = len(reasons) - TOLD_REASONS
    told = f"{counted(more, 'more reason')}: phantom leaderboard {experiment_id}"
    return [*reasons[:TOLD_REASONS], *([told] if more > 0 else [])]


def leaderboard_table(rows: Sequence[LeaderboardRow], *, wide: bool) -> Table:
    """Return the ranked rows; ``wide`` adds the spread over the folds and the time to predict."""
    columns: dict[str, list[str]] = {
        "rank": [str(row.rank or "-") for row in rows],
        "model": [row.model_id or "-" for row in rows],
        "algorithm": [row.algorithm for row in rows],
        "score": [number(row.score) for row in rows],
    }
    for name in BESIDE:
        if any(name in row.other_scores for row in rows):
            columns[name] = [number(row.other_scores.get(name), 2) for row in rows]
    if wide and any(row.fold_std is not None for row in rows):
        columns["±"] = [number(row.fold_std, 2) for row in rows]
    columns["fit s"] = [f"{row.fit_seconds:.1f}" for row in rows]
    if wide:
        columns["us/row"] = [number(row.predict_us_per_row, 3) for row in rows]
    cells = zip(*columns.values(), strict=True)
    return table(list(columns), cells, left=("model", "algorithm"), gives=("algorithm",))


def show_thresholds(console: Console, thresholds: ThresholdTable) -> None:
    """Print what each rule of alert would find: the one in use marked, and those the rows do not support."""
    wide = console.width >= WIDER
    head = ["", "rule", "threshold", "recall", "FPR", "precision"]
    has_days = any(t.alerts_per_day is not None for t in thresholds.rows)
    rows = []
    for place, threshold in enumerate(thresholds.rows):
        cells = _threshold_cells(threshold, wide=wide)
        days = [number(threshold.alerts_per_day)] if has_days else []
        rows.append([thresholds.mark(place), *cells, *days])
    head += ["alerts/day"] if has_days else []
    few = "" if all(t.supported for t in thresholds.rows) else ", ! more than these rows support"
    title = f"Thresholds on held-out rows (* in use{few})"
    show(console, title, table(head, rows, left=("", "rule")))
    for heading, supported in ((UNSUPPORTED, False), (OF_THRESHOLDS, True)):
        told = [t for t in thresholds.rows if t.note and t.supported is supported]
        if told:
            show(console, heading, sentences(f"{t.rule}: {t.note}" for t in told))


def _threshold_cells(threshold: Threshold, *, wide: bool) -> list[str]:
    precision = threshold.precision
    return [
        threshold.rule,
        number(threshold.value),
        _rate(threshold.recall, threshold.recall_low, threshold.recall_high, wide=wide),
        _rate(threshold.fpr, threshold.fpr_low, threshold.fpr_high, wide=wide),
        "-" if precision is None else percent(precision),
    ]


def _rate(rate: float | None, low: float | None, high: float | None, *, wide: bool) -> str:
    if rate is None:
        return "-"
    if not wide or low is None or high is None:
        return percent(rate)
    return f"{percent(rate)} ({percentage(low)} to {percentage(high)})"


def threshold_facts(threshold: Threshold) -> list[tuple[str, str]]:
    """Return a threshold and what it finds, by name, with 95 % intervals."""
    pairs = [
        ("Rule", threshold.rule),
        ("Threshold", number(threshold.value)),
        ("Recall", _rate(threshold.recall, threshold.recall_low, threshold.recall_high, wide=True)),
        ("FPR", _rate(threshold.fpr, threshold.fpr_low, threshold.fpr_high, wide=True)),
    ]
    if threshold.precision is not None:
        pairs.append(("Precision", percent(threshold.precision)))
    if threshold.alerts_per_day is not None:
        pairs.append(("Alerts a day", number(threshold.alerts_per_day)))
    return [*pairs, *([("Note", threshold.note)] if threshold.note else [])]


def show_evasion(console: Console, report: EvasionReport) -> None:
    """Print what each way of writing attacks otherwise cost, the worst of them last."""
    head = ("mutation", "changed", "missed", "recall", "recall lost (95 %)", "score falls")
    rows = [row.cells() for row in report.lines()]
    if rows:
        show(console, report.title(), table(head, rows, left=("mutation",)))
    if report.notes:
        show(console, "Of the evasion check", sentences(report.notes))


def show_next(console: Console, commands: Sequence[str]) -> None:
    """Print commands to go on with, each on a line of its own that can be copied."""
    console.print()
    console.print(Text("Next", style="bold cyan"))
    for command in commands:
        console.print(Text(f"  {command}"), soft_wrap=True)
